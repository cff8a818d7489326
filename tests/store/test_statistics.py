import sqlite3

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
