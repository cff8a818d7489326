"""What only some platforms tell of a ticket and of the door, in the cache.

A ticket of a platform that tells none has no row here, and costs nothing.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from scanner.admission.door import DoorRules, Unjudged
from scanner.admission.ticket import TicketStatus
from scanner.admission.verdict import Reason
from scanner.store.ledger import AT_THIS_DOOR


class TicketDetail(NamedTuple):
    """What some platforms tell of a ticket beyond its serial and section.

    Attributes:
        key: the platform's own id of the right to enter; it outlives a serial that is made anew.
        party: names what was ordered together.
        valid_from, valid_until: the first and the last moment at which it admits; aware.
        attention: whether the organiser wants it to be looked at.
        notice: what the door is to be told.
        unjudged: what a device can't judge by itself.
    """

    key: str | None = None
    party: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    attention: bool = False
    notice: str | None = None
    unjudged: frozenset[Unjudged] = frozenset()


class Companion(NamedTuple):
    """Another ticket of the same order.

    Attributes:
        name: the owner's, where it is kept.
        section: its name.
        status: at the platform.
        inside: whether its patron was let in, here or elsewhere, and has not left since.
    """

    serial: str
    name: str | None
    section: str
    status: TicketStatus
    inside: bool


_WRITE = """
INSERT INTO detail (serial, key, party, valid_from, valid_until, attention, notice, unjudged)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (serial) DO UPDATE SET key = excluded.key, party = excluded.party,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until,
    attention = excluded.attention, notice = excluded.notice, unjudged = excluded.unjudged
"""

SAME_RIGHT = """(SELECT {serial} UNION SELECT serial FROM detail
    WHERE key = (SELECT key FROM detail WHERE serial = {serial}))"""
"""SQL, to be formatted: a serial, and all others that the same right to enter has or had."""

_SEVERAL = """
SELECT detail.key FROM json_each(?) AS told JOIN detail ON detail.key = told.value
GROUP BY detail.key HAVING count(*) > 1
"""
_FORMER = "serial IN (SELECT serial FROM detail WHERE key = ?1 AND serial <> ?2)"
_REISSUED = (
    f"UPDATE ticket SET status = '{TicketStatus.REISSUED}' WHERE {_FORMER}",
    # What other gates have noted of it goes with it.
    f"UPDATE OR IGNORE other_admission SET serial = ?2 WHERE {_FORMER}",
    f"DELETE FROM other_admission WHERE {_FORMER}",
    f"UPDATE OR IGNORE other_exit SET serial = ?2 WHERE {_FORMER}",
    f"DELETE FROM other_exit WHERE {_FORMER}",
)

_ADMITTED_HERE = f"""EXISTS (
    SELECT 1 FROM admission
    WHERE serial = {{code}}.serial AND state <> 'undone' AND {AT_THIS_DOOR}
    UNION ALL SELECT 1 FROM passed
    WHERE serial = {{code}}.serial AND verdict = '{Reason.OTHER_DOOR}' AND {AT_THIS_DOOR}
)"""
_ADMITTED_AS = f"""
SELECT own.serial, former.serial FROM json_each(?) AS told
JOIN detail AS own ON own.serial = told.value
JOIN detail AS former ON former.key = own.key AND former.serial <> own.serial
WHERE {_ADMITTED_HERE.format(code="former")} AND NOT {_ADMITTED_HERE.format(code="own")}
"""

_PARTY = """
SELECT ticket.serial, ticket.name, section.name, status FROM detail AS own
JOIN detail AS other ON other.party = own.party AND other.serial <> own.serial
JOIN ticket ON ticket.serial = other.serial JOIN section ON section.id = ticket.section
WHERE own.serial = ?1 AND listed AND status <> ?2 ORDER BY ticket.id
"""


def write_details(conn: sqlite3.Connection, details: Sequence[tuple[str, TicketDetail]]) -> None:
    """Write what a platform tells of tickets, each by its serial; call after these are written.

    Where a key comes with another serial than before, the former one's ticket is `REISSUED` from
    then on, and other gates' admission and exit of it are the new one's. Of a key that comes twice,
    the later serial is the one that counts.
    """
    conn.executemany(_WRITE, [_stored(serial, detail) for serial, detail in details])
    current = {detail.key: serial for serial, detail in details if detail.key is not None}
    for (key,) in conn.execute(_SEVERAL, (json.dumps(list(current)),)).fetchall():
        for statement in _REISSUED:
            conn.execute(statement, (key, current[key]))


def _stored(serial: str, detail: TicketDetail) -> tuple[object, ...]:
    return (
        serial,
        detail.key,
        detail.party,
        detail.valid_from.isoformat() if detail.valid_from else None,
        detail.valid_until.isoformat() if detail.valid_until else None,
        detail.attention,
        detail.notice,
        " ".join(sorted(detail.unjudged)) or None,
    )


def read_unjudged(text: str | None) -> frozenset[Unjudged]:
    """Read what a device can't judge; a name that this program does not know stands for rules."""
    known = set(Unjudged)
    names = text.split() if text else ()
    return frozenset(Unjudged(each) if each in known else Unjudged.RULES for each in names)


def companions(conn: sqlite3.Connection, serial: str) -> list[tuple[str, str | None, str, str]]:
    """Return serial, name, section and status of the other listed tickets of the same order."""
    return list(conn.execute(_PARTY, (serial, TicketStatus.REISSUED)))


def admitted_as(conn: sqlite3.Connection, serials: Iterable[str]) -> dict[str, str]:
    """Return the former serials under which this ledger has the admissions of such tickets.

    Only of those that were made anew since; the platform tells of them by the new one.
    """
    return dict(conn.execute(_ADMITTED_AS, (json.dumps(list(serials)),)))


def write_door(conn: sqlite3.Connection, door: DoorRules) -> None:
    """Write what the platform lets this door do."""
    conn.execute("INSERT OR REPLACE INTO door VALUES (1, ?, ?, ?)", tuple(map(int, door)))


def read_door(conn: sqlite3.Connection) -> DoorRules:
    """Read what the platform lets this door do: one entry for a ticket, unless it said more."""
    row = conn.execute(
        "SELECT multiple_entries, entry_after_exit, custom_rules FROM door"
    ).fetchone()
    return DoorRules(*map(bool, row)) if row else DoorRules()
