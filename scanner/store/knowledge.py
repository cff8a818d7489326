"""What cache and ledger know of what was presented, put together for the rules."""

import sqlite3

from scanner.admission.serial import ParsedPayload
from scanner.admission.ticket import Knowledge
from scanner.store import ledger, tickets


def look_up(conn: sqlite3.Connection, parsed: ParsedPayload) -> Knowledge:
    """Collect what cache and ledger know of what was presented: a few indexed reads."""
    serial, former_code = tickets.find_serial(conn, parsed)
    if serial is None:
        return Knowledge()
    ticket = tickets.find_ticket(conn, serial)
    local, refusal, unshown = ledger.own_admission(conn, serial)
    return Knowledge(
        ticket._replace(former_code=former_code) if ticket else None,
        local,
        tickets.find_other_admission(conn, serial),
        ticket is not None or tickets.is_of_the_event(conn, serial),
        refusal,
        unshown,
    )
