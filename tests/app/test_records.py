import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.admission.rules import Exit, Override, Reentry
from scanner.admission.ticket import TicketStatus
from scanner.admission.verdict import Closed, Kind, Reason
from scanner.app.records import Records
from scanner.desk.audit import Audit
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.judging import Judged, Presented, judge, recorded
from scanner.keystore import KeyStore
from scanner.paths import ExportFault
from scanner.pin import Pin, PinCheck
from scanner.store import journal, ledger, sessions, ticket_writes
from scanner.store.acknowledged import DOUBLE
from scanner.store.database import SqlConnection, open_database, open_reader, transaction
from scanner.store.details import TicketDetail
from scanner.store.errors import StoreFault
from scanner.store.journal import JournalNote
from scanner.store.ledger import State
from scanner.store.statistics import Arrivals, GateFigure
from scanner.store.ticket_writes import write_tickets
from scanner.store.writer import Writer
from scanner.sync.errors import NameEmpty
from scanner.sync.status import read_status
from scanner.wording.books import account, ticket_rows
from scanner.wording.plain import moment
from scanner.wording.sentences import in_english, sentence
from tests.store.worlds import (
    BALCONY,
    NOW,
    SERIALS,
    filled,
    let_in_at_both_gates,
    row,
    scan,
)

