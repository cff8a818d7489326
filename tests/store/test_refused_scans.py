"""Which scans a platform may be told of that let nobody in, and how far that came."""

import json
import sqlite3

from scanner.admission.verdict import Reason
from scanner.facts import Fact
from scanner.judging import Presented, judge
from scanner.store import journal, refused_scans
from scanner.store.database import transaction
from scanner.store.refused_scans import RefusedScan
from scanner.store.ticket_writes import write_tickets
from tests.store.worlds import BALCONY, FLOOR, NOW, SERIALS, admit, row, scan, seconds

A, B, C = SERIALS[:3]
KNOWN = json.dumps({"ticket": {"section": [FLOOR, "Floor"]}})


def present(conn: sqlite3.Connection, *payloads: str) -> list[int]:
    with transaction(conn):
        return [
            judge(conn, Presented(payload, seconds(at), "camera")).scan
            for at, payload in enumerate(payloads)
        ]


def test_refusals_of_known_tickets_are_told_and_nothing_else(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        write_tickets(conn, [row(B, BALCONY)], 1)
    unknown = ("DAWIER-NONE00000000", "QWERTY-NONE00000000", "hello", "f" * 64)
    *_, barred = present(conn, A, *unknown, B)
    (found,) = refused_scans.refused_after(conn, 0)
    assert (found.journal, found.serial, found.at, found.leaving) == (barred, B, seconds(5), False)
    assert found.reason == Fact(Reason.OTHER_SECTION, {"section": "Balcony", "status": "Issued"})
    assert found.nonce == journal.nonce(conn, barred)


def refuse(conn: sqlite3.Connection, serial: str = A, **changes: str) -> int:
    given = {"kind": "withdrawn", "reason": str(Reason.CANCELLED), "evidence": KNOWN} | changes
    return admit(conn, serial, NOW, **given)


def test_who_came_in_or_left_was_not_refused(conn: sqlite3.Connection) -> None:
    for kind, reason in (
        ("reentry", Reason.REENTRY),
        ("exited", Reason.EXITED),
        ("already_admitted", Reason.LET_IN),
        ("gate_closed", Reason.TOKEN_INVALID),
    ):
        refuse(conn, kind=kind, reason=str(reason))
    refuse(conn, event="/events/9")
    assert refused_scans.refused_after(conn, 0) == []


def test_a_refusal_on_the_way_out_is_told_as_that(conn: sqlite3.Connection) -> None:
    number = refuse(conn, evidence=json.dumps({**json.loads(KNOWN), "exit": True}))
    assert refused_scans.refused_after(conn, 0) == [
        RefusedScan(number, A, NOW, Fact(Reason.CANCELLED), True, journal.nonce(conn, number))
    ]


def test_what_was_told_is_not_told_again(conn: sqlite3.Connection) -> None:
    first, second, third = (refuse(conn, each) for each in (A, B, C))
    assert refused_scans.told_until(conn) == 0
    assert [each.journal for each in refused_scans.refused_after(conn, 0, 2)] == [first, second]
    with transaction(conn):
        refused_scans.note_told(conn, second)
        refused_scans.note_told(conn, first)  # late, and no step back
    assert refused_scans.told_until(conn) == second
    assert [each.journal for each in refused_scans.refused_after(conn, second)] == [third]


def test_rows_that_cannot_be_read_stop_nothing(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        journal.append(conn, scan(A, kind="withdrawn", params="?", evidence=KNOWN))
    assert [each.serial for each in refused_scans.refused_after(conn, 0)] == [A]
