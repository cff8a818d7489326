"""A gate's state at one moment, for screens and `scanner status`."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from scanner.admission.scope import Closed
from scanner.store import cache, ledger
from scanner.store.ledger import State
from scanner.sync.link import Link


@dataclass(frozen=True, slots=True)
class Status:
    """What the gate is and how it stands.

    `synced` is the gate's time of the last complete pull; `tickets` counts the cached tickets
    that the token permits; `closed` says why nobody can be admitted, if so.
    """

    title: str | None = None
    name: str | None = None
    device: str | None = None
    sections: tuple[str, ...] = ()
    tickets: int = 0
    synced: datetime | None = None
    closed: Closed | None = None
    counts: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    link: Link = field(default_factory=Link)

    @property
    def waiting(self) -> int:
        """The admissions that the API has not settled yet."""
        return self.counts[State.QUEUED] + self.counts[State.SENDING]


def read_status(conn: sqlite3.Connection, link: Link) -> Status:
    """Read the state from the database; the link is the caller's knowledge."""
    session = cache.read_session(conn)
    return Status(
        title=session.title if session else None,
        name=session.name if session else None,
        device=session.device if session else None,
        sections=tuple(each.name for each in cache.read_sections(conn) if each.permitted),
        tickets=cache.count_tickets(conn),
        synced=session.synced if session else None,
        closed=cache.read_scope(conn).closed,
        counts=ledger.counts(conn),
        link=link,
    )
