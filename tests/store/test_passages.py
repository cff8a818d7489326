"""Exits and further entries: their records, in which order they go, and how they may move."""

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store import acknowledged, journal, ledger, names, passages
from scanner.store.acknowledged import Acknowledged
from scanner.store.database import open_database, transaction
from scanner.store.errors import StoreError
from scanner.store.ledger import State
from tests.store.worlds import EVENT, FLOOR, NOW, SERIALS, admit, filled, row, scan, seconds

A, B, C = SERIALS[:3]
SENT, SETTLED = seconds(30), seconds(60)
DENIED = Fact("test.denied", {"section": "Süd"})
MOVES = {
    (State.QUEUED, State.SENDING),
    (State.SENDING, State.QUEUED),
    (State.SENDING, State.CONFIRMED),
    (State.SENDING, State.REFUSED),
}
ITS_STATES = (State.QUEUED, State.SENDING, State.CONFIRMED, State.REFUSED, State.LOCAL)


@pytest.fixture
def taken(conn: sqlite3.Connection) -> sqlite3.Connection:
    """The ledger of a session whose platform takes passages."""
    conn.execute("UPDATE session SET passages = 1")
    return conn


def leave(conn: sqlite3.Connection, serial: str, at: int = 10, **changes: str) -> int:
    given = {"kind": "exited", "reason": str(Reason.EXITED)} | changes
    return admit(conn, serial, seconds(at), **given)


def come_back(conn: sqlite3.Connection, serial: str, at: int = 20, **changes: str) -> int:
    given = {"kind": "reentry", "reason": str(Reason.BACK_AFTER_EXIT)} | changes
    return admit(conn, serial, seconds(at), **given)


def settle_admission(conn: sqlite3.Connection, serial: str) -> None:
    ledger.mark_sending(conn, [serial], SENT)
    ledger.move(conn, serial, State.CONFIRMED, SETTLED)


def bring_to(conn: sqlite3.Connection, state: State) -> int:
    """Let A out and lead that to a state along permitted moves."""
    number = leave(conn, A)
    with transaction(conn):
        if state not in (State.QUEUED, State.LOCAL):
            passages.mark_sending(conn, [number], SENT)
        if state in (State.CONFIRMED, State.REFUSED):
            passages.settle(conn, number, state, SETTLED)
    return number


def due(conn: sqlite3.Connection, most: int = 100) -> list[int]:
    return [each.journal for each in passages.next_ones(conn, most)]


def test_what_no_platform_takes_is_kept_here_from_the_first(conn: sqlite3.Connection) -> None:
    leave(conn, A)
    come_back(conn, A)
    assert [each.state for each in passages.of_ticket(conn, A)] == [State.LOCAL] * 2
    assert due(conn) == []
    assert not ledger.has_unsettled(conn, EVENT)
    assert ledger.counts(conn)[State.LOCAL] == 2


def test_what_a_platform_takes_is_queued_with_all_that_a_request_needs(
    taken: sqlite3.Connection,
) -> None:
    out = leave(taken, A)
    again = come_back(taken, B, reason=str(Reason.REENTRY), params='{"note":"smoke","by":"Kim"}')
    first, second = passages.next_ones(taken, 9)
    assert first == passages.Passage(
        out,
        A,
        Kind.EXITED,
        EVENT,
        FLOOR,
        "Ana",
        "door-1",
        seconds(10),
        journal.nonce(taken, out),
        False,
        Fact(Reason.EXITED),
        State.QUEUED,
        0,
        0,
        None,
    )
    assert (second.kind, second.override) == (Kind.REENTRY, True)
    assert second.verdict == Fact(Reason.REENTRY, {"note": "smoke", "by": "Kim"})
    assert second.nonce == journal.nonce(taken, again) != first.nonce


def test_an_admission_is_no_passage_and_needs_no_record_of_one(taken: sqlite3.Connection) -> None:
    admit(taken, A)
    with transaction(taken):
        journal.append(taken, scan())
        journal.note(taken, Fact("test.note"), NOW)
    assert taken.execute("SELECT count(*) FROM passage").fetchone() == (0,)


