import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.rules import Override, Reentry
from scanner.admission.serial import LONGEST_PAYLOAD, fingerprint
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.gate import Gate, PlatformsWord
from scanner.judging import Judged
from scanner.store import journal, ledger, passages, statistics, ticket_writes
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.errors import StoreError
from scanner.store.ledger import State
from scanner.store.writer import Writer
from tests.store.worlds import (
    BALCONY,
    EVENT,
    FLOOR,
    NOW,
    SERIALS,
    assert_whole_chain,
    filled,
    row,
    seconds,
)

LIMIT = 10
A, B = SERIALS[:2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "gate.sqlite3"
    filled(found, [row(A), row(B, BALCONY)]).close()
    return found


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    with Writer(file) as opened:
        yield opened


def present(writer: Writer, payload: str, second: float = 0) -> Judged:
    return Gate(writer).present(payload, seconds(second), "camera").result(LIMIT)


def test_a_green_light_means_one_durable_admission(file: Path, writer: Writer) -> None:
    judged = present(writer, A)
    assert judged.verdict.admits
    assert (judged.payload, judged.source, judged.at) == (A, "camera", NOW)
    with closing(open_reader(file)) as reader:
        (admission,) = ledger.in_state(reader)
        ((number, scan, _),) = journal.rows(reader)
    assert (admission.serial, admission.journal, admission.state) == (A, number, State.QUEUED)
    assert (admission.event, admission.section) == (EVENT, FLOOR)
    assert (admission.redeemer, admission.gate, admission.at) == ("Ana", "door-1", NOW)
    assert (judged.scan, scan.serial, scan.kind, scan.at) == (number, A, "admitted", NOW)


def test_a_second_presentation_is_refused_and_recorded_too(file: Path, writer: Writer) -> None:
    present(writer, A)
    again = present(writer, A.lower(), 60)
    assert again.verdict.kind is Kind.ALREADY_ADMITTED
    assert again.verdict.first == EarlierAdmission(NOW, "Ana", "door-1")
    with closing(open_reader(file)) as reader:
        assert [scan.kind for _, scan, _ in journal.rows(reader)] == [
            "admitted",
            "already_admitted",
        ]
        assert len(ledger.in_state(reader)) == 1


def test_a_ticket_admits_once_by_serial_and_by_code_together(writer: Writer) -> None:
    assert present(writer, fingerprint(A, "AZ-4918SF92") + ":Floor").verdict.admits
    assert present(writer, A).verdict.kind is Kind.ALREADY_ADMITTED


@pytest.mark.parametrize(
    ("payload", "kind", "recorded"),
    [
        (B, Kind.WRONG_SECTION, B),
        ("QWERTY-BACK00000000", Kind.OTHER_EVENT, "QWERTY-BACK00000000"),
        ("DAWIER-BACK99999999", Kind.UNKNOWN, "DAWIER-BACK99999999"),
        ("0" * 64, Kind.UNKNOWN, "fingerprint 64 -"),
        ("https://x.example", Kind.NOT_A_TICKET, "web_address 17 -"),
        ("", Kind.NOT_A_TICKET, ""),
    ],
)
def test_who_is_not_admitted_is_in_the_journal_alone(
    file: Path, writer: Writer, payload: str, kind: Kind, recorded: str
) -> None:
    assert present(writer, payload).verdict.kind is kind
    with closing(open_reader(file)) as reader:
        ((_, scan, _),) = journal.rows(reader)
        assert (scan.payload, scan.kind) == (recorded, kind.value)
        assert ledger.in_state(reader) == []


def test_before_the_first_session_everybody_is_refused_and_recorded(tmp_path: Path) -> None:
    with Writer(tmp_path / "new.sqlite3") as writer:
        judged = present(writer, A)
        assert judged.verdict.kind is Kind.GATE_CLOSED
        ((_, scan, _),) = writer.submit(lambda conn: list(journal.rows(conn))).result(LIMIT)
    assert (scan.event, scan.redeemer, scan.device) == (None, None, None)


@pytest.mark.parametrize(
    "payload",
    ["\ud800\udfff", "\x00", f"{A}\x00", "ñ\u202e\x1b[2J", "x" * (LONGEST_PAYLOAD * 3), "'; --"],
)
def test_any_payload_is_judged_recorded_and_keeps_the_chain_whole(
    file: Path, writer: Writer, payload: str
) -> None:
    present(writer, payload)
    present(writer, "hello")
    with closing(open_reader(file)) as reader:
        found = list(journal.rows(reader))
        assert_whole_chain(reader)
    assert len(found) == 2
    assert len(found[0][1].payload) <= LONGEST_PAYLOAD


def test_a_verdict_is_published_after_its_commit(file: Path, writer: Writer) -> None:
    seen: list[tuple[Judged, int]] = []
    reader = open_reader(file)

    def look(judged: Judged) -> None:
        seen.append((judged, len(ledger.by_serial(reader, [A]))))

    gate = Gate(writer)
    gate.subscribe(look)
    judged = gate.present(A, NOW, "camera").result(LIMIT)
    reader.close()
    assert seen == [(judged, 1)]


def test_a_listener_that_fails_harms_neither_the_verdict_nor_the_others(writer: Writer) -> None:
    heard: list[Judged] = []

    def fail(_: Judged) -> None:
        raise RuntimeError("no loudspeaker")

    gate = Gate(writer)
    gate.subscribe(fail)
    gate.subscribe(heard.append)
    judged = gate.present(A, NOW, "camera").result(LIMIT)
    assert heard == [judged]
    assert judged.verdict.admits


def test_what_cannot_be_recorded_admits_nobody_and_publishes_nothing(
    file: Path, writer: Writer
) -> None:
    def refuse(conn: sqlite3.Connection) -> None:
        conn.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON journal"
            " BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END"
        )

    writer.submit(refuse).result(LIMIT)
    published: list[Judged] = []
    gate = Gate(writer)
    gate.subscribe(published.append)
    with pytest.raises(StoreError, match="the disk is broken"):
        gate.present(A, NOW, "camera").result(LIMIT)
    assert published == []
    with closing(open_reader(file)) as reader:
        assert list(journal.rows(reader)) == []


