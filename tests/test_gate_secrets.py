"""Where codes are opaque: who is let in and out, and that a stranger's code leaves no trace."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.admission.code_form import CodeForm
from scanner.admission.door import DoorRules, Notice, Unjudged
from scanner.admission.evidence import form_of
from scanner.admission.rules import Exit, Override, Word
from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store import details, journal, ledger, passages, sessions, ticket_writes
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.details import TicketDetail
from scanner.store.writer import Writer
from tests.store.worlds import BALCONY, SERIALS, SESSION, assert_whole_chain, filled, row, seconds

LIMIT = 10
CODE = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"
BARRED = CODE[::-1]
ADDRESS = "https://tickets.example/t/4711"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "gate.sqlite3"
    rows = [row(CODE, owner=None), row(BARRED, BALCONY, owner=None), row(ADDRESS, owner=None)]
    with closing(filled(found, rows)) as conn, transaction(conn):
        sessions.open_session(conn, replace(SESSION, form=CodeForm.SECRET, passages=True))
    return found


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    with Writer(file) as opened:
        yield opened


@pytest.fixture
def gate(writer: Writer) -> Gate:
    return Gate(writer)


def present(gate: Gate, payload: str, second: float = 0, word: Word | None = None) -> Judged:
    """Present a code, and have its light shown."""
    judged = gate.present(payload, seconds(second), "camera", word).result(LIMIT)
    gate.note_shown(judged)
    return judged


def rows_of(file: Path) -> list[journal.Scan]:
    with closing(open_reader(file)) as reader:
        assert_whole_chain(reader)
        return [scan for _, scan, _ in journal.rows(reader) if scan.kind != journal.NOTE]


def assert_audited(file: Path) -> None:
    with closing(open_reader(file)) as reader:
        assert list(Audit(reader).findings()) == []


def test_a_ticket_is_let_in_once_by_its_code_in_its_own_case(file: Path, gate: Gate) -> None:
    assert present(gate, f"]Q1{CODE}\r\n").verdict.reason is Reason.VALID
    again = present(gate, CODE.upper(), 60)
    assert (again.verdict.reason, again.verdict.serial) == (Reason.ADMITTED_HERE, CODE)
    assert present(gate, BARRED, 61).verdict.reason is Reason.OTHER_SECTION
    assert present(gate, ADDRESS, 62).verdict.reason is Reason.VALID
    assert [form_of(scan.evidence) for scan in rows_of(file)] == [CodeForm.SECRET] * 4
    assert_audited(file)


STRANGERS = [
    ("vnp4hq2m7xkz9w3c5tj8rfb6dyl1gsae", Reason.NOT_ON_LIST, "secret 32 "),
    (SERIALS[0], Reason.NOT_ON_LIST, "secret 19 "),
    (f"see {SERIALS[0]}", Reason.NOT_ON_LIST, "secret 23 "),
    ("ab" * 32, Reason.NOT_ON_LIST, "secret 64 "),
    ("hunter2", Reason.NOT_ON_LIST, "secret 7 "),
    ("https://x.example/secret-path", Reason.NOT_A_TICKET, "web_address 29 "),
    ("WIFI:S:door;P:opensesame;;", Reason.NOT_A_TICKET, "wifi_code 26 "),
    ("\ud800\udfff", Reason.NOT_ON_LIST, "secret 2 "),
    ("\x00\r\n", Reason.NOT_A_TICKET, "empty 3 "),
    ("x" * 13_000, Reason.NOT_A_TICKET, "too_long 13000 "),
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda each: each[2].strip())
@pytest.mark.parametrize("word", [None, Exit(), Override("torn")])
def test_a_code_of_no_ticket_leaves_no_trace_and_offers_nothing(
    file: Path, gate: Gate, stranger: tuple[str, Reason, str], word: Word | None
) -> None:
    payload, reason, recorded = stranger
    judged = present(gate, payload, word=word)
    assert (judged.verdict.reason, judged.verdict.serial) == (reason, None)
    assert (judged.remedy, judged.notice) == (None, None)
    (scan,) = rows_of(file)
    assert scan.payload.startswith(recorded)
    assert scan.serial is None
    if len(payload) > 5:
        assert payload[3:40] not in "".join(map(str, scan))
    assert_audited(file)


def test_a_patron_goes_out_and_that_is_no_admission(file: Path, gate: Gate) -> None:
    assert present(gate, CODE).verdict.admits
    out = present(gate, CODE, 60, Exit())
    assert (out.verdict.kind, out.verdict.serial, out.remedy) == (Kind.EXITED, CODE, None)
    assert not out.verdict.admits
    barred = present(gate, BARRED, 61, Exit())
    assert (barred.verdict.reason, barred.remedy) == (Reason.OTHER_SECTION, None)
    assert [scan.kind for scan in rows_of(file)] == ["admitted", "exited", "wrong_section"]
    assert_audited(file)


def test_the_same_journal_keeps_serials_and_opaque_codes(
    file: Path, writer: Writer, gate: Gate
) -> None:
    present(gate, CODE)

    def reopen(conn: object) -> None:
        with transaction(conn):  # type: ignore[arg-type] # the writer's
            sessions.open_session(conn, replace(SESSION, opened=seconds(60)))  # type: ignore[arg-type]

    writer.submit(reopen).result(LIMIT)
    assert present(gate, CODE, 61).verdict.reason is Reason.NOT_A_TICKET
    present(gate, SERIALS[0], 62)
    assert [form_of(scan.evidence) for scan in rows_of(file)] == [
        CodeForm.SECRET,
        CodeForm.SERIAL,
        CodeForm.SERIAL,
    ]
    assert_audited(file)


EARLY, ATTENTION = "early0000000000000000000000000000", "attention000000000000000000000000"


@pytest.fixture
def detailed(file: Path) -> Path:
    """Let whoever left come back; one ticket is early, and one is to be looked at."""
    early = TicketDetail("1", valid_from=seconds(3600))
    looked_at = TicketDetail(
        "2", attention=True, notice="Ask for a pass", unjudged=frozenset({Unjudged.QUESTIONS})
    )
    rows = [
        row(EARLY, owner=None)._replace(detail=early),
        row(ATTENTION, owner=None)._replace(detail=looked_at),
    ]
    with closing(open_database(file)) as conn, transaction(conn):
        ticket_writes.write_tickets(conn, rows, 1)
        details.write_door(conn, DoorRules(entry_after_exit=True))
    return file


def test_whoever_left_comes_back_where_the_door_allows_it(detailed: Path, gate: Gate) -> None:
    reasons = [
        present(gate, CODE, second, word).verdict.reason
        for second, word in enumerate([None, None, Exit(), None, None, Exit(), None])
    ]
    assert reasons == [
        Reason.VALID,
        Reason.ADMITTED_HERE,
        Reason.EXITED,
        Reason.BACK_AFTER_EXIT,
        Reason.ADMITTED_HERE,
        Reason.EXITED,
        Reason.BACK_AFTER_EXIT,
    ]
    with closing(open_reader(detailed)) as reader:
        assert [each.serial for each in ledger.in_state(reader)] == [CODE]
        assert len(passages.of_ticket(reader, CODE)) == 4
    assert_audited(detailed)


def test_a_ticket_has_its_hour_by_the_time_at_which_it_is_shown(detailed: Path, gate: Gate) -> None:
    early = present(gate, EARLY, 3599)
    assert (early.verdict.reason, early.verdict.bound) == (Reason.NOT_YET_VALID, seconds(3600))
    assert present(gate, EARLY, 3600).verdict.reason is Reason.VALID
    assert_audited(detailed)


def test_the_guard_is_told_what_the_list_says_and_the_journal_is_not(
    detailed: Path, gate: Gate
) -> None:
    judged = present(gate, ATTENTION)
    assert judged.verdict.reason is Reason.VALID
    assert judged.notice == Notice(True, "Ask for a pass", frozenset({Unjudged.QUESTIONS}))
    assert present(gate, CODE, 1).notice is None
    assert "Ask for a pass" not in str(rows_of(detailed))
    assert_audited(detailed)
