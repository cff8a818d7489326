"""A database with a session, two sections and tickets, as a gate has after its first pull."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.admission.names import tag_of
from scanner.admission.ticket import TicketStatus
from scanner.store import (
    double_entries,
    journal,
    ledger,
    sessions,
    ticket_writes,
    tickets,
    venue_claims,
)
from scanner.store.database import open_database, transaction
from scanner.store.journal import Scan
from scanner.store.names import keep_names
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection, TicketRow
from scanner.store.venue_claims import Mirrored

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)
API = "https://api.example/v3/"
EVENT = "/events/1"
FLOOR, BALCONY = f"{EVENT}/sections/2", f"{EVENT}/sections/3"
SERIALS = tuple(f"DAWIER-BACK{number:08}" for number in range(12))
SESSION = StoredSession(API, EVENT, "Night", "Ana", "door-1", NOW)


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


def row(
    serial: str,
    section: str = FLOOR,
    status: TicketStatus = TicketStatus.ISSUED,
    owner: str | None = "AZ-4918SF92",
) -> TicketRow:
    name = "Floor" if section == FLOOR else "Balcony"
    return TicketRow(serial, section, name, status, None, owner, "Jo Doe")


def fill(conn: sqlite3.Connection, rows: Sequence[TicketRow] = ()) -> None:
    """Open the session and write what a first pull would; the Floor is permitted."""
    with transaction(conn):
        sessions.open_session(conn, SESSION)
    fill_cache(conn, rows)


def fill_cache(conn: sqlite3.Connection, rows: Sequence[TicketRow] = ()) -> None:
    """Write what a first pull would, once the session is open."""
    keep_names(conn, wanted=True)
    with transaction(conn):
        tickets.belong_to(conn, SESSION)
        tickets.write_sections(
            conn,
            [
                CachedSection(FLOOR, "Floor", 100, permitted=True),
                CachedSection(BALCONY, "Balcony", None, permitted=False),
            ],
        )
        ticket_writes.write_tickets(conn, rows, ticket_writes.begin_pass(conn))
        ticket_writes.finish_pull(conn, synced=NOW, watermark=NOW)


def filled(file: Path, rows: Sequence[TicketRow] = ()) -> sqlite3.Connection:
    conn = open_database(file)
    fill(conn, rows)
    return conn


def let_in_at_both_gates(file: Path, serial: str) -> None:
    """Have a ticket that was let in at this gate let in at door-2 of the venue too."""
    with closing(open_database(file)) as conn:
        (own,) = ledger.by_serial(conn, [serial])
        ours = Entrant(own.device, own.redeemer, own.at, "a" * 32)
        other = Entrant("8zzx door-2", "Bob", seconds(9), "b" * 32)
        claim = Claim(serial, ClaimState.HELD, other, twice=(ours,))
        tags = {tag_of(own.device) or ""}
        venue_claims.write(conn, [Mirrored("key", claim, 1)], tags)
        with transaction(conn):
            assert double_entries.note(conn, [claim], tags, NOW) == 1


def scan(serial: str | None = None, at: datetime = NOW, **changes: str) -> Scan:
    fields = {
        "event": EVENT,
        "redeemer": "Ana",
        "device": "door-1",
        "source": "camera",
        "payload": serial or "hello",
        "kind": "admitted" if serial else "not_a_ticket",
        "reason": "verdict.valid" if serial else "verdict.not_a_ticket",
        "params": "{}",
        "evidence": json.dumps({"ticket": {"section": [FLOOR, "Floor"]}}) if serial else "{}",
    }
    return Scan(at=at, serial=serial, **(fields | changes))


def admit(conn: sqlite3.Connection, serial: str, at: datetime = NOW, **changes: str) -> int:
    """Journal the admission of one serial in one transaction; returns the journal's row."""
    with transaction(conn):
        return journal.append(conn, scan(serial, at, **changes))


def assert_whole_chain(conn: sqlite3.Connection) -> None:
    """Check every row's hash, and the head."""
    before, last = bytes(32), 0
    for number, scan, digest in journal.rows(conn):
        assert number == last + 1
        assert digest == journal.chain_hash(before, number, scan)
        before, last = digest, number
    assert journal.head(conn) == (last, before)


def presentations(conn: sqlite3.Connection) -> list[tuple[int, Scan]]:
    """Return the journal's rows that are no notes."""
    return [(row, scan) for row, scan, _ in journal.rows(conn) if scan.kind != journal.NOTE]