def test_of_many_that_show_one_ticket_at_once_one_enters(writer: Writer) -> None:
    gate = Gate(writer)
    with ThreadPoolExecutor(8) as pool:
        futures = list(pool.map(lambda n: gate.present(A, seconds(n), "camera"), range(40)))
    kinds = [future.result(LIMIT).verdict.kind for future in futures]
    assert kinds.count(Kind.ADMITTED) == 1
    assert kinds.count(Kind.ALREADY_ADMITTED) == 39


def test_two_programs_on_one_database_admit_a_ticket_once(file: Path) -> None:
    start = threading.Barrier(2)

    def all_of_it() -> int:
        with Writer(file) as writer:
            gate = Gate(writer)
            start.wait(LIMIT)
            futures = [gate.present(serial, NOW, "camera") for serial in SERIALS]
            return sum(future.result(LIMIT).verdict.admits for future in futures)

    with closing(open_database(file)) as conn, transaction(conn):
        ticket_writes.write_tickets(conn, [row(serial) for serial in SERIALS], 1)
    with ThreadPoolExecutor(2) as pool:
        greens = [future.result(30) for future in [pool.submit(all_of_it) for _ in range(2)]]
    assert sum(greens) == len(SERIALS)
    with closing(open_reader(file)) as reader:
        assert_whole_chain(reader)
        assert journal.head(reader)[0] == 2 * len(SERIALS)


@pytest.mark.parametrize("serial", [B, SERIALS[5], "OTHERX-BACK75580348"])
def test_a_supervisors_word_admits_once_and_the_audit_agrees(
    file: Path, writer: Writer, serial: str
) -> None:
    gate = Gate(writer)
    assert not gate.present(serial, NOW, "hand").result(10).verdict.admits
    word = Override("the box office sold it a minute ago")
    let_in = gate.present(serial, NOW, "override", word).result(10)
    assert let_in.verdict.admits
    assert not gate.present(serial, NOW, "override", word).result(10).verdict.admits
    with closing(open_reader(file)) as reader:
        (admission,) = ledger.in_state(reader, State.QUEUED)
        assert (admission.serial, admission.journal) == (serial, let_in.scan)
        audit = Audit(reader)
        assert list(audit.findings()) == []
        assert audit.rows == 3


def test_a_re_entry_is_a_record_of_its_own_and_no_second_admission(
    file: Path, writer: Writer
) -> None:
    gate = Gate(writer)
    first = gate.present(A, NOW, "camera").result(LIMIT)
    assert first.verdict.admits
    gate.note_shown(first)
    for note in ("a cigarette", "a lost wristband"):
        again = gate.present(A, NOW, "override", Reentry(note)).result(LIMIT)
        assert again.verdict.reason is Reason.REENTRY
    assert gate.present(A, NOW, "camera").result(LIMIT).verdict.kind is Kind.ALREADY_ADMITTED
    with closing(open_reader(file)) as reader:
        (admission,) = ledger.in_state(reader)
        assert admission.journal == first.scan
        notes = [each.verdict.params["note"] for each in passages.in_state(reader)]
        assert notes == ["a cigarette", "a lost wristband"]
        counts = ledger.counts(reader)
        assert (counts[State.QUEUED], counts[State.LOCAL]) == (1, 2)
        assert statistics.admitted(reader).here == 1
        assert list(Audit(reader).findings()) == []


def test_no_word_lets_in_whom_the_api_refused_before_the_green_light(writer: Writer) -> None:
    class Refuses:
        def ask(self, _: Judged, /) -> PlatformsWord:
            return PlatformsWord(Fact("text", {"text": "already redeemed"}))

    gate = Gate(writer, Refuses())
    assert not gate.present(A, NOW, "camera").result(LIMIT).verdict.admits
    let_in = gate.present(A, NOW, "override", Override("they are on the list")).result(LIMIT)
    assert let_in.verdict.kind is Kind.WITHDRAWN
