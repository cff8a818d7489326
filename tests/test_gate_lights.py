"""A light that was shown, and one that nobody saw."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.rules import LetIn, Override, Word
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store import ledger, ticket_writes
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.integrity import find_damage
from scanner.store.ledger import State
from scanner.store.recovery.recover import recover
from scanner.store.writer import Writer
from tests.store.worlds import NOW, SERIALS, filled, row, seconds

A, B = SERIALS[:2]
LIMIT = 10


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "gate.sqlite3"
    filled(found, [row(A), row(B)]).close()
    return found


def present(gate: Gate, serial: str = A, second: float = 0, word: Word | None = None) -> Judged:
    return gate.present(serial, seconds(second), "camera", word).result(LIMIT)


def reasons(file: Path, *words: Word | None, serial: str = A) -> list[Reason]:
    """Present in a process started anew each time, as far as the database can tell."""
    found = []
    for number, word in enumerate(words):
        with Writer.verified(file) as writer:
            found.append(present(Gate(writer), serial, 60 + number, word).verdict.reason)
    return found


def shown(file: Path) -> list[int]:
    with closing(open_reader(file)) as conn:
        return [number for (number,) in conn.execute("SELECT journal FROM shown")]


def findings(file: Path) -> list[str]:
    with closing(open_reader(file)) as conn:
        return [str(each) for each in Audit(conn).findings()]


def test_a_shown_light_is_noted_and_the_ticket_is_admitted_already(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(present(gate))
        gate.note_shown(present(gate, B))
    assert shown(file) == [1, 2]
    assert reasons(file, None) == [Reason.ADMITTED_HERE]


def test_a_light_that_nobody_saw_is_said_with_its_time_until_the_guard_decides(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        present(gate)
    assert reasons(file, None, None) == [Reason.LIGHT_NOT_SHOWN] * 2
    with Writer(file) as writer:
        gate = Gate(writer)
        judged = present(gate, second=90)
        assert judged.verdict.first
        assert judged.verdict.first.at == NOW
        assert judged.verdict.kind is Kind.ALREADY_ADMITTED
        assert not judged.verdict.admits
    assert shown(file) == []


@pytest.mark.parametrize("word", [LetIn(), Override("she was sent back")])
def test_the_guard_lets_in_once_by_one_admission(file: Path, word: Word) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        present(gate)
        let_in = present(gate, second=5, word=word)
        assert let_in.verdict.admits
        assert let_in.verdict.light is Kind.ADMITTED
        gate.note_shown(let_in)
        assert present(gate, second=6).verdict.reason is Reason.ADMITTED_HERE
        assert present(gate, second=7, word=LetIn()).verdict.reason is Reason.ADMITTED_HERE
    with closing(open_reader(file)) as conn:
        (admission,) = ledger.in_state(conn)
        assert (admission.serial, admission.at, admission.state) == (A, NOW, State.QUEUED)
    assert shown(file) == [1]
    assert findings(file) == []
    assert find_damage(file) is None


def test_a_guards_light_that_nobody_saw_leaves_the_doubt(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        present(gate)
    assert reasons(file, LetIn(), None) == [Reason.LET_IN, Reason.LIGHT_NOT_SHOWN]


def test_where_the_light_was_shown_meanwhile_the_guards_word_is_too_late(file: Path) -> None:
    with Writer(file) as writer, Writer(file) as another:
        gate, other = Gate(writer), Gate(another)
        first = present(gate)
        assert present(other, second=0.01).verdict.reason is Reason.LIGHT_NOT_SHOWN
        gate.note_shown(first)
        writer.submit(lambda conn: conn.execute("SELECT 1")).result(LIMIT)
        assert present(other, second=2, word=LetIn()).verdict.reason is Reason.ADMITTED_HERE


def test_a_refused_patron_has_no_light_to_note(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(present(gate, "no ticket"))
        gate.note_shown(present(gate, "QWERTY-BACK75580348"))
    assert shown(file) == []


def test_a_closed_database_takes_no_note_and_raises_nothing(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        judged = present(gate)
    gate.note_shown(judged)
    assert reasons(file, None) == [Reason.LIGHT_NOT_SHOWN]


def test_what_another_gate_or_the_api_says_comes_before_the_doubt(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        present(gate)
        present(gate, B)
    with closing(open_database(file)) as conn, transaction(conn):
        ticket_writes.write_others(conn, [(A, EarlierAdmission(seconds(9), "Sam", "door-2"))])
        ledger.mark_sending(conn, [B], NOW)
        ledger.move(conn, B, State.REFUSED, NOW, Fact("text", {"text": "withdrawn"}))
    assert reasons(file, None, LetIn()) == [Reason.ADMITTED_ELSEWHERE] * 2
    assert reasons(file, None, LetIn(), serial=B) == [Reason.REFUSED_BY_API] * 2
    assert findings(file) == []


def test_a_shown_light_that_the_api_refused_later_is_an_admission_here(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(present(gate))
    with closing(open_database(file)) as conn, transaction(conn):
        ledger.mark_sending(conn, [A], NOW)
        ledger.move(conn, A, State.REFUSED, NOW, Fact("text", {"text": "withdrawn"}))
    assert reasons(file, None) == [Reason.ADMITTED_HERE]


def test_what_was_shown_can_neither_be_changed_nor_forgotten(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(present(gate))
    with closing(sqlite3.connect(file)) as conn:
        with pytest.raises(sqlite3.IntegrityError, match="is not changed"):
            conn.execute("UPDATE shown SET journal = 7")
        with pytest.raises(sqlite3.IntegrityError, match="stays so"):
            conn.execute("DELETE FROM shown")


def test_a_recovery_brings_the_notes_back_and_doubts_no_more_than_before(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(present(gate))
        present(gate, B)
        present(gate, "no ticket")
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("DROP TRIGGER journal_fixed")
        conn.execute("UPDATE journal SET reason = 'x' WHERE id = 3")
    assert recover(file, NOW).damage
    assert reasons(file, None, serial=A) == [Reason.ADMITTED_HERE]
    assert reasons(file, None, serial=B) == [Reason.LIGHT_NOT_SHOWN]
    assert shown(file) == [1]


def test_a_note_leaves_every_later_commit_as_durable_as_before(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(present(gate))
        level = writer.submit(lambda conn: conn.execute("PRAGMA main.synchronous").fetchone())
        assert level.result(LIMIT) == (2,)
