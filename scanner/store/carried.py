"""Other gates' admissions on their way through this gate to the platform, and their outcomes.

They are in the cache: each gate's own ledger has its admissions, and hands them over again. One is
known by its nonce, so that it is the same one however often and by whatever way it comes.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.store.carried_forms import (
    SETTLED,
    Carried,
    CarriedOutcome,
    other_from_json,
    other_to_json,
)
from scanner.store.journal import fact_from_text, fact_to_text
from scanner.store.ledger import Admission, State, Waiting


class Taken(NamedTuple):
    """What became of admissions that came here to be carried.

    Attributes:
        new: those that were not known.
        known: those that were here before.
        elsewhere: those of them all that are of other sections than this gate's token permits, or
            of another event; they wait.
    """

    new: int
    known: int
    elsewhere: int


def put(conn: sqlite3.Connection, some: Sequence[Carried]) -> Taken:
    """Take in admissions; call inside a transaction. One that is here already stays as it is."""
    new = 0
    for each in some:
        new += conn.execute(
            "INSERT OR IGNORE INTO carried (nonce, gate, journal, serial, event, section,"
            " redeemer, device, at, override) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                each.nonce,
                each.gate,
                each.journal,
                each.serial,
                each.event,
                each.section,
                each.redeemer,
                each.device,
                each.at.isoformat(),
                each.override,
            ),
        ).rowcount
    here = f"SELECT count(*) FROM carried WHERE {_AMONG} AND {_PERMITTED}"
    (permitted,) = conn.execute(here, (_listed(each.nonce for each in some),)).fetchone()
    return Taken(new, len(some) - new, len({each.nonce for each in some}) - int(permitted))


_AMONG = "nonce IN (SELECT value FROM json_each(?1))"
_PERMITTED = (
    "event = (SELECT event FROM session) AND section IN (SELECT uri FROM section WHERE permitted)"
)
_OPEN = "state IN ('queued', 'sending')"
_DECLINED = 2
"""In the column `answered`, as in the ledger's: 0, 1 where the last request was answered."""

_WAITING = "serial, event, redeemer, device, faults, at, nonce, override"
_SHARED = 5
"""The first so many of them are, but for the serial, the same of a whole batch."""


def has_unsettled(conn: sqlite3.Connection) -> bool:
    """Tell whether any is to be delivered that this gate's token permits."""
    query = f"SELECT 1 FROM carried WHERE {_OPEN} AND {_PERMITTED} LIMIT 1"
    return conn.execute(query).fetchone() is not None


def next_batch(conn: sqlite3.Connection, most: int, barred: Iterable[str] = ()) -> list[Waiting]:
    """Return the oldest queued ones that one request can carry, and this gate's token permits.

    All share event, redeemer and device, and no two are of one ticket. Those that made the
    platform fail come last, half as many together after each fault.

    Args:
        conn: the cache.
        most: how many.
        barred: sections that the token is known to permit no more.
    """
    rows = conn.execute(
        f"SELECT {_WAITING} FROM carried WHERE state = 'queued' AND {_PERMITTED}"
        " AND section NOT IN (SELECT value FROM json_each(?1)) ORDER BY faults, at LIMIT ?2",
        (_listed(barred), 4 * most),  # gates take turns at one another's side
    ).fetchall()
    if not rows:
        return []
    alike = {row[0]: row for row in reversed(rows) if row[1:_SHARED] == rows[0][1:_SHARED]}
    some = [_waiting(row) for row in reversed(alike.values())]
    return some[: max(1, most >> some[0].faults)]


def in_doubt(conn: sqlite3.Connection) -> list[tuple[str, Admission]]:
    """Return those that were sent, whose outcome is not known, by their nonces."""
    query = f"{_SELECTED} WHERE state = 'sending' AND {_PERMITTED} ORDER BY at"
    return [_admission(row) for row in conn.execute(query)]


def by_nonce(conn: sqlite3.Connection, nonces: Sequence[str]) -> list[tuple[str, Admission]]:
    """Return these, as `in_doubt` does."""
    query = f"{_SELECTED} WHERE {_AMONG} ORDER BY at"
    return [_admission(row) for row in conn.execute(query, (_listed(nonces),))]


def mark_sending(conn: sqlite3.Connection, nonces: Sequence[str], sent: datetime) -> None:
    """Note, before the request leaves, that these are being sent; in the server's time."""
    conn.execute(
        "UPDATE carried SET state = 'sending', reason = NULL,"
        " outstanding = CASE WHEN answered THEN outstanding ELSE last_sent END, answered = 0,"
        f" sent = coalesce(sent, ?2), last_sent = ?2 WHERE {_AMONG} AND state = 'queued'",
        (_listed(nonces), sent.isoformat()),
    )


