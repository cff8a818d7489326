import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.door import DoorRules
from scanner.admission.rules import Exit, Override, Reentry
from scanner.admission.verdict import Reason
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.store import details, journal, ledger, passages, schema
from scanner.store.database import open_database, transaction
from scanner.store.integrity import find_damage
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.wording import sentences
from scanner.wording.sentences import in_english
from tests.store import former_ledgers
from tests.store.worlds import BALCONY, SERIALS, filled, row, seconds

A, B, C = SERIALS[:3]


def go_on(file: Path) -> None:
    """Present some more, with this version."""
    with Writer.verified(file) as writer:
        gate = Gate(writer)
        gate.note_shown(gate.present(C, seconds(89), "camera").result(10))
        for second, payload in enumerate([C, A, "WIFI:T:WPA;S=Bar;;", SERIALS[5], "QWERTY-X"], 90):
            gate.present(payload, seconds(second), "camera").result(10)
        word = Override("torn")
        gate.present("DAWIER-NONE00000009", seconds(99), "override", word).result(10)
        again = gate.present(C, seconds(100), "override", Reentry("smoke")).result(10)
        assert again.verdict.reason is Reason.REENTRY


@pytest.fixture(params=[*former_ledgers.VERSIONS, schema.CURRENT])
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A ledger that an earlier version began, or this one, and this one went on with."""
    found = tmp_path / "gate.sqlite3"
    if request.param == schema.CURRENT:
        filled(found, [*map(row, SERIALS), row(B, BALCONY)]).close()
    else:
        former_ledgers.evening(found, request.param)
    go_on(found)
    return found


@pytest.fixture
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_database(file)) as conn:
        yield conn


def findings(conn: sqlite3.Connection) -> list[str]:
    return [str(each) for each in Audit(conn).findings()]


def test_a_ledger_of_any_version_is_whole(file: Path, opened: sqlite3.Connection) -> None:
    assert find_damage(file) is None
    assert findings(opened) == []
    reasons = [scan.reason for _, scan, _ in journal.rows(opened) if scan.params is not None]
    assert len(reasons) in (8, 14)
    assert set(reasons) <= set(Reason)


def test_whom_a_supervisor_let_in_and_why_is_told(opened: sqlite3.Connection) -> None:
    audit = Audit(opened)
    assert list(audit.findings()) == []
    assert [in_english(each.fact) for each in audit.overrides[-2:]] == [
        "DAWIER-NONE00000009: Let in by the supervisor: torn",
        f"{C}: Let in again by the supervisor: smoke",
    ]


def test_no_change_of_words_makes_a_whole_ledger_look_changed(
    opened: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "_table", lambda _: defaultdict(lambda: "quite other words"))
    assert in_english(Fact(Reason.VALID)) == "quite other words"
    assert findings(opened) == []


def test_rows_of_earlier_versions_keep_their_sentence(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 3)
    with closing(open_database(file)) as conn:
        assert [scan for _, scan, _ in journal.rows(conn)] == former_ledgers.scans()
        (conflict, _) = ledger.in_state(conn)
    assert conflict.reason == Fact("text", {"text": "admitted before by Sam at door-2"})


def forge(conn: sqlite3.Connection, column: str, value: str | None) -> None:
    """Change the last row, and compute its hash again, as somebody who knows the code would."""
    rows = list(journal.rows(conn))
    (_, _, before), (number, scan, _) = rows[-2:]
    forged = scan._replace(**{column: value})  # type: ignore[arg-type] # any column
    conn.execute("DROP TRIGGER journal_fixed")
    with transaction(conn):
        conn.execute(
            f"UPDATE journal SET {column} = ?, hash = ? WHERE id = ?",
            (value, journal.chain_hash(before, number, forged), number),
        )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reason", Reason.VALID.value),
        ("params", "{}"),
        ("params", json.dumps({"note": "she was on the list"}, separators=(",", ":"))),
        ("kind", "unknown"),
        ("serial", SERIALS[11]),
    ],
)
def test_a_code_or_a_parameter_that_was_changed_is_found(
    opened: sqlite3.Connection, column: str, value: str
) -> None:
    number, _ = journal.head(opened)
    forge(opened, column, value)
    assert any(
        each.startswith(f"row {number}: audit.decided_otherwise") for each in findings(opened)
    )


@pytest.mark.parametrize("column", ["reason", "params"])
def test_without_its_hash_no_change_stands(opened: sqlite3.Connection, column: str) -> None:
    opened.execute("DROP TRIGGER journal_fixed")
    number, _ = journal.head(opened)
    opened.execute(f"UPDATE journal SET {column} = '' WHERE id = ?", (number,))
    assert f"row {number}: audit.row_changed" in findings(opened)


@pytest.mark.parametrize(("column", "value"), [("kind", "withdrawn"), ("serial", B)])
def test_a_former_rows_kind_and_serial_are_decided_again(
    tmp_path: Path, column: str, value: str
) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 3)
    with closing(open_database(file)) as conn:
        conn.execute("DROP TRIGGER journal_fixed")
        conn.execute(f"UPDATE journal SET {column} = ? WHERE id = 5", (value,))
        assert any(each.startswith("row 5: audit.decided_otherwise") for each in findings(conn))


def test_parameters_that_are_taken_off_are_missed(opened: sqlite3.Connection) -> None:
    """A row of this version can't pass for one of an earlier version without its own hash."""
    opened.execute("DROP TRIGGER journal_fixed")
    number, _ = journal.head(opened)
    opened.execute("UPDATE journal SET params = NULL WHERE id = ?", (number,))
    assert f"row {number}: audit.row_changed" in findings(opened)


