"""The mirror of a venue's claims, in the cache; what the ledger has not told the venue yet."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.admission.names import tag_of
from scanner.store.database import transaction

CLAIMS = "claims"
"""The mirror's own position: the engine's last revision that it has."""

_OWN_ENTRANT = "serial IN (SELECT serial FROM venue_claim WHERE own)"


class Mirrored(NamedTuple):
    """A claim as the engine has it, under its key at a revision."""

    key: str
    claim: Claim
    revision: int


class OwnEntry(NamedTuple):
    """A standing admission of this gate, as a claim needs it."""

    serial: str
    row: int
    device: str
    redeemer: str
    at: datetime


def write(conn: sqlite3.Connection, found: Iterable[Mirrored], tag: str | None) -> None:
    """Keep claims as the engine tells them; an older revision never replaces a newer one.

    `tag` is this installation's: a claim with an entrant of it is our own.
    """
    with transaction(conn):
        conn.executemany(
            "INSERT INTO venue_claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET serial = excluded.serial, state = excluded.state,"
            " revision = excluded.revision, own = excluded.own, redeemer = excluded.redeemer,"
            " device = excluded.device, at = excluded.at, left_redeemer = excluded.left_redeemer,"
            " left_device = excluded.left_device, left_at = excluded.left_at,"
            " claim = excluded.claim WHERE excluded.revision > revision",
            [_row(each, tag) for each in found],
        )


def read(conn: sqlite3.Connection, key: str) -> Mirrored | None:
    """Return the mirror's copy of a claim."""
    row = conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE key = ?", (key,)
    ).fetchone()
    return Mirrored(row[0], claim_from_text(row[1]), row[2]) if row else None


def own(conn: sqlite3.Connection) -> Iterator[Mirrored]:
    """Yield the claims that have an entrant of this gate."""
    for key, text, revision in conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE own"
    ).fetchall():
        yield Mirrored(key, claim_from_text(text), revision)


def unclaimed(conn: sqlite3.Connection, most: int = -1) -> list[OwnEntry]:
    """Return the session's standing admissions that the venue is not known to have, oldest first.

    What the platform refused before its green light let nobody in.
    """
    rows = conn.execute(
        "SELECT serial, journal, device, redeemer, at FROM admitted"
        " WHERE state <> 'undone' AND event = (SELECT event FROM session)"
        f" AND NOT {_OWN_ENTRANT} AND journal NOT IN (SELECT journal FROM withheld)"
        " ORDER BY journal LIMIT ?",
        (most,),
    )
    return [
        OwnEntry(serial, row, device, redeemer, datetime.fromisoformat(at))
        for serial, row, device, redeemer, at in rows
    ]


def count_unclaimed(conn: sqlite3.Connection) -> int:
    """Count them."""
    row = conn.execute(
        "SELECT count(*) FROM admitted WHERE state <> 'undone'"
        f" AND event = (SELECT event FROM session) AND NOT {_OWN_ENTRANT}"
        " AND journal NOT IN (SELECT journal FROM withheld)"
    ).fetchone()
    return int(row[0])


def forget(conn: sqlite3.Connection) -> None:
    """Empty the mirror: it is read again from the start."""
    with transaction(conn):
        conn.execute("DELETE FROM venue_claim")
        conn.execute("DELETE FROM venue_position")


def position(conn: sqlite3.Connection, name: str) -> int:
    """Return how far a stream was read or told; 0 before the first."""
    row = conn.execute("SELECT value FROM venue_position WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def note_position(conn: sqlite3.Connection, name: str, value: int) -> None:
    """Note how far a stream was read or told."""
    with transaction(conn):
        conn.execute("INSERT OR REPLACE INTO venue_position VALUES (?, ?)", (name, value))


def claim_to_text(claim: Claim) -> str:
    """Write a claim as JSON; times in ISO 8601."""
    found: dict[str, Any] = {"serial": claim.serial, "state": claim.state}
    if claim.entered:
        found["entered"] = _to_list(claim.entered)
    if claim.left:
        found["left"] = _to_list(claim.left)
    if claim.twice:
        found["twice"] = [_to_list(each) for each in claim.twice]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def claim_from_text(text: str) -> Claim:
    """Read a claim back.

    Raises:
        ValueError: it is none.
    """
    try:
        found = json.loads(text)
        return Claim(
            str(found["serial"]),
            ClaimState(found["state"]),
            _to_entrant(found["entered"]) if "entered" in found else None,
            _to_entrant(found["left"]) if "left" in found else None,
            tuple(map(_to_entrant, found.get("twice", []))),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is no claim") from error


def _row(each: Mirrored, tag: str | None) -> tuple[object, ...]:
    claim = each.claim
    ours = any(tag_of(entrant.device) == tag for entrant in claim.entrants) if tag else False
    left_here = claim.left and tag and tag_of(claim.left.device) == tag  # the journal has that one
    return (
        each.key,
        claim.serial,
        claim.state.value,
        each.revision,
        ours,
        *_columns(claim.entered),
        *_columns(None if left_here else claim.left),
        claim_to_text(claim),
    )


def _columns(entrant: Entrant | None) -> tuple[str | None, ...]:
    if entrant is None:
        return (None, None, None)
    return (entrant.redeemer, entrant.device, entrant.at.isoformat())


def _to_list(entrant: Entrant) -> list[str]:
    return [entrant.device, entrant.redeemer, entrant.at.isoformat(), entrant.nonce]


def _to_entrant(found: list[str]) -> Entrant:
    device, redeemer, at, nonce = map(str, found)
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("a claim's time lacks its zone")
    return Entrant(device, redeemer, moment, nonce)