def mark_answered(conn: sqlite3.Connection, nonces: Sequence[str], *, declined: bool) -> None:
    """Note that nothing of the request that carried these is outstanding any more."""
    conn.execute(
        f"UPDATE carried SET answered = ?2 WHERE {_AMONG}",
        (_listed(nonces), _DECLINED if declined else 1),
    )


def mark_fault(conn: sqlite3.Connection, nonces: Sequence[str]) -> None:
    """Note that the platform failed on a request that carried these."""
    conn.execute(f"UPDATE carried SET faults = faults + 1 WHERE {_AMONG}", (_listed(nonces),))


def move(
    conn: sqlite3.Connection,
    nonces: Sequence[str],
    state: State,
    reason: Fact | None = None,
    other: EarlierAdmission | None = None,
) -> None:
    """Move some that are on their way to a state; a settled one stays as it is."""
    conn.execute(
        f"UPDATE carried SET state = ?2, reason = ?3, other = ?4 WHERE {_AMONG} AND {_OPEN}",
        (
            _listed(nonces),
            state.value,
            fact_to_text(reason) if reason else None,
            json.dumps(other_to_json(other)) if other else None,
        ),
    )


def outcomes(
    conn: sqlite3.Connection, nonces: Sequence[str] | None = None, *, told: bool = True
) -> dict[str, list[CarriedOutcome]]:
    """Return what became of those that are settled, by their gates.

    Args:
        conn: the cache.
        nonces: of these alone.
        told: false: only those whose gate was not sent the outcome.
    """
    found: dict[str, list[CarriedOutcome]] = {}
    for gate, nonce, row, serial, state, sent, at, reason, other in conn.execute(
        "SELECT gate, nonce, journal, serial, state, sent, at, reason, other FROM carried"
        f" WHERE NOT {_OPEN} AND (?1 IS NULL OR {_AMONG}) AND (?2 OR NOT told) ORDER BY at",
        (None if nonces is None else _listed(nonces), told),
    ):
        found.setdefault(gate, []).append(
            CarriedOutcome(
                nonce,
                row,
                serial,
                State(state),
                datetime.fromisoformat(sent or at),
                fact_from_text(reason) if reason else None,
                other_from_json(json.loads(other)) if other else None,
            )
        )
    return found


def mark_told(conn: sqlite3.Connection, nonces: Iterable[str]) -> None:
    """Note that the outcomes of these were sent to their gates."""
    conn.execute(f"UPDATE carried SET told = 1 WHERE {_AMONG}", (_listed(nonces),))


def delivered(
    conn: sqlite3.Connection, serials: Iterable[str]
) -> dict[tuple[str, datetime], tuple[str, str]]:
    """Return whose admissions this gate has delivered: device and redeemer, by serial and time.

    A platform that knows a device by its key attributes them to this gate.
    """
    rows = conn.execute(
        "SELECT serial, at, device, redeemer FROM carried"
        " WHERE serial IN (SELECT value FROM json_each(?)) AND sent IS NOT NULL",
        (_listed(serials),),
    )
    return {
        (serial, datetime.fromisoformat(at)): (device, redeemer)
        for serial, at, device, redeemer in rows
    }


def counts(conn: sqlite3.Connection) -> dict[State, int]:
    """Count those of each state."""
    rows = conn.execute("SELECT state, count(*) FROM carried GROUP BY state")
    return {State(state): count for state, count in rows}


def settled_and_open(conn: sqlite3.Connection) -> tuple[int, int]:
    """Count those whose outcome is known, and the others."""
    found = counts(conn)
    settled = sum(found.get(state, 0) for state in SETTLED)
    return settled, sum(found.values()) - settled


_SELECTED = (
    "SELECT nonce, serial, journal, event, section, redeemer, device, at, state, last_sent,"
    " answered, outstanding, faults, reason, override FROM carried"
)


def _admission(row: tuple[Any, ...]) -> tuple[str, Admission]:
    """Return one as the platform looks it up.

    Its own gate may have sent it too, or another that carried it: so nothing says when it was sent
    first, and what is found under that gate's name is its.
    """
    nonce, serial, journal, event, section, redeemer, device, at, state, *rest = row
    last_sent, answered, outstanding, faults, reason, override = rest
    return nonce, Admission(
        serial,
        journal,
        event,
        section,
        redeemer,
        device,
        datetime.fromisoformat(at),
        State(state),
        1,
        None,
        bool(answered),
        datetime.fromisoformat(outstanding) if outstanding else None,
        faults,
        fact_from_text(reason) if reason else None,
        last_sent=datetime.fromisoformat(last_sent) if last_sent else None,
        override_note="" if override else None,
    )


def _waiting(row: tuple[Any, ...]) -> Waiting:
    serial, event, redeemer, device, faults, at, nonce, override = row
    moment = datetime.fromisoformat(at)
    return Waiting(serial, event, redeemer, device, faults, moment, nonce, bool(override))


def _listed(some: Iterable[str]) -> str:
    return json.dumps(list(some))
