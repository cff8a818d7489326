import sqlite3
from datetime import datetime, timedelta
from itertools import product

import pytest

from scanner.admission.serial import Serial
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store import journal, ledger, statistics, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.journal import JournalNote
from scanner.store.statistics import Admitted, GateFigure
from tests.store.worlds import BALCONY, NOW, SERIALS, admit, row, scan, seconds


def test_a_gate_before_its_first_patron_has_let_nobody_in(conn: sqlite3.Connection) -> None:
    assert statistics.admitted(conn) == Admitted(0, 0)
    assert statistics.per_minute(conn) == {}
    assert statistics.series({}, NOW, 3) == [0, 0, 0]


def test_a_patron_whom_two_gates_let_in_is_one_in_all(conn: sqlite3.Connection) -> None:
    for serial in SERIALS[:3]:
        admit(conn, serial)
    there = EarlierAdmission(NOW, "Bo", "door-2")
    with transaction(conn):
        ticket_writes.write_others(conn, [(serial, there) for serial in SERIALS[2:7]])
    assert statistics.admitted(conn) == Admitted(here=3, everywhere=7)
    ledger.enqueue(conn)
    admit(conn, SERIALS[6])
    assert statistics.admitted(conn) == Admitted(here=4, everywhere=7)


def test_admissions_to_another_event_are_not_this_evenings(conn: sqlite3.Connection) -> None:
    admit(conn, SERIALS[0], event="/events/9")
    assert statistics.admitted(conn) == Admitted(0, 0)


def test_the_pace_is_told_by_whole_minutes_oldest_first(conn: sqlite3.Connection) -> None:
    for serial, at in zip(SERIALS, (0, 10, 52, 53, 120, 130, 178, 240), strict=False):
        admit(conn, serial, seconds(at))  # NOW is seven seconds past the minute
    counted = statistics.per_minute(conn)
    assert statistics.series(counted, seconds(245), 5) == [0, 3, 1, 2, 1]
    assert sum(counted.values()) == 8