def test_it_counts_what_it_checked(opened: sqlite3.Connection) -> None:
    audit = Audit(opened)
    assert list(audit.findings()) == []
    assert audit.rows == journal.head(opened)[0]


@pytest.fixture
def with_passages(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A ledger of a platform that takes passages: a way out, back in, and out with a bad ticket."""
    found = tmp_path / "gate.sqlite3"
    with closing(filled(found, [*map(row, SERIALS), row(B, BALCONY)])) as conn:
        conn.execute("UPDATE session SET passages = 1")
        details.write_door(conn, DoorRules(entry_after_exit=True))
    with Writer.verified(found) as writer:
        gate = Gate(writer)
        words = ((A, None), (A, Exit()), (A, None), (B, Exit()), ("hello", Exit()), (A, Exit()))
        reasons = []
        for second, (payload, word) in enumerate(words):
            judged = gate.present(payload, seconds(second), "camera", word).result(10)
            gate.note_shown(judged)
            reasons.append(judged.verdict.reason)
        assert reasons == [
            Reason.VALID,
            Reason.EXITED,
            Reason.BACK_AFTER_EXIT,
            Reason.OTHER_SECTION,
            Reason.NOT_A_TICKET,
            Reason.EXITED,
        ]
    with closing(open_database(found)) as conn, transaction(conn):
        ledger.mark_sending(conn, [A], seconds(9))
        ledger.confirm(conn, [A], seconds(9))
        (due,) = passages.next_ones(conn, 9)
        passages.mark_sending(conn, [due.journal], seconds(10))
        passages.settle(conn, due.journal, State.CONFIRMED, seconds(11))
    assert find_damage(found) is None
    with closing(open_database(found)) as conn:
        yield conn


def test_exits_and_further_entries_are_due_and_have_their_records(
    with_passages: sqlite3.Connection,
) -> None:
    assert findings(with_passages) == []
    states = [each.state for each in passages.of_ticket(with_passages, A)]
    assert states == [State.CONFIRMED, State.QUEUED, State.QUEUED]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM passage WHERE journal = 2", "store.passage_missing row=2"),
        ("UPDATE passage SET state = 'confirmed' WHERE journal = 3", "store.passage_never_moved"),
        (
            "UPDATE transition SET after = 'refused' WHERE after = 'confirmed'",
            "audit.moves_changed",
        ),
        ("DELETE FROM transition WHERE journal = 2", "store.passage_never_moved row=2"),
    ],
)
def test_a_record_of_a_passage_that_was_changed_is_found(
    with_passages: sqlite3.Connection, statement: str, found: str
) -> None:
    triggers = with_passages.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        with_passages.execute(f"DROP TRIGGER {name}")
    with_passages.execute(statement)
    assert any(found in each for each in findings(with_passages))
