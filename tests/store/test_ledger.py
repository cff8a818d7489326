import hashlib
import itertools
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Fact
from scanner.store import journal, ledger, passages
from scanner.store.database import open_database, transaction
from scanner.store.ledger import State
from tests.store.worlds import EVENT, FLOOR, NOW, SERIALS, admit, scan, seconds

MOVES = {
    (State.QUEUED, State.SENDING),
    (State.SENDING, State.QUEUED),
    (State.SENDING, State.CONFIRMED),
    (State.SENDING, State.CONFLICT),
    (State.SENDING, State.REFUSED),
    (State.CONFIRMED, State.UNDONE),
    (State.CONFLICT, State.UNDONE),
    (State.REFUSED, State.UNDONE),
}
SENT, SETTLED = seconds(30), seconds(60)
A, B, C = SERIALS[:3]

ITS_STATES = tuple(each for each in State if each is not State.LOCAL)
"""Of an admission; the other is a re-entry's."""
NEVER_LEFT = Fact("text", {"text": "it did not leave this gate"})
WITHDRAWN = Fact("test.withdrawn", {"section": "Süd", "why": NEVER_LEFT, "count": 2})


def bring_to(conn: sqlite3.Connection, serial: str, state: State) -> None:
    """Admit a serial and lead it to a state along permitted moves."""
    admit(conn, serial)
    if state is not State.QUEUED:
        ledger.mark_sending(conn, [serial], SENT)
    if state is State.UNDONE:
        ledger.move(conn, serial, State.CONFIRMED, SETTLED)
    if state not in (State.QUEUED, State.SENDING):
        ledger.move(conn, serial, state, SETTLED)


def state_of(conn: sqlite3.Connection, serial: str) -> State:
    (admission,) = ledger.in_state(conn)
    assert admission.serial == serial
    return admission.state


def batch(conn: sqlite3.Connection, most: int = 100) -> list[str]:
    return [each.serial for each in ledger.next_batch(conn, most)]


def test_a_presentation_is_read_back_as_it_was_written(conn: sqlite3.Connection) -> None:
    written = [
        scan(A),
        scan(None, seconds(0.000001), payload="\x00 \u202e ñ 🎫"),
        scan(None)._replace(event=None, redeemer=None, device=None),
    ]
    with transaction(conn):
        numbers = [journal.append(conn, each) for each in written]
    assert numbers == [1, 2, 3]
    assert [(row, each) for row, each, _ in journal.rows(conn)] == list(enumerate(written, 1))


def test_each_hash_covers_the_row_and_the_hash_before_it(conn: sqlite3.Connection) -> None:
    assert journal.head(conn) == (0, bytes(32))
    with transaction(conn):
        journal.append(conn, scan(A))
        journal.append(conn, scan(None))
    at, inputs = NOW.isoformat(), scan(A).evidence
    first = json.dumps(
        [1, at, EVENT, "Ana", "door-1", "camera", A, A, "admitted", "verdict.valid", inputs, "{}"],
        separators=(",", ":"),
    )
    one = hashlib.sha256(bytes(32) + first.encode()).digest()
    two = journal.chain_hash(one, 2, scan(None))
    assert [digest for *_, digest in journal.rows(conn)] == [one, two]
    assert journal.head(conn) == (2, two)


@given(
    st.sampled_from([each for each in journal.Scan._fields if each != "at"]),
    st.text(),
)
def test_no_word_of_a_row_can_change_without_its_hash(name: str, value: str) -> None:
    honest = scan(A)
    change: dict[str, Any] = {name: value}
    forged = honest._replace(**change)
    same = journal.chain_hash(bytes(32), 1, forged) == journal.chain_hash(bytes(32), 1, honest)
    assert same == (forged == honest)


def test_a_row_cannot_take_anothers_place_in_the_chain() -> None:
    assert journal.chain_hash(bytes(32), 1, scan(A)) != journal.chain_hash(bytes(32), 2, scan(A))
    assert journal.chain_hash(bytes(32), 1, scan(A)) != journal.chain_hash(b"\x01" * 32, 1, scan(A))