PIN = "47110815"
HERE, THERE = SERIALS[0], SERIALS[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "gate.sqlite3"
    filled(found, [row(HERE), row(THERE, BALCONY)]).close()
    return found


@pytest.fixture
def records(file: Path) -> Iterator[Records]:
    pin = Pin(KeyStore(file.parent, file_only=True), lambda: NOW)
    pin.set(PIN)
    with Writer(file) as writer:
        gate = Gate(writer)
        gate.note_shown(gate.present(HERE, NOW, "camera").result(10))
        yield Records(writer, gate, pin, lambda: NOW)


def test_a_ticket_is_found_before_and_after_they_are_taken_up(file: Path, records: Records) -> None:
    assert [each.serial for each in records.search("dawier", names=False)] == [HERE, THERE]
    records.prepare(names=True)
    assert len(records.search("jo doe", names=True)) == 2
    records.keep_names(False)
    records._writer.submit_to_cache(lambda _: None).result()
    records.prepare(names=False)
    assert [each.serial for each in records.search("dawier", names=False)] == [HERE, THERE]
    assert records.search("doe", names=False) == []
    assert not [each for each in file.parent.iterdir() if b"doe" in each.read_bytes().lower()]
    records.prepare(names=True)
    assert records.search("jo doe", names=True) == []


def test_the_right_pin_lets_in_and_a_wrong_one_does_not(file: Path, records: Records) -> None:
    assert records.let_in("1234", THERE, Override("torn")) is PinCheck.WRONG
    assert [each.serial for each in records.admissions(None, 9)] == [HERE]
    assert records.let_in(PIN, THERE, Override("torn")) is PinCheck.RIGHT
    assert [each.serial for each in records.admissions(State.QUEUED, 9)] == [THERE, HERE]
    assert [each.serial for each in records.admissions(None, 1)] == [THERE]
    assert list(Audit(open_reader(file)).findings()) == []


def test_who_overrode_and_why_is_in_the_queue_the_exports_and_the_verdict(
    file: Path, records: Records
) -> None:
    assert records.set_pin("1234", "902655", "Anna") is PinCheck.WRONG
    assert records.set_pin(PIN, "902655", "Anna") is PinCheck.RIGHT
    assert records.supervisors() == ("", "Anna")
    records.let_in("902655", THERE, Override("torn"))
    newest, other = records.admissions(None, 9)
    assert (newest.override_by, newest.override_note) == ("Anna", "torn")
    assert (other.override_by, other.override_note) == (None, None)
    written = json.loads(records.export(State.QUEUED, "json").read_text())[1]
    assert (written["override_by"], written["override_note"]) == ("Anna", "torn")
    with closing(open_reader(file)) as conn:
        *_, (_, scan, _) = journal.rows(conn)
        reason = journal.params_from_text(scan.reason, scan.params or "")
    assert sentence(reason) == "Let in by Anna: torn"
    assert list(Audit(open_reader(file)).findings()) == []


def test_what_the_api_denied_is_seen_to_with_a_note_and_counted_apart_from_then_on(
    file: Path, records: Records
) -> None:
    with pytest.raises(ScannerError) as refused:
        records.acknowledge(HERE, "she was let in rightly")
    assert refused.value.fact.code is StoreFault.NOTHING_TO_ACKNOWLEDGE

    def deny(conn: SqlConnection) -> None:
        with transaction(conn):
            ledger.mark_sending(conn, [HERE], NOW)
            ledger.move(conn, HERE, State.REFUSED, NOW, Fact("text", {"text": "no such ticket"}))

    def alarms() -> int:
        with closing(open_reader(file)) as conn:
            status = read_status(conn)
        return status.counts[State.REFUSED] - status.seen_to[State.REFUSED]

    records._writer.submit(deny).result(10)
    assert alarms() == 1
    records.acknowledge(HERE, "refunded at the desk")
    assert alarms() == 0
    (admission,) = records.admissions(State.REFUSED, 9)
    done = records.acknowledged()[admission.journal, admission.state]
    assert done.note == "refunded at the desk"
    (written,) = json.loads(records.export(None, "json").read_text())
    assert (written["state"], written["acknowledged_note"]) == ("refused", done.note)
    assert list(Audit(open_reader(file)).findings()) == []


def test_a_double_entry_is_an_alarm_until_somebody_has_seen_to_it(
    file: Path, records: Records
) -> None:
    let_in_at_both_gates(file, HERE)
    with closing(open_reader(file)) as conn:
        first = read_status(conn)
        assert read_status(conn, first).doubles == first.doubles
        assert first.doubles.open == records.doubles()
        (double,) = first.doubles.open
        assert (double.serial, double.gate, double.guard) == (HERE, "door-2", "Bob")
        records.acknowledge(HERE, "both sat down")
        then = read_status(conn, first).doubles
        assert (then.entries, then.open) == ((double,), ())
        assert then == read_status(conn).doubles
    assert records.acknowledged()[double.noted, DOUBLE].note == "both sat down"
    (line,) = csv.DictReader(io.StringIO(records.export_text(None, "csv")))
    (fact,) = json.loads(records.export_text(None, "json"))
    assert "let in here, and by Bob at door-2 at" in line["Why"]
    assert (line["Handled"], fact["acknowledged_note"]) == ("both sat down",) * 2
    assert fact["double_entries"]


def test_the_right_pin_opens_a_gate_whose_ledger_is_an_old_copy(
    file: Path, records: Records
) -> None:
    records._writer.submit(lambda conn: sessions.note_behind(conn, NOW)).result(10)
    for pin, answer, closed in (
        ("1234", PinCheck.WRONG, Closed.PUT_BACK),
        (PIN, PinCheck.RIGHT, None),
    ):
        assert records.open_put_back(pin, "the laptop died") is answer
        with closing(open_reader(file)) as conn:
            assert sessions.read_standing(conn).closed is closed
            notes = list(journal.notes(conn, JournalNote.OPENED))
    ((_, note),) = notes
    assert note.params == {"reason": "the laptop died"}


def test_the_evening_is_counted(records: Records) -> None:
    evening = records.evening()
    assert [(each.name, each.inside, each.sold, each.capacity) for each in evening.sections] == [
        ("Balcony", 0, 1, None),
        ("Floor", 1, 1, 100),
    ]
    assert evening.arrivals == (Arrivals(NOW.replace(second=0, microsecond=0), 1, 1),)
    assert evening.gates == (GateFigure("door-1", 1, NOW, ours=True),)
    assert (evening.inside, evening.to_come, evening.refused) == (1, 1, ())


def test_admissions_are_written_as_csv_and_as_json(records: Records) -> None:
    with records.export(None, "csv").open(encoding="utf-8") as opened:
        (line,) = csv.DictReader(opened)
    (fact,) = json.loads(records.export(State.QUEUED, "json").read_text(encoding="utf-8"))
    assert line["serial"] == fact["serial"] == HERE
    told = [line[name] for name in ("Ticket", "Section", "Let in by", "Gate", "Delivery", "Why")]
    assert told == [HERE, "Floor", "Ana", "door-1", "queued", ""]
    assert line["Let in at (local time)"] == f"{NOW.astimezone():%Y-%m-%d %H:%M:%S}"
    assert fact["at"] == NOW.isoformat()
    assert json.loads(records.export_text(State.CONFLICT, "json")) == []
    assert records.export(None, "csv").stat().st_mode & 0o077 == 0


def test_a_re_entry_is_listed_and_exported_apart_from_its_admission(
    file: Path, records: Records
) -> None:
    assert records.set_pin(PIN, "902655", "Anna") is PinCheck.RIGHT
    assert records.let_in("902655", HERE, Reentry("smoke")) is PinCheck.RIGHT
    assert [each.state for each in records.admissions(None, 9)] == [State.LOCAL, State.QUEUED]
    assert [each.state for each in records.admissions(State.QUEUED, 9)] == [State.QUEUED]
    (fact,) = json.loads(records.export(State.LOCAL, "json").read_text(encoding="utf-8"))
    assert (fact["serial"], fact["state"], fact["code"]) == (HERE, "local", Reason.REENTRY)
    assert (fact["override_by"], fact["override_note"]) == ("Anna", "smoke")
    evening = records.evening()
    assert (evening.inside, evening.again, evening.refused) == (1, 1, ())
    assert list(Audit(open_reader(file)).findings()) == []


def test_an_exit_is_listed_and_exported_with_its_kind_and_its_state(
    file: Path, records: Records
) -> None:
    records._writer.submit(_take_passages).result(10)
    records._gate.present(HERE, NOW, "camera", Exit()).result(10)
    assert [each.kind for each in records.admissions(None, 9)] == [Kind.EXITED, Kind.ADMITTED]
    facts = json.loads(records.export_text(None, "json"))
    assert [(each["kind"], each["state"]) for each in facts] == [
        ("admitted", "queued"),
        ("exited", "queued"),
    ]
    assert facts[1]["code"] == Reason.EXITED
    _, line = csv.DictReader(io.StringIO(records.export_text(None, "csv")))
    assert (line["kind"], line["Why"]) == ("exited", in_english(Fact(Reason.EXITED)))
    evening = records.evening()
    assert (evening.inside, evening.left, evening.exits) == (0, 1, 1)
    view = records.ticket(HERE)
    assert view
    assert view.exits == (NOW,)
    assert ("Left", moment(NOW, NOW)) in ticket_rows(view, "", NOW)
    assert list(Audit(open_reader(file)).findings()) == []


def _take_passages(conn: SqlConnection) -> None:
    with transaction(conn):
        conn.execute("UPDATE session SET passages = 1")


@pytest.mark.parametrize("status", TicketStatus)
def test_a_ticket_of_every_status_can_be_told_about(records: Records, status: TicketStatus) -> None:
    def change(conn: SqlConnection) -> None:
        with transaction(conn):
            write_tickets(conn, [row(HERE, status=status)], 1)

    records._writer.submit_to_cache(change).result(10)
    view = records.ticket(HERE)
    assert view
    assert dict(ticket_rows(view, "", NOW))["Status"]


def test_an_export_replaces_no_file_unasked_and_says_where_none_can_be_written(
    file: Path, records: Records
) -> None:
    mine = file.parent / "mine.csv"
    mine.write_text("mine")
    with pytest.raises(ScannerError, match=ExportFault.EXISTS):
        records.export(None, "csv", mine)
    assert mine.read_text() == "mine"
    assert records.export(None, "csv", mine, overwrite=True) == mine
    assert HERE in mine.read_text()
    with pytest.raises(ScannerError, match=ExportFault.UNWRITABLE):
        records.export(None, "csv", file.parent / "none" / "a.csv")


def test_scans_are_read_back_as_they_were_judged_refused_ones_too(
    file: Path, records: Records
) -> None:
    records.let_in(PIN, HERE, Reentry("smoke"))
    said: list[Judged] = []
    records._gate.subscribe(said.append)
    for payload in (HERE, THERE, "https://example.org", "DAWIER-BACK99999999"):
        records._gate.present(payload, NOW, "camera").result(10)
    newest = records.scans(None, 4)
    assert [each.verdict for each in newest] == [each.verdict for each in reversed(said)]
    assert [(each.scan, each.at) for each in newest] == [(each.scan, NOW) for each in said[::-1]]
    assert [each.verdict.reason for each in records.scans(None, 9)[4:]] == [
        Reason.REENTRY,
        Reason.VALID,
    ]
    (again,) = records.scans({Kind.REENTRY}, 9)
    assert (again.verdict.note, again.verdict.first) == ("smoke", newest[-1].verdict.first)
    assert [each.verdict.reason for each in records.scans({Kind.WRONG_SECTION}, 9)] == [
        Reason.OTHER_SECTION
    ]


def test_scans_that_another_version_recorded_are_read_or_left_out(file: Path) -> None:
    with closing(open_database(file)) as conn:
        judge_in(conn, HERE)
        evidence = journal.last_scans(conn, 1)[0][1].evidence
        with transaction(conn):
            journal.append(conn, scan(THERE, reason="verdict.of_next_year", kind="not_a_ticket"))
            former = scan(None, evidence=evidence, reason="Valid ticket", kind="not_a_ticket")
            journal.append(conn, former._replace(params=None))
        found = [recorded(*each) for each in journal.last_scans(conn, 9)]
    assert [each and each.verdict.reason for each in found] == [Reason.VALID, None, Reason.VALID]


def judge_in(conn: SqlConnection, serial: str) -> None:
    with transaction(conn):
        judge(conn, Presented(serial, NOW, "camera"))


def test_a_change_of_shift_is_journalled_and_the_records_of_before_keep_their_names(
    file: Path, records: Records
) -> None:
    records.change_guard("  Bo   Li ")
    records.note_readers("C920", "none")
    records.let_in(PIN, THERE, Override("torn"))
    with pytest.raises(NameEmpty):
        records.change_guard(" \t")
    newest, oldest = records.admissions(None, 9)
    assert (oldest.redeemer, newest.redeemer) == ("Ana", "Bo Li")
    with closing(open_reader(file)) as conn:
        assert read_status(conn).name == "Bo Li"
        (changed,) = journal.notes(conn, JournalNote.GUARD)
        (read_by,) = journal.notes(conn, JournalNote.READS)
    assert sentence(changed[1]) == "Bo Li stands at the gate, after Ana"
    assert sentence(read_by[1]).endswith("by the camera C920 and the hand scanner none")
    assert list(Audit(open_reader(file)).findings()) == []


def test_a_gate_that_was_killed_says_so_once_at_the_next_start(
    file: Path, records: Records
) -> None:
    def started() -> Records:
        return Records(records._writer, records._gate, records._pin, lambda: NOW)

    assert records.begin_run() is None
    beside = started()
    assert beside.begin_run() is None  # the first one runs still
    beside.end_run()
    records._run = None  # as the system leaves it: the lock is free, and the mark is there
    told = started()
    end = told.begin_run()
    assert end
    assert sentence(end) == (
        "The gate ended without being quit: it was killed, or the power went. "
        "1 admission was not sent then; it is sent now."
    )
    again = started()
    assert again.begin_run() is None
    again.end_run()
    told.end_run()
    assert not list(file.parent.glob("*.run-*"))


def test_who_let_somebody_in_again_is_told_once(records: Records) -> None:
    records.let_in(PIN, HERE, Reentry("smoke"))
    newest, _ = records.admissions(None, 9)
    assert account(newest) == "Let in again by the supervisor: smoke"


def test_the_others_of_an_order_are_those_whom_the_gate_would_let_in(
    file: Path, records: Records
) -> None:
    order = [HERE, *(f"DAWIER-BACK7558{number:04}" for number in range(5))]
    together = TicketDetail(party="ZQ7K3")
    waiting, other_section, late, again, withdrawn = order[1:]
    rows = [
        row(HERE)._replace(detail=together),
        row(waiting)._replace(detail=together),
        row(other_section, BALCONY)._replace(detail=together),
        row(late)._replace(detail=together._replace(valid_until=NOW - timedelta(days=1))),
        row(again)._replace(detail=together),
        row(withdrawn)._replace(detail=together, status=TicketStatus.CANCELLED),
        row("QWERTY-BACK75580348")._replace(detail=TicketDetail(party="OTHER")),
    ]

    def write(conn: SqlConnection) -> None:
        with transaction(conn):
            ticket_writes.write_tickets(conn, rows, 1)

    records._writer.submit_to_cache(write).result(10)
    records._gate.present(again, NOW, "camera").result(10)
    with closing(open_reader(file)) as conn:
        before = journal.last_scans(conn, 99)
    assert [each.serial for each in records.party(HERE)] == [waiting]
    assert records.party("QWERTY-BACK75580348") == []
    assert records.party("no ticket") == []
    with closing(open_reader(file)) as conn:
        assert journal.last_scans(conn, 99) == before