def test_a_passage_waits_for_its_tickets_admission_and_for_an_earlier_passage(
    taken: sqlite3.Connection,
) -> None:
    admit(taken, A)
    out, back = leave(taken, A), come_back(taken, A)
    other = leave(taken, B, 30)
    assert due(taken) == [other]
    settle_admission(taken, A)
    assert due(taken) == [out, other]
    passages.mark_sending(taken, [out, other], SENT)
    assert due(taken) == []
    passages.settle(taken, out, State.REFUSED, SETTLED, DENIED)
    assert due(taken) == [back]


def test_a_passage_does_not_wait_for_an_admission_that_came_later(
    taken: sqlite3.Connection,
) -> None:
    out = leave(taken, A)
    admit(taken, A, seconds(50))
    assert due(taken) == [out]


def test_passages_go_oldest_first_those_of_one_event_and_the_faulty_last(
    taken: sqlite3.Connection,
) -> None:
    first, second, third = (leave(taken, each, at) for at, each in enumerate((C, A, B)))
    elsewhere = leave(taken, SERIALS[5], event="/events/9")
    passages.mark_fault(taken, [first])
    assert [each.journal for each in passages.next_ones(taken, 9, EVENT)] == [second, third, first]
    assert [each.journal for each in passages.next_ones(taken, 1, EVENT)] == [second]
    assert due(taken) == [second, third, elsewhere, first]


@pytest.mark.parametrize(("before", "after"), itertools.product(ITS_STATES, State))
def test_a_passage_moves_only_along_the_permitted_ways(
    conn: sqlite3.Connection, before: State, after: State
) -> None:
    conn.execute("UPDATE session SET passages = ?", (before is not State.LOCAL,))
    number = bring_to(conn, before)
    if before is after or (before, after) in MOVES:
        passages.settle(conn, number, after, SETTLED)
        assert passages.counts(conn) == dict.fromkeys(State, 0) | {after: 1}
    else:
        with pytest.raises(sqlite3.IntegrityError, match="can't move so"):
            passages.settle(conn, number, after, SETTLED)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM passage",
        "UPDATE passage SET serial = 'QWERTY-BACK00000000'",
        "UPDATE passage SET journal = 7",
        "INSERT OR REPLACE INTO passage (journal, serial, state) SELECT journal, serial, 'queued'"
        " FROM passage",
        "INSERT INTO passage (journal, serial, state) VALUES (1, 'DAWIER-BACK00000009', 'queued')",
    ],
)
def test_records_of_passages_cannot_be_removed_or_rewritten(
    file: Path, taken: sqlite3.Connection, statement: str
) -> None:
    admit(taken, B)
    bring_to(taken, State.SENDING)
    before = taken.execute("SELECT * FROM passage").fetchall()
    with closing(open_database(file)) as later, pytest.raises(sqlite3.IntegrityError):
        later.execute(statement)
    assert taken.execute("SELECT * FROM passage").fetchall() == before


@pytest.mark.parametrize("lacks", ["serial", "event", "redeemer", "device"])
def test_an_exit_is_taken_by_name_only(conn: sqlite3.Connection, lacks: str) -> None:
    nothing: dict[str, Any] = {lacks: None}
    nameless = scan(A, kind="exited", reason=str(Reason.EXITED))._replace(**nothing)
    with pytest.raises(sqlite3.IntegrityError, match="of a ticket, by name"):
        journal.append(conn, nameless)


def test_moves_of_passages_are_noted_in_the_journal_as_those_of_admissions_are(
    taken: sqlite3.Connection,
) -> None:
    number = leave(taken, A)
    passages.mark_sending(taken, [number], SENT)
    passages.put_back(taken, [number], SENT, DENIED)
    passages.mark_sending(taken, [number], SENT)
    passages.settle(taken, number, State.REFUSED, SETTLED, DENIED)
    text = journal.fact_to_text(DENIED)
    moves = taken.execute("SELECT serial, before, after, reason, journal FROM transition")
    assert moves.fetchall() == [
        (A, "queued", "sending", None, number),
        (A, "sending", "queued", text, number),
        (A, "queued", "sending", None, number),
        (A, "sending", "refused", text, number),
    ]
    noted = [fact.params for _, fact in journal.notes(taken, journal.JournalNote.MOVED)]
    assert [(each["first"], each["last"]) for each in noted] == [(n, n) for n in range(1, 5)]
    (passage,) = passages.in_state(taken, State.REFUSED, EVENT)
    assert (passage.reason, passage.attempts) == (DENIED, 2)