def test_what_was_rolled_back_leaves_no_gap_in_the_chain(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    with pytest.raises(KeyError), transaction(conn):
        journal.append(conn, scan(B))
        raise KeyError
    assert admit(conn, C) == 2
    assert [row for row, *_ in journal.rows(conn)] == [1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal",
        "DELETE FROM admission",
        "DELETE FROM transition",
        "UPDATE journal SET reason = 'Valid ticket' WHERE id = 1",
        "UPDATE journal SET hash = zeroblob(32)",
        "UPDATE admission SET serial = 'QWERTY-BACK00000000'",
        "UPDATE admission SET at = '2020-01-01T00:00:00+00:00'",
        "UPDATE admission SET redeemer = 'Sam'",
        "UPDATE admission SET device = 'door-9'",
        "UPDATE admission SET event = '/events/9'",
        "UPDATE admission SET section = '/events/9/sections/9'",
        "UPDATE admission SET journal = 7",
        "UPDATE transition SET after = 'confirmed'",
        "INSERT OR REPLACE INTO admission (serial, journal, event, section, redeemer, device, at)"
        " SELECT serial, journal, event, section, 'Sam', device, at FROM admission",
        "INSERT OR REPLACE INTO journal SELECT id, at, event, redeemer, device, source, payload,"
        " serial, kind, 'another', evidence, hash, params, mac FROM journal",
        "INSERT OR REPLACE INTO transition SELECT id, serial, before, 'refused', reason, at,"
        " journal FROM transition",
    ],
)
def test_the_ledger_cannot_be_shortened_or_rewritten(
    file: Path, conn: sqlite3.Connection, statement: str
) -> None:
    bring_to(conn, A, State.SENDING)

    def everything() -> list[list[tuple[object, ...]]]:
        tables = ("journal", "admission", "transition")
        return [conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables]

    before = everything()
    # The connection that made the database is not like those of all later days.
    with closing(open_database(file)) as later, pytest.raises(sqlite3.IntegrityError):
        later.execute(statement)
    assert everything() == before


@pytest.mark.parametrize(("before", "after"), itertools.product(ITS_STATES, State))
def test_an_admission_moves_only_along_the_permitted_ways(
    conn: sqlite3.Connection, before: State, after: State
) -> None:
    bring_to(conn, A, before)
    ledger.enqueue(conn)
    move = "UPDATE admission SET state = ?"
    if before is after or (before, after) in MOVES:
        conn.execute(move, (after.value,))
        assert state_of(conn, A) is after
    else:
        with pytest.raises(sqlite3.IntegrityError, match="can't move so"):
            conn.execute(move, (after.value,))
        assert state_of(conn, A) is before


def test_an_unknown_state_is_refused(conn: sqlite3.Connection) -> None:
    bring_to(conn, A, State.SENDING)
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute("UPDATE admission SET state = 'forgotten'")