def test_minutes_long_past_are_not_read(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MINUTES", 3)
    for number, serial in enumerate(SERIALS):
        admit(conn, serial, seconds(60 * number))
    assert statistics.series(statistics.per_minute(conn), seconds(60 * 12), 5) == [0, 0, 1, 1, 1]


def by_minute(*counts: int) -> dict[datetime, int]:
    """Counts of the minutes up to the running one, NOW's."""
    this = NOW.replace(second=0, microsecond=0)
    found = {this - timedelta(minutes=back): count for back, count in enumerate(reversed(counts))}
    return {minute: count for minute, count in found.items() if count}


@pytest.mark.parametrize(
    ("counts", "at", "rate", "curve"),
    [
        ((), 7, 0.0, ()),
        ((2,), 7, 2.0, (2,)),  # the first patrons, seven seconds ago at most
        ((9,), 59, 9.0, (9,)),
        ((3, 0), 30, 2.0, (3,)),
        ((3, 6, 3), 30, 4.8, (3, 6)),
        ((1, 2, 3, 4, 5, 6, 3), 0, 21 / 4, (1, 2, 3, 4, 5, 6)),
        ((9, *[0] * 9, 1), 0, 1 / 4, (9, *[0] * 9)),
        ((9, *[0] * 11, 1), 0, 1.0, (1,)),  # after a pause, a first patron again
        ((9, *[0] * 11), 0, 0.0, ()),
        (tuple(range(1, 21)), 0, (16 + 17 + 18 + 19 + 20) / 4, tuple(range(10, 20))),
    ],
)
def test_the_rate_begins_with_the_first_patron_and_the_curve_too(
    counts: tuple[int, ...], at: int, rate: float, curve: tuple[int, ...]
) -> None:
    found = statistics.pace(by_minute(*counts), NOW.replace(second=at, microsecond=0), 10)
    assert found.per_minute == pytest.approx(rate)
    assert found.counts == curve


def test_an_evening_without_a_patron_still_knows_what_was_sold(conn: sqlite3.Connection) -> None:
    found = statistics.evening(conn)
    assert [(each.name, each.inside, each.sold) for each in found.sections] == [
        ("Balcony", 0, 0),
        ("Floor", 0, len(SERIALS)),
    ]
    assert (found.inside, found.to_come, found.seconds_per_patron) == (0, len(SERIALS), None)
    assert (found.arrivals, found.refused) == ((), ())
    assert found.gates == (GateFigure("door-1", 0, None, ours=True),)


def test_the_inside_and_those_to_come_are_told_by_section(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        changed = [
            row("BALCONY-1", BALCONY),
            row("BALCONY-2", BALCONY, TicketStatus.REDEEMED),
            row("BALCONY-3", BALCONY, TicketStatus.CANCELLED),
            row(SERIALS[1], status=TicketStatus.REDEEMED),
        ]
        ticket_writes.write_tickets(conn, changed, ticket_writes.last_number(conn))
        there = EarlierAdmission(NOW, "Bo", "door-2")
        ticket_writes.write_others(conn, [(each, there) for each in (*SERIALS[1:3], "BALCONY-3")])
    for serial in SERIALS[:2]:
        admit(conn, serial)
    ledger.enqueue(conn)
    admit(conn, SERIALS[3])
    found = statistics.evening(conn)
    balcony, floor = found.sections
    assert (balcony.inside, balcony.sold, balcony.permitted) == (2, 3, False)
    assert (floor.inside, floor.sold, floor.to_come) == (4, len(SERIALS), len(SERIALS) - 4)
    assert (floor.capacity, floor.permitted) == (100, True)
    assert found.inside == 5
    assert found.to_come == len(SERIALS) - 4 + 1


def test_arrivals_are_counted_by_the_minute_here_and_in_the_house(
    conn: sqlite3.Connection,
) -> None:
    for serial, at in ((SERIALS[0], 0), (SERIALS[1], 50), (SERIALS[2], 60)):
        admit(conn, serial, seconds(at))
    with transaction(conn):
        ticket_writes.write_others(
            conn,
            [
                (SERIALS[2], EarlierAdmission(seconds(120), "Bo", "7k3q door-2")),
                (SERIALS[3], EarlierAdmission(seconds(2), "Bo", "7k3q door-2")),
                (SERIALS[4], EarlierAdmission(seconds(-60), "Bo", "8m4r door-2")),
                (SERIALS[5], EarlierAdmission(None, "Bo", None)),
            ],
        )
    found = statistics.evening(conn)
    minute = NOW.replace(second=0)
    assert [(each.minute, each.here, each.house) for each in found.arrivals] == [
        (minute - timedelta(minutes=1), 0, 1),
        (minute, 2, 3),
        (minute + timedelta(minutes=1), 1, 1),
    ]
    assert found.gates == (
        GateFigure("door-1", 3, seconds(60), ours=True),
        GateFigure("door-2", 3, seconds(120)),
        GateFigure("", 1, None),
    )


def test_what_was_refused_is_counted_by_reason_and_not_what_let_somebody_in(
    conn: sqlite3.Connection,
) -> None:
    given = [
        ("already_admitted", Reason.ADMITTED_HERE),
        ("already_admitted", Reason.ADMITTED_HERE),
        ("unknown", Reason.NOT_ON_LIST),
        ("already_admitted", Reason.LET_IN),
        ("withdrawn", "The ticket was withdrawn."),  # as versions before 4 wrote it
        ("of_a_later_version", "verdict.of_a_later_version"),
    ]
    admit(conn, SERIALS[0])
    with transaction(conn):
        for kind, reason in given:
            journal.append(conn, scan(kind=kind, reason=str(reason)))
        journal.append(conn, scan(kind="unknown", reason=Reason.NOT_ON_LIST, event="/events/9"))
        journal.note(conn, Fact(JournalNote.OPENED, {}), NOW)
    assert dict(statistics.evening(conn).refused) == {
        Reason.ADMITTED_HERE: 2,
        Reason.NOT_ON_LIST: 1,
        Kind.WITHDRAWN: 1,
    }


def test_the_time_a_patron_takes_is_the_median_between_patrons_of_a_queue(
    conn: sqlite3.Connection,
) -> None:
    scans = ((0, "a"), (3, "b"), (4, "b"), (8, "c"), (200, "d"), (207, "e"))
    with transaction(conn):
        for at, payload in scans:  # 3, 5 and 7 seconds; before d nobody queued
            journal.append(conn, scan(at=seconds(at), payload=payload))
    assert statistics.evening(conn).seconds_per_patron == pytest.approx(5, abs=0.01)


def leave(conn: sqlite3.Connection, serial: str, at: float) -> None:
    admit(conn, serial, seconds(at), kind="exited", reason=str(Reason.EXITED))


def come_back(conn: sqlite3.Connection, serial: str, at: float) -> None:
    admit(conn, serial, seconds(at), kind="reentry", reason=str(Reason.BACK_AFTER_EXIT))


def test_who_has_left_is_not_inside_and_not_to_come(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        ticket_writes.write_tickets(conn, [row("BALCONY-1", BALCONY)], 1)
        there = EarlierAdmission(seconds(5), "Bo", "door-2")
        ticket_writes.write_others(conn, [(each, there) for each in (SERIALS[3], "BALCONY-1")])
        ticket_writes.write_exits(
            conn, [(each, EarlierAdmission(seconds(50), "Bo", "door-2")) for each in SERIALS[2:5]]
        )
    for serial in SERIALS[:3]:
        admit(conn, serial)
    leave(conn, SERIALS[0], 30)
    leave(conn, SERIALS[0], 31)  # shown twice on the way out
    leave(conn, SERIALS[1], 30)
    come_back(conn, SERIALS[1], 40)
    leave(conn, "BALCONY-1", 20)
    leave(conn, SERIALS[7], 20)  # who was never seen to come
    found = statistics.evening(conn)
    # Of five who came, the first, the third, the fourth and the one of the balcony are out.
    assert (found.came, found.left, found.inside, found.exits, found.again) == (5, 4, 1, 5, 1)
    balcony, floor = found.sections
    assert (balcony.inside, balcony.left, balcony.to_come) == (0, 1, 0)
    assert (floor.inside, floor.left, floor.sold) == (1, 3, len(SERIALS))
    assert floor.to_come == len(SERIALS) - 4
    assert found.refused == ()
    assert statistics.admitted(conn) == Admitted(here=3, everywhere=5)


def test_who_is_out_is_counted_as_one_ticket_is_looked_up(conn: sqlite3.Connection) -> None:
    """Every order of up to four movements at two gates, each by a ticket of its own."""
    moves = ("admit", "leave", "back", "other in", "other out")
    orders = [order for count in range(1, 5) for order in product(moves, repeat=count)]
    with transaction(conn):
        serials = [f"DAWIER-MOVE{number:08}" for number in range(len(orders))]
        ticket_writes.write_tickets(conn, map(row, serials), 1)
        for serial, order in zip(serials, orders, strict=True):
            for at, move in enumerate(order):
                make(conn, serial, move, at)
        found = statistics.evening(conn)
        known = [tickets.look_up(conn, Serial(serial)) for serial in serials]
    out = [each for each in known if each.left and (each.local or each.other)]
    assert found.left == len(out) > len(orders) // 5
    assert found.came == sum(bool(each.local or each.other) for each in known)


def make(conn: sqlite3.Connection, serial: str, move: str, at: int) -> None:
    there = [(serial, EarlierAdmission(seconds(at), "Bo", "door-2"))]
    match move:
        case "admit":
            if ledger.own_admission(conn, serial).admission is None:
                journal.append(conn, scan(serial, seconds(at)))
        case "leave":
            journal.append(conn, scan(serial, seconds(at), kind="exited"))
        case "back":
            journal.append(conn, scan(serial, seconds(at), kind="reentry"))
        case "other in":
            ticket_writes.write_others(conn, there)
        case "other out":
            ticket_writes.write_exits(conn, there)


def test_who_left_before_the_clock_was_set_back_is_out(conn: sqlite3.Connection) -> None:
    admit(conn, SERIALS[0], seconds(900))
    leave(conn, SERIALS[0], 30)
    assert statistics.evening(conn).left == 1
