"""Where the ledger's tables contradict each other: what no sound ledger has."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from scanner.facts import Fact
from scanner.store import schema
from scanner.store.errors import Damage
from scanner.store.ledger import State

GAPS = "recovery"
"""The table in which a recovery notes which journal rows could not be brought back."""

Missing = dict[int, tuple[int, bytes | None]]
"""The journal rows that recoveries could not bring back.

By the first row of each run: its last row, and the digest of the row that follows alone, since the
chain can't check that one.
"""

_UNLIKE = """
SELECT admission.serial FROM admission JOIN journal ON journal.id = admission.journal
WHERE journal.kind <> 'admitted'
    OR (journal.serial, journal.event, journal.redeemer, journal.device, journal.at)
    IS NOT (admission.serial, admission.event, admission.redeemer, admission.device, admission.at)
"""
_SECTION_UNLIKE = """
SELECT admission.serial FROM admission JOIN journal ON journal.id = admission.journal
WHERE json_extract(journal.evidence, '$.ticket.section[0]') <> admission.section
"""
_UNMADE = """
SELECT journal.id FROM journal
WHERE journal.kind = 'admitted' AND journal.id NOT IN (SELECT journal FROM admission)
    AND journal.id < (SELECT max(journal) FROM admission)   -- the rest waits to be enqueued
"""
_MOVES = "transition"
_FORMER_MOVES = "(SELECT transition.*, journal FROM transition LEFT JOIN admission USING (serial))"
"""The same until version 4, when a serial was admitted once."""

_LAST_MOVES = "(SELECT journal, after, reason, max(id) FROM {moves} GROUP BY journal)"
_MOVED = f"""
SELECT admission.serial FROM admission LEFT JOIN {_LAST_MOVES} AS last
    ON last.journal = admission.journal
WHERE admission.state <> coalesce(last.after, 'queued')
    OR (admission.state <> 'sending' AND admission.reason IS NOT last.reason)
"""
_STRAYS = """
SELECT move.id FROM {moves} AS move LEFT JOIN admission USING (journal)
WHERE admission.serial IS NOT move.serial
"""
_NOT_A_PASSAGES = " AND NOT EXISTS (SELECT 1 FROM passage WHERE (journal, passage.serial) \
= (move.journal, move.serial))"

_BY_ROW = 5
"""The version since which a transition and a refusal have their admission's journal row."""

_WITH_PASSAGES = 7
"""The version since which exits and re-entries have a record."""

_PASSAGE_UNLIKE = """
SELECT passage.journal FROM passage LEFT JOIN journal ON journal.id = passage.journal
WHERE journal.serial IS NOT passage.serial
    OR coalesce(journal.kind, '') NOT IN ('exited', 'reentry')
"""
_PASSAGE_UNMADE = """
SELECT id FROM journal
WHERE kind IN ('exited', 'reentry') AND id NOT IN (SELECT journal FROM passage)
"""
_PASSAGE_MOVED = f"""
SELECT passage.journal FROM passage LEFT JOIN {_LAST_MOVES.format(moves=_MOVES)} AS last
    ON last.journal = passage.journal
WHERE passage.state NOT IN ('queued', 'sending', 'confirmed', 'refused', 'local')
    OR passage.state <> coalesce(last.after, iif(passage.state = 'local', 'local', 'queued'))
    OR (passage.state <> 'sending' AND passage.reason IS NOT last.reason)
"""

_WITHHELD = "SELECT serial, withheld.reason FROM withheld LEFT JOIN admission USING (journal)"
_JUDGED_AGAIN = """
SELECT serial, evidence FROM journal
WHERE serial IN (SELECT serial FROM withheld JOIN admission USING (journal))
"""

_CONTRADICTIONS = (
    (_UNLIKE, Damage.ADMISSION_UNLIKE, "serial"),
    (_SECTION_UNLIKE, Damage.SECTION_UNLIKE, "serial"),
    (_UNMADE, Damage.ADMISSION_MISSING, "row"),
    (_MOVED, Damage.NEVER_MOVED, "serial"),
)
"""What no sound ledger has: the query, what it finds, and the name of what it returns."""

