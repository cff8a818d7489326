"""A gate's state at one moment, for screens and `scanner status`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog

from scanner.admission.names import without_tag
from scanner.admission.venue_status import VenueStatus
from scanner.admission.verdict import Closed
from scanner.facts import Code, Fact
from scanner.judging import Judged
from scanner.store import (
    acknowledged,
    differences,
    doubts,
    encounters,
    ledger,
    sessions,
    statistics,
    tickets,
)
from scanner.store.acknowledged import Doubles
from scanner.store.database import SqlConnection, SqlError, data_version, open_reader
from scanner.store.differences import Difference
from scanner.store.doubts import DoubtKind
from scanner.store.encounters import Encounter, EncounterKind
from scanner.store.installation import current_tag
from scanner.store.ledger import State
from scanner.store.left_out import LeftOut, read_left_out
from scanner.store.sessions import StoredSession
from scanner.store.statistics import Admitted
from scanner.sync.link import Link, LinkState, Obstacle

_LOOK_SECONDS = 0.2
_NETWORK_OFF = Link(LinkState.OFFLINE, Fact(Obstacle.NETWORK_OFF))


class Encountered(Code):
    """Who else uses this gate's name or its tag."""

    NAMESAKE = "sync.namesake"
    COPY = "sync.copy"


class ListDoubt(Code):
    """Why the ticket list is doubted."""

    SHRUNK = "sync.list_shrunk"
    SHORT = "sync.list_short"


_DOUBTS = {DoubtKind.SHRUNK: ListDoubt.SHRUNK, DoubtKind.SHORT: ListDoubt.SHORT}


@dataclass(frozen=True, slots=True)
class Status:
    """What the gate is and how it stands.

    `synced` is the gate's time of the last complete pull; `tickets` counts the cached tickets
    that the token permits; `closed` says why nobody can be admitted, if so; `offset` is how many
    seconds the server's clock is ahead of the gate's, `by_minute` this gate's latest admissions,
    `left_out` what of the API's lists could not be read.
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
    admitted: Admitted = field(default_factory=Admitted)
    by_minute: dict[datetime, int] = field(default_factory=dict)
    offset: float | None = None
    left_out: tuple[LeftOut, ...] = ()
    tag: str | None = None
    """At the front of the device's name as it is sent."""

    at_list: bool = False
    """Whether it is open for one of an event's check-in lists; else for what a token says."""

    encounters: tuple[Fact, ...] = ()
    """Others that use this gate's name or its tag, see `Encountered`."""

    doubt: Fact | None = None
    """Why the ticket list is doubted, if it is."""

    differences: tuple[Difference, ...] = ()
    """What the API's admissions and the ledger's differ in, as last compared."""

    seen_to: dict[State, int] = field(default_factory=dict)
    """How many in conflict or refused somebody has acknowledged: they are no alarm any more."""

    doubles: Doubles = field(default_factory=Doubles)
    """What was let in here and at another gate of the venue."""

    venue: VenueStatus | None = None
    """How it stands with its venue, where it joined one and runs."""

    pulled: tuple[datetime, datetime | None, datetime | None] | None = None
    """Which pull `tickets` were counted after: when opened, last synced, last read whole."""

    @property
    def known(self) -> bool:
        """Tell whether it was read at all: there is a session, or its lack closes the gate."""
        return self.pulled is not None or self.closed is not None

    @property
    def waiting(self) -> int:
        """The admissions that the API has not settled yet."""
        return self.counts[State.QUEUED] + self.counts[State.SENDING]


class StatusFeed:
    """Reads the state again after each change of the database by any process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.latest = Status()

    async def run(self) -> None:
        """Follow the database until cancelled."""
        reader = await asyncio.to_thread(open_reader, self._file)
        version = None
        try:
            while True:
                try:
                    found = data_version(reader)
                    if found != version:
                        self.latest = await _to_its_end(read_status, reader, self.latest)
                        version = found
                except SqlError:
                    structlog.get_logger("status").exception("the state could not be read")
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            reader.close()


async def _to_its_end(
    read: Callable[[SqlConnection, Status], Status],
    conn: SqlConnection,
    before: Status,
) -> Status:
    """Read in a thread; when cancelled, wait for its end: SQLite must not be closed earlier."""
    reading = asyncio.ensure_future(asyncio.to_thread(read, conn, before))
    try:
        return await asyncio.shield(reading)
    finally:
        await asyncio.wait([reading])


def read_status(conn: SqlConnection, before: Status | None = None) -> Status:
    """Read the state from the database; tickets are counted again only when a pull has ended."""
    session = sessions.read_session(conn)
    counts = ledger.counts(conn)
    counted = before is not None and before.pulled == _pulled(session)
    return Status(
        title=session.title if session else None,
        name=session.name if session else None,
        device=session.device if session else None,
        sections=tuple(each.name for each in tickets.read_sections(conn) if each.permitted),
        tickets=before.tickets if before and counted else tickets.count_tickets(conn),
        synced=session.synced if session else None,
        closed=sessions.read_standing(conn).closed,
        counts=counts,
        seen_to=acknowledged.count_acknowledged(conn, counts),
        doubles=acknowledged.read_doubles(conn, before.doubles if before else None),
        admitted=statistics.admitted(conn),
        by_minute=statistics.per_minute(conn),
        offset=session.server_offset if session else None,
        left_out=read_left_out(conn),
        tag=current_tag(conn),
        at_list=bool(session and session.passages),
        encounters=read_encounters(conn),
        doubt=doubt_of(conn),
        differences=tuple(differences.read(conn)),
        pulled=_pulled(session),
    )


def read_encounters(conn: SqlConnection) -> tuple[Fact, ...]:
    """Read who else uses this gate's name or its tag."""
    found = (_encountered(each) for each in encounters.current(conn))
    return tuple({str(each): each for each in found}.values())


def _encountered(met: Encounter) -> Fact:
    if met.kind is EncounterKind.NAMESAKE:
        return Fact(Encountered.NAMESAKE, {"name": without_tag(met.device)})
    return Fact(Encountered.COPY, {"serial": met.serial})


def doubt_of(conn: SqlConnection) -> Fact | None:
    """Return why the ticket list is doubted; one that breaks off before one that has shrunk."""
    for each in doubts.read_doubts(conn):
        return Fact(_DOUBTS[each.kind], {"missing": each.missing, "known": each.known})
    return None


def _pulled(
    session: StoredSession | None,
) -> tuple[datetime, datetime | None, datetime | None] | None:
    return (session.opened, session.synced, session.whole) if session else None


class OfflineEngine:
    """In the engine's place where the network is left alone: it follows the database only."""

    def __init__(self, database: Path) -> None:
        self._feed = StatusFeed(database)

    async def run(self) -> None:
        """Follow until cancelled."""
        await self._feed.run()

    async def heard(self) -> bool:
        """There is nothing to wait for."""
        return False

    async def replay(self) -> bool:
        """Leave the queue as it is."""
        return False

    def status(self) -> Status:
        """Return the latest known state."""
        return replace(self._feed.latest, link=_NETWORK_OFF)

    def wake(self) -> None:
        """There is nothing to wake."""

    def on_verdict(self, judged: Judged) -> None:
        """Leave it in the queue."""