def test_only_what_is_queued_is_sent_and_only_what_is_sent_is_put_back(
    taken: sqlite3.Connection,
) -> None:
    number = bring_to(taken, State.CONFIRMED)
    passages.mark_sending(taken, [number], SENT)
    passages.put_back(taken, [number], SENT)
    (passage,) = passages.of_ticket(taken, A)
    assert (passage.state, passage.attempts) == (State.CONFIRMED, 1)


def test_an_open_passage_counts_as_unsettled_and_keeps_patrons_data(
    taken: sqlite3.Connection,
) -> None:
    number = leave(taken, A)
    assert ledger.counts(taken)[State.QUEUED] == 1
    assert ledger.has_unsettled(taken, EVENT)
    assert ledger.count_waiting_elsewhere(taken, "/events/9") == 1
    assert not names.may_forget(taken, EVENT)
    passages.mark_sending(taken, [number], SENT)
    passages.settle(taken, number, State.CONFIRMED, SETTLED)
    assert not ledger.has_unsettled(taken, EVENT)
    assert ledger.count_waiting_elsewhere(taken, "/events/9") == 0
    assert names.may_forget(taken, EVENT)


def test_a_list_of_all_records_has_passages_with_their_kind(taken: sqlite3.Connection) -> None:
    admit(taken, A)
    out = leave(taken, A)
    back = come_back(taken, B, reason=str(Reason.REENTRY), params='{"note":"smoke"}')
    passages.mark_sending(taken, [back], SENT)
    passages.settle(taken, back, State.REFUSED, SETTLED, DENIED)
    assert [(each.journal, each.kind, each.state) for each in passages.listed(taken)] == [
        (1, Kind.ADMITTED, State.QUEUED),
        (out, Kind.EXITED, State.QUEUED),
        (back, Kind.REENTRY, State.REFUSED),
    ]
    (refused,) = passages.listed(taken, State.REFUSED)
    assert (refused.reason, refused.override_note) == (DENIED, "smoke")
    assert [each.journal for each in passages.listed(taken, State.QUEUED)] == [1, out]
    assert passages.listed(taken, State.LOCAL) == []


def test_a_refused_passage_is_an_alarm_until_somebody_has_seen_to_it(
    taken: sqlite3.Connection,
) -> None:
    number = leave(taken, A)
    with pytest.raises(StoreError, match=r"store\.nothing_to_acknowledge"):
        acknowledged.acknowledge(taken, A, Acknowledged("went home", "Kim"), SETTLED)
    passages.mark_sending(taken, [number], SENT)
    passages.settle(taken, number, State.REFUSED, SETTLED, DENIED)
    counts = ledger.counts(taken)
    assert acknowledged.count_acknowledged(taken, counts)[State.REFUSED] == 0
    acknowledged.acknowledge(taken, A, Acknowledged("went home", "Kim"), SETTLED)
    assert acknowledged.count_acknowledged(taken, counts)[State.REFUSED] == counts[State.REFUSED]


def test_a_nonce_is_a_rows_own_and_always_the_same(taken: sqlite3.Connection) -> None:
    rows = [admit(taken, A), leave(taken, A), leave(taken, A), admit(taken, B)]
    found = [journal.nonce(taken, each) for each in rows]
    assert len(set(found)) == len(rows)
    assert all(len(each) == 32 and int(each, 16) for each in found)
    assert [journal.nonce(taken, each) for each in rows] == found
    assert [each.nonce for each in ledger.next_batch(taken, 9)] == [found[0], found[3]]
    with pytest.raises(LookupError):
        journal.nonce(taken, 99)


@pytest.mark.parametrize(
    "changes", [{"device": "9qqq door-1"}, {"event": "/events/9"}, {"at": seconds(0.000001)}]
)
def test_another_installations_row_has_another_nonce(
    tmp_path: Path, conn: sqlite3.Connection, changes: dict[str, Any]
) -> None:
    first = journal.nonce(conn, admit(conn, A))
    with closing(filled(tmp_path / "other.sqlite3", [row(A)])) as other:
        assert journal.nonce(other, admit(other, A, **changes)) != first


def test_a_waiting_admission_says_when_it_was_and_whether_a_supervisor_let_in(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A, seconds(1))
    admit(conn, B, seconds(2), reason=str(Reason.OVERRIDDEN))
    assert [(each.at, each.override) for each in ledger.next_batch(conn, 9)] == [
        (seconds(1), False),
        (seconds(2), True),
    ]