_OF_PASSAGES = (
    (_PASSAGE_UNLIKE, Damage.PASSAGE_UNLIKE),
    (_PASSAGE_UNMADE, Damage.PASSAGE_MISSING),
    (_PASSAGE_MOVED, Damage.PASSAGE_NEVER_MOVED),
)
"""The same of passages, by their rows."""

_TIMES = """
SELECT sent FROM admission WHERE sent IS NOT NULL
UNION SELECT settled FROM admission WHERE settled IS NOT NULL
"""


def find_contradictions(conn: sqlite3.Connection, version: int = schema.CURRENT) -> Iterator[Fact]:
    """Yield where records contradict the journal or the transitions, as `Damage`.

    Raises:
        ValueError: a stored time is none.
    """
    missing, moves = gaps(conn), _MOVES if version >= _BY_ROW else _FORMER_MOVES
    yield from _admissions(conn, missing, moves)
    if version >= _WITH_PASSAGES:
        yield from _passages(conn)
    strays = _STRAYS + (_NOT_A_PASSAGES if version >= _WITH_PASSAGES else "")
    for (move,) in conn.execute(strays.format(moves=moves)):
        yield Fact(Damage.STRAY_TRANSITION, {"transition": move})


def find_untold_refusals(conn: sqlite3.Connection, version: int) -> Iterator[Fact]:
    """Yield refusals that no presentation tells: one was judged by each when it was written."""
    if version < _BY_ROW or gaps(conn):
        return
    told = {
        (serial, json.dumps(json.loads(evidence).get("refusal"), sort_keys=True))
        for serial, evidence in conn.execute(_JUDGED_AGAIN)
    }
    for serial, reason in conn.execute(_WITHHELD):
        plain = json.loads(reason) if reason.startswith("{") else reason  # until version 3
        if (serial, json.dumps(plain, sort_keys=True)) not in told:
            yield Fact(Damage.ADMISSION_UNLIKE, {"serial": serial})


def gaps(conn: sqlite3.Connection) -> Missing:
    """Return the journal rows that recoveries could not bring back."""
    if not has_table(conn, GAPS):
        return {}
    rows = conn.execute(f"SELECT first, last, next_digest FROM {GAPS}")
    return {first: (last, digest) for first, last, digest in rows}


def ledger_tables(version: int) -> tuple[str, ...]:
    """Return the tables of the ledger. The cache has the others; a sync brings them again."""
    tables = ("journal", "admission", "withheld", "transition")
    return (*tables, "passage") if version >= _WITH_PASSAGES else tables


def has_table(conn: sqlite3.Connection, name: str) -> bool:
    """Tell whether the ledger has a table."""
    row = conn.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return row.fetchone() is not None


def _admissions(conn: sqlite3.Connection, missing: Missing, moves: str) -> Iterator[Fact]:
    for query, code, name in _CONTRADICTIONS:
        found = conn.execute(query.format(moves=moves))
        yield from (Fact(code, {name: value}) for (value,) in found)
    lost = conn.execute(
        "SELECT journal FROM admission WHERE journal NOT IN (SELECT id FROM journal)"
    )
    for (row,) in lost:
        if not any(first <= row <= last for first, (last, _) in missing.items()):
            yield Fact(Damage.NO_JOURNAL_ROW, {"row": row})
    states = {state.value for state in State if state is not State.LOCAL}
    for (state,) in conn.execute("SELECT DISTINCT state FROM admission"):
        if state not in states:
            yield Fact(Damage.UNKNOWN_STATE, {"state": state})
    for (at,) in conn.execute(_TIMES):
        datetime.fromisoformat(at)  # or a ValueError, which is damage too


def _passages(conn: sqlite3.Connection) -> Iterator[Fact]:
    for query, code in _OF_PASSAGES:
        yield from (Fact(code, {"row": row}) for (row,) in conn.execute(query))
    for (at,) in conn.execute("SELECT settled FROM passage WHERE settled IS NOT NULL"):
        datetime.fromisoformat(at)
