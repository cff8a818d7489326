import sqlite3
from datetime import datetime, timedelta

import pytest

from scanner.admission.ticket import EarlierAdmission
from scanner.store import ledger, statistics, ticket_writes
from scanner.store.database import transaction
from scanner.store.statistics import Admitted
from tests.store.worlds import NOW, SERIALS, admit, seconds


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
