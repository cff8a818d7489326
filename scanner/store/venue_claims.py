"""The mirror of a venue's claims, in the cache."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.admission.names import tag_of
from scanner.store import hearsay
from scanner.store.database import transaction

CLAIMS = "claims"
"""The mirror's own position: the engine's last revision that it has."""
LARGEST = 1 << 16
"""Characters of a claim: some five hundred entries by one ticket. Each of them is noted at each
gate that let in by it too, and the engine takes no message without end."""
TOLD = "told"
"""The journal's last row up to which the engine was told of exits and further entries."""


class Mirrored(NamedTuple):
    """A claim as the engine has it, under its key at a revision."""

    key: str
    claim: Claim
    revision: int


def write(
    conn: sqlite3.Connection,
    found: Iterable[Mirrored],
    tags: Collection[str],
    position: int | None = None,
) -> None:
    """Keep claims as the engine tells them; an older revision never replaces a newer one.

    Args:
        conn: the cache, for writing.
        found: the claims.
        tags: all that this ledger has had: a claim with an entrant of these is our own.
        position: how far the engine was read with them.
    """
    with transaction(conn):
        if position is not None:
            _note_position(conn, CLAIMS, position)
        conn.executemany(
            "INSERT INTO venue_claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET serial = excluded.serial, state = excluded.state,"
            " revision = excluded.revision, own = excluded.own, redeemer = excluded.redeemer,"
            " device = excluded.device, at = excluded.at, left_redeemer = excluded.left_redeemer,"
            " left_device = excluded.left_device, left_at = excluded.left_at,"
            " claim = excluded.claim WHERE excluded.revision > revision",
            [_row(each, tags) for each in found],
        )


def read(conn: sqlite3.Connection, key: str) -> Mirrored | None:
    """Return the mirror's copy of a claim."""
    row = conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE key = ?", (key,)
    ).fetchone()
    return Mirrored(row[0], claim_from_text(row[1]), row[2]) if row else None


def newest(conn: sqlite3.Connection, most: int) -> list[Mirrored]:
    """Return the claims that the engine wrote last, as far as is known; the newest first."""
    rows = conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE revision > 0"
        " ORDER BY revision DESC LIMIT ?",
        (most,),
    )
    return [Mirrored(key, claim_from_text(text), revision) for key, text, revision in rows]


def lost(conn: sqlite3.Connection, first: str, most: int) -> list[Mirrored]:
    """Return claims that stand, and that the engine has not told since it lost what it had.

    Args:
        conn: the cache.
        first: the key from which on they come; those before it come last.
        most: how many.
    """
    rows = conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE revision = 0 AND state <> ?"
        " ORDER BY key < ?, key LIMIT ?",
        (ClaimState.RELEASED.value, first, most),
    )
    return [Mirrored(key, claim_from_text(text), revision) for key, text, revision in rows]


def read_again(conn: sqlite3.Connection, *, lost: bool) -> None:
    """Have the engine's claims read from the start.

    What is known stays until the engine says otherwise; which claims are our own is told again.
    Where the engine has `lost` its claims, all that this gate has told is told again, too.
    """
    with transaction(conn):
        conn.execute("UPDATE venue_claim SET revision = 0, own = 0")
        names = (CLAIMS, TOLD) if lost else (CLAIMS,)
        conn.executemany("DELETE FROM venue_position WHERE name = ?", [(each,) for each in names])


def position(conn: sqlite3.Connection, name: str) -> int:
    """Return how far a stream was read or told; 0 before the first."""
    row = conn.execute("SELECT value FROM venue_position WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def note_position(conn: sqlite3.Connection, name: str, value: int) -> None:
    """Note how far a stream was read or told."""
    with transaction(conn):
        _note_position(conn, name, value)


def _note_position(conn: sqlite3.Connection, name: str, value: int) -> None:
    conn.execute("INSERT OR REPLACE INTO venue_position VALUES (?, ?)", (name, value))


def claim_to_text(claim: Claim) -> str:
    """Write a claim as JSON; times in ISO 8601."""
    found: dict[str, Any] = {"serial": claim.serial, "state": claim.state}
    if claim.entered:
        found["entered"] = _to_list(claim.entered)
    if claim.left:
        found["left"] = _to_list(claim.left)
    for name, several in (("twice", claim.twice), ("former", claim.former)):
        if several:
            found[name] = [_to_list(each) for each in several]
    if claim.written:
        found["written"] = claim.written
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def claim_from_text(text: str) -> Claim:
    """Read a claim back.

    Raises:
        ValueError: it is none.
    """
    try:
        if len(text) > LARGEST:
            raise ValueError("too large a claim")
        found = json.loads(text)
        return Claim(
            hearsay.text(found["serial"]),
            ClaimState(found["state"]),
            _to_entrant(found["entered"]) if "entered" in found else None,
            _to_entrant(found["left"]) if "left" in found else None,
            tuple(map(_to_entrant, found.get("twice", []))),
            tuple(map(_to_entrant, found.get("former", []))),
            hearsay.text(found.get("written", "")),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is no claim") from error


def _row(each: Mirrored, tags: Collection[str]) -> tuple[object, ...]:
    claim = each.claim
    left_here = claim.left and tag_of(claim.left.device) in tags  # the journal has that one
    return (
        each.key,
        claim.serial,
        claim.state.value,
        each.revision,
        any(tag_of(entrant.device) in tags for entrant in claim.everyone),
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
    device, redeemer, at, nonce = found
    return Entrant(
        hearsay.text(device), hearsay.text(redeemer), hearsay.time(at), hearsay.text(nonce)
    )