def test_every_move_is_recorded_with_its_reason(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    ledger.mark_sending(conn, [A], SENT)
    ledger.move(conn, A, State.QUEUED, SETTLED, NEVER_LEFT)
    ledger.mark_sending(conn, [A], SENT)
    ledger.move(conn, A, State.REFUSED, SETTLED, WITHDRAWN)
    moves = conn.execute("SELECT serial, before, after, reason FROM transition ORDER BY id")
    assert moves.fetchall() == [
        (A, "queued", "sending", None),
        (A, "sending", "queued", journal.fact_to_text(NEVER_LEFT)),
        (A, "queued", "sending", None),
        (A, "sending", "refused", journal.fact_to_text(WITHDRAWN)),
    ]


def test_a_reason_is_read_back_as_it_was(conn: sqlite3.Connection) -> None:
    bring_to(conn, A, State.SENDING)
    ledger.move(conn, A, State.REFUSED, SETTLED, WITHDRAWN)
    assert [each.reason for each in ledger.in_state(conn)] == [WITHDRAWN]


@pytest.mark.parametrize("text", ["the ticket was withdrawn", "{curly}", "4", '{"code":"x"}', "["])
def test_a_sentence_of_an_earlier_version_is_read_as_text(
    conn: sqlite3.Connection, text: str
) -> None:
    admit(conn, A)
    ledger.enqueue(conn)
    conn.execute("UPDATE admission SET reason = ?", (text,))
    conn.execute("INSERT INTO withheld VALUES (1, ?)", (text,))
    said = Fact("text", {"text": text})
    assert [each.reason for each in ledger.in_state(conn)] == [said]
    assert ledger.own_admission(conn, A) == ledger.OwnAdmission(refusal=said)


def test_a_serial_is_admitted_once_and_what_tries_twice_is_undone(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A)
    with pytest.raises(sqlite3.IntegrityError):
        admit(conn, A, seconds(1))
    assert [row for row, *_ in journal.rows(conn)] == [1]
    assert journal.head(conn)[0] == 1
    (admission,) = ledger.in_state(conn)
    assert (admission.journal, admission.at) == (1, NOW)


def test_a_presentation_has_one_admission_at_most_and_an_admission_a_presentation(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A)
    record = "INSERT INTO admission (serial, journal, event, section, redeemer, device, at)"
    for serial, row in ((B, 1), (B, 99), (A, 99)):
        with pytest.raises(sqlite3.IntegrityError), transaction(conn):
            ledger.enqueue(conn)
            conn.execute(f"{record} VALUES (?, ?, 'e', 's', 'r', 'd', 'x')", (serial, row))


@pytest.mark.parametrize("name", ["event", "redeemer", "device"])
def test_an_admission_without_an_origin_is_refused(conn: sqlite3.Connection, name: str) -> None:
    nothing: dict[str, Any] = {name: None}
    nameless = scan(A)._replace(**nothing)
    with pytest.raises(sqlite3.IntegrityError), transaction(conn):
        journal.append(conn, nameless)


def test_an_admission_begins_queued_and_never_sent(conn: sqlite3.Connection) -> None:
    row = admit(conn, A)
    assert ledger.in_state(conn, State.QUEUED) == [
        ledger.Admission(
            serial=A,
            journal=row,
            event=EVENT,
            section=FLOOR,
            redeemer="Ana",
            device="door-1",
            at=NOW,
            state=State.QUEUED,
            attempts=0,
            sent=None,
            answered=False,
            outstanding=None,
            faults=0,
            reason=None,
        )
    ]


def test_sending_notes_the_first_time_and_counts_the_attempts(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    ledger.mark_sending(conn, [A], SENT)
    ledger.mark_answered(conn, [A])
    ledger.move(conn, A, State.QUEUED, SETTLED, NEVER_LEFT)
    ledger.mark_sending(conn, [A], seconds(90))
    (admission,) = ledger.by_serial(conn, [A])
    assert (admission.attempts, admission.sent) == (2, SENT)
    assert (admission.answered, admission.reason) == (False, None)


@pytest.mark.parametrize("state", [State.SENDING, State.CONFIRMED, State.CONFLICT, State.REFUSED])
def test_only_what_is_queued_can_be_marked_as_being_sent(
    conn: sqlite3.Connection, state: State
) -> None:
    bring_to(conn, A, state)
    ledger.mark_sending(conn, [A], seconds(99))
    (admission,) = ledger.by_serial(conn, [A])
    assert (admission.state, admission.attempts, admission.sent) == (state, 1, SENT)


def test_answers_and_faults_are_noted_for_their_serials_alone(conn: sqlite3.Connection) -> None:
    for serial in (A, B):
        bring_to(conn, serial, State.SENDING)
    ledger.mark_answered(conn, [A])
    ledger.mark_fault(conn, [B])
    ledger.mark_fault(conn, [B])
    one, two = ledger.by_serial(conn, [A, B])
    assert (one.answered, one.faults, two.answered, two.faults) == (True, 0, False, 2)


def test_a_settled_admission_says_when_and_a_queued_one_nothing(conn: sqlite3.Connection) -> None:
    bring_to(conn, A, State.CONFIRMED)
    bring_to(conn, B, State.SENDING)
    ledger.move(conn, B, State.QUEUED, SETTLED)
    settled = dict(conn.execute("SELECT serial, settled FROM admission").fetchall())
    assert settled == {A: SETTLED.isoformat(), B: None}


def test_what_is_enqueued_reads_as_before_and_is_enqueued_once(conn: sqlite3.Connection) -> None:
    bring_to(conn, A, State.CONFIRMED)
    for serial in (C, B):
        admit(conn, serial, seconds(5))

    def read() -> tuple[object, ...]:
        return ledger.in_state(conn), ledger.counts(conn), ledger.by_serial(conn, [B, C])

    before = read()
    assert conn.execute("SELECT serial FROM admission").fetchall() == [(A,)]
    for _ in range(2):
        ledger.enqueue(conn)
        assert read() == before
    assert len(conn.execute("SELECT serial FROM admission").fetchall()) == 3


def test_a_batch_is_the_oldest_of_the_queue(conn: sqlite3.Connection) -> None:
    for serial in reversed(SERIALS):
        admit(conn, serial)
    ledger.mark_sending(conn, [SERIALS[-1]], SENT)
    assert batch(conn, 3) == [SERIALS[-2], SERIALS[-3], SERIALS[-4]]
    assert len(batch(conn)) == len(SERIALS) - 1


@pytest.mark.parametrize("change", ["event", "redeemer", "device"])
def test_a_batch_is_of_one_event_one_redeemer_and_one_device(
    conn: sqlite3.Connection, change: str
) -> None:
    admit(conn, A)
    another: dict[str, Any] = {change: "another"}
    admit(conn, B, **another)
    admit(conn, C)
    assert batch(conn) == [A, C]
    ledger.mark_sending(conn, [A, C], SENT)
    assert batch(conn) == [B]


def test_what_made_the_api_fail_comes_last_and_apart(conn: sqlite3.Connection) -> None:
    for serial in (A, B, C):
        admit(conn, serial)
    ledger.mark_fault(conn, [A])
    assert batch(conn) == [B, C]
    ledger.mark_sending(conn, [B, C], SENT)
    assert batch(conn) == [A]


def test_an_empty_queue_gives_an_empty_batch(conn: sqlite3.Connection) -> None:
    assert batch(conn) == []
    bring_to(conn, A, State.CONFIRMED)
    assert batch(conn) == []


@pytest.mark.parametrize("lacks", ["serial", "event", "redeemer", "device"])
def test_a_re_entry_is_taken_by_name_only(conn: sqlite3.Connection, lacks: str) -> None:
    whole = journal.Scan(
        NOW, EVENT, "Ana", "door-1", "override", A, A, "reentry", "verdict.reentry", "{}", "{}"
    )
    with pytest.raises(sqlite3.IntegrityError, match="of a ticket, by name"):
        journal.append(conn, whole._replace(**{lacks: None}))  # type: ignore[arg-type] # any
    journal.append(conn, whole)
    assert [each.state for each in passages.of_ticket(conn, A)] == [State.LOCAL]


def test_every_state_is_counted_the_absent_ones_too(conn: sqlite3.Connection) -> None:
    assert ledger.counts(conn) == dict.fromkeys(State, 0)
    for serial, state in zip(SERIALS, [*ITS_STATES, State.CONFIRMED], strict=False):
        bring_to(conn, serial, state)
    found = dict.fromkeys(State, 1) | {State.CONFIRMED: 2, State.LOCAL: 0}
    assert ledger.counts(conn) == found


def test_admissions_are_listed_by_state_oldest_first_and_bounded(conn: sqlite3.Connection) -> None:
    for serial in (C, A, B):
        admit(conn, serial)
    bring_to(conn, SERIALS[5], State.REFUSED)
    assert [each.serial for each in ledger.in_state(conn, State.QUEUED)] == [C, A, B]
    assert [each.serial for each in ledger.in_state(conn, State.QUEUED, 2)] == [C, A]
    assert [each.serial for each in ledger.in_state(conn)] == [C, A, B, SERIALS[5]]
    assert [each.serial for each in ledger.by_serial(conn, [B, C, "QWERTY-NONE00000000"])] == [C, B]
    assert ledger.by_serial(conn, []) == []


def test_a_sending_that_was_never_answered_stays_outstanding(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    ledger.mark_sending(conn, [A], SENT)
    ledger.move(conn, A, State.QUEUED, SETTLED, NEVER_LEFT)
    ledger.mark_sending(conn, [A], seconds(90))
    (admission,) = ledger.by_serial(conn, [A])
    assert admission.outstanding == SENT
    ledger.mark_answered(conn, [A])
    ledger.move(conn, A, State.QUEUED, SETTLED, NEVER_LEFT)
    ledger.mark_sending(conn, [A], seconds(120))
    (admission,) = ledger.by_serial(conn, [A])
    assert admission.outstanding == SENT
