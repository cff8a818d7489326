"""Others that use this gate's name, or its tag: two gates of one name, and copies of this gate."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scanner.admission.names import is_namesake, tag_of
from scanner.admission.ticket import EarlierAdmission
from scanner.store import installation
from scanner.store.sessions import StoredSession, read_session


class EncounterKind(StrEnum):
    """What the other has in common with this gate."""

    NAMESAKE = "namesake"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Encounter:
    """One other: its device's name as it was sent, and an admission that gave it away."""

    kind: EncounterKind
    event: str
    device: str
    redeemer: str | None
    serial: str


def among(
    conn: sqlite3.Connection,
    session: StoredSession,
    admissions: Iterable[tuple[str, EarlierAdmission]],
) -> list[Encounter]:
    """Find those among admissions that this ledger does not have.

    Args:
        conn: the ledger, or the cache with the ledger attached.
        session: the gate's.
        admissions: by serial, with the device's name as the API gives it.
    """
    ours = installation.tags(conn)
    found: dict[tuple[EncounterKind, str], Encounter] = {}
    for serial, each in admissions:
        if each.device and (kind := _kind(each.device, session, ours)):
            key = kind, tag_of(each.device) or ""
            found[key] = Encounter(kind, session.event, each.device, each.redeemer, serial)
    return list(found.values())


def cached(conn: sqlite3.Connection, session: StoredSession) -> list[Encounter]:
    """Find those among the admissions that the cache attributes to other gates."""
    rows = conn.execute(
        "SELECT min(serial), redeemer, device FROM other_admission GROUP BY device"
    ).fetchall()
    others = [(serial, EarlierAdmission(None, *names)) for serial, *names in rows]
    return among(conn, session, others)


def write(conn: sqlite3.Connection, found: Iterable[Encounter]) -> list[Encounter]:
    """Note encounters, and return the new ones; where a copy uses the tag in force, draw another.

    Call inside a transaction.
    """
    session, new = read_session(conn), []
    opened = session.opened.isoformat() if session else ""
    for each in found:
        noted = conn.execute(
            "INSERT OR IGNORE INTO encounter VALUES (?, ?, ?, ?, ?, ?)",
            (each.kind, each.event, each.device, each.redeemer, each.serial, opened),
        )
        new += [each] * noted.rowcount
        if each.kind is EncounterKind.COPY and tag_of(each.device) == installation.current_tag(
            conn
        ):
            installation.draw_tag(conn)
    return new


def copies(conn: sqlite3.Connection, device: str) -> bool:
    """Tell whether a copy is known that has used the tag of a device's name."""
    return tag_of(device) in copied_tags(conn)


def copied_tags(conn: sqlite3.Connection) -> set[str]:
    """Return the tags that a copy is known to have used."""
    rows = conn.execute("SELECT device FROM encounter WHERE kind = ?", (EncounterKind.COPY,))
    return {tag for (device,) in rows if (tag := tag_of(device))}


def shared_tags(conn: sqlite3.Connection) -> set[str]:
    """Return the tags that a copy may have used.

    A namesake may be a copy that has drawn another tag since: then it may have used any.
    """
    if any(each.kind is EncounterKind.NAMESAKE for each in current(conn)):
        return installation.tags(conn)
    return copied_tags(conn)


def current(conn: sqlite3.Connection) -> list[Encounter]:
    """Read those that concern the session: of its name, and copies that were first met in it."""
    session = read_session(conn)
    if session is None:
        return []
    rows = conn.execute(
        "SELECT kind, event, device, redeemer, serial FROM encounter WHERE event = ?1"
        " AND (kind <> 'copy' OR opened = ?2)",
        (session.event, session.opened.isoformat()),
    )
    found = (Encounter(EncounterKind(kind), *fields) for kind, *fields in rows)
    return [
        each
        for each in found
        if each.kind is EncounterKind.COPY or is_namesake(session.device, each.device)
    ]


def _kind(device: str, session: StoredSession, ours: set[str]) -> EncounterKind | None:
    if tag_of(device) in ours:
        return EncounterKind.COPY
    if is_namesake(session.device, device):
        return EncounterKind.NAMESAKE
    return None
