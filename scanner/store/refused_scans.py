"""This gate's scans that let nobody in, as far as a platform may be told of them.

Only those of tickets that were on the list: any other text is nobody's business, and the journal
has it only as a kind and a hash. What was told is a mark in the session.
"""

import json
import sqlite3
from datetime import datetime
from typing import NamedTuple

from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store.journal import NOTE, nonce_of, params_from_text

MOST = 100
"""Scans that are read at a time."""

_NO_REFUSAL = (NOTE, Kind.ADMITTED, Kind.REENTRY, Kind.EXITED, Kind.GATE_CLOSED)
"""The kinds of rows that refuse no ticket; a closed gate refuses everybody."""

_GOES_IN = (Reason.LET_IN, Reason.LIGHT_NOT_SHOWN)
"""The reasons of a kind that refuses whose patron goes in all the same, or may."""

_REFUSED = """
SELECT id, serial, at, event, device, reason, params,
    coalesce(json_extract(evidence, '$.exit'), 0)
FROM journal
WHERE id > ?1 AND event = (SELECT event FROM session) AND serial IS NOT NULL
    AND kind NOT IN (SELECT value FROM json_each(?2))
    AND reason NOT IN (SELECT value FROM json_each(?3))
    AND json_extract(evidence, '$.ticket') IS NOT NULL
ORDER BY id LIMIT ?4
"""


class RefusedScan(NamedTuple):
    """One presentation of a known ticket that let nobody in.

    Attributes:
        journal: its row.
        at: the gate's time, aware.
        reason: why, with the facts that explain it.
        leaving: whether the patron was to leave, and not to come in.
        nonce: the journal row's, see `scanner.store.journal.nonce`.
    """

    journal: int
    serial: str
    at: datetime
    reason: Fact
    leaving: bool
    nonce: str


def refused_after(conn: sqlite3.Connection, mark: int, most: int = MOST) -> list[RefusedScan]:
    """Return the refused scans at the session's event after a row of the journal, oldest first."""
    rows = conn.execute(_REFUSED, (mark, json.dumps(_NO_REFUSAL), json.dumps(_GOES_IN), most))
    return [
        RefusedScan(
            row,
            serial,
            datetime.fromisoformat(at),
            params_from_text(reason, params or "{}"),
            bool(leaving),
            nonce_of(row, at, event, device, serial),
        )
        for row, serial, at, event, device, reason, params, leaving in rows
    ]


def told_until(conn: sqlite3.Connection) -> int:
    """Return the last row of the journal that was considered; 0 before the first."""
    row = conn.execute("SELECT refused_told FROM session").fetchone()
    return int(row[0]) if row else 0


def note_told(conn: sqlite3.Connection, row: int) -> None:
    """Note that all up to a row of the journal was considered; call inside a transaction."""
    conn.execute("UPDATE session SET refused_told = max(refused_told, ?)", (row,))
