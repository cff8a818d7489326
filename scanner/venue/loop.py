"""What goes on of a venue in the gate's thread for it: one event's claims, over one connection."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from scanner.admission.claim import Answer, Asked, Standing
from scanner.facts import Fact
from scanner.store import venue_claims
from scanner.store.database import SqlConnection, SqlError, open_reader
from scanner.store.errors import StoreError
from scanner.store.sessions import read_origin
from scanner.store.tickets import permitted_sections
from scanner.store.venue_claims import Mirrored
from scanner.venue.cancelling import ended, pause
from scanner.venue.claims.claimant import Claimant
from scanner.venue.claims.mirror import Mirror
from scanner.venue.claims.nats_bucket import NatsBucket
from scanner.venue.claims.settling import Settling
from scanner.venue.errors import VenueError
from scanner.venue.requests import ask_to_open
from scanner.venue.sealing import VenueKey
from scanner.venue.subjects import event_name, section_name

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.store.writer import Writer
    from scanner.venue.connection import Connection

_T = TypeVar("_T")

_LOOK_SECONDS = 1.0
"""Between two looks whether the session is for another event."""
_OPEN_SECONDS = 5.0
"""Between two questions for a bucket that was made, and is not found."""
_PAY_SECONDS = 1.0
"""How long a stop waits for what is to be given back."""

_log = structlog.get_logger("venue")
_UNANSWERED = Answer(Standing.UNANSWERED)


@dataclass(slots=True)
class _Event:
    """One event's claims."""

    name: str
    claimant: "Claimant"
    mirror: "Mirror"
    settling: "Settling"


class VenueLoop:
    """The venue's work of one gate, in its loop.

    Args:
        connection: to a node.
        writer: the gate's files.
        reader: reads them.
        now: the gate's time, aware.
        told: called when double entries were noted.

    Attributes:
        stopped: ends it; to be set in its loop.
    """

    def __init__(
        self,
        connection: "Connection",
        writer: "Writer",
        reader: "Reader",
        now: Callable[[], datetime],
        told: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._reader = reader
        self._now = now
        self._told = told
        self._key = VenueKey(connection.membership.secret)
        self._loop = asyncio.get_running_loop()
        self._events: dict[str, _Event] = {}
        self._here: _Event | None = None
        self._opened: tuple[str, frozenset[str]] | None = None
        self._open_again = 0.0
        self._asking: set[asyncio.Task[None]] = set()
        self.stopped = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether a node answers, and all claims are known."""
        here = self._here
        return self._reaches and (here is None or here.mirror.up_to_date)

    @property
    def _reaches(self) -> bool:
        client = self._connection.client
        return client is not None and client.is_connected

    @property
    def unclaimed(self) -> int:
        """How many admissions the venue is not known to have."""
        return self._here.settling.unclaimed if self._here else 0

    @property
    def problem(self) -> Fact | None:
        """Why no node answers."""
        error = self._connection.problem
        return error.fact if error else None

    def call(self, work: Callable[..., object], *given: object) -> bool:
        """Do something in the loop; tells whether it goes on."""
        try:
            self._loop.call_soon_threadsafe(work, *given)
        except RuntimeError:  # it has just ended
            return False
        return True

    def ask(self, asked: Asked, answered: "Future[Answer]") -> None:
        """Ask for a gate that waits."""
        event = self._events.get(asked.event)
        if event is None or event is not self._here or not self._reaches:
            answered.set_result(_UNANSWERED)
            return

        async def ask() -> None:
            answer = _UNANSWERED
            try:
                answer = await event.claimant.ask(asked)
            finally:
                answered.set_result(answer)

        task = asyncio.create_task(ask())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def end(self, asked: Asked, green: bool) -> None:
        """Learn what came of a try."""
        if event := self._events.get(asked.event):
            event.claimant.end(asked, green=green)

    def wake(self) -> None:
        """Tell the venue soon what it does not know."""
        if self._here:
            self._here.settling.wake()

    async def run(self, beside: "Sequence[Callable[[Client], Awaitable[None]]]") -> None:
        """Work until stopped; some goes on `beside` the claims over each connection."""

        async def work_over(client: "Client") -> None:
            await self._over(client, [asyncio.create_task(_go_on(each, client)) for each in beside])

        work = [
            asyncio.create_task(each)
            for each in (self._connection.run(work_over), self._follow_session())
        ]
        stopped = asyncio.create_task(self.stopped.wait())
        try:
            done, _ = await asyncio.wait([*work, stopped], return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PAY_SECONDS):
                    for event in self._events.values():
                        await event.claimant.paid()
            await ended([*work, stopped, *self._asking])
            for event in self._events.values():
                await event.claimant.close()

    async def _over(self, client: "Client", beside: "Sequence[asyncio.Future[None]]") -> None:
        """Have the event opened over one connection."""
        try:
            while True:
                await self._open(client)
                await pause(_LOOK_SECONDS)
        finally:
            await ended(beside)

    async def _open(self, client: "Client") -> None:
        """Have the event's bucket made, and what its sections need."""
        if (here := self._here) is None:
            return
        sections = self._reader.sections()
        wanted, now = (here.name, sections), self._loop.time()
        if self._opened == wanted and (here.mirror.up_to_date or now < self._open_again):
            return
        self._open_again = now + _OPEN_SECONDS
        names = [section_name(self._key, each) for each in sorted(sections)]
        try:
            await ask_to_open(client, self._key, here.name, names)
        except VenueError as error:
            _log.info("the event is not opened yet", why=str(error.fact))
        else:
            self._opened = wanted

    async def _follow_session(self) -> None:
        """Go on with whatever event the session is for."""
        working: list[asyncio.Future[None]] = []
        followed: tuple[str, str] | None = None
        try:
            while True:
                session = self._reader.session()
                if session and session != followed:
                    followed, uri = session, session[1]
                    await ended(working)
                    here = self._events.get(uri) or self._event(uri)
                    self._events[uri] = self._here = here
                    working = [
                        asyncio.ensure_future(each.run()) for each in (here.mirror, here.settling)
                    ]
                await pause(_LOOK_SECONDS)
        finally:
            await ended(working)

    def _event(self, uri: str) -> _Event:
        name = event_name(self._key, uri)
        connection = self._connection
        bucket = NatsBucket(lambda: connection.client, name, connection.heard)
        claimant = Claimant(bucket, self._key, self._reader.claim)
        mirror = Mirror(bucket, self._key, self._writer, claimant.between)
        settling = Settling(claimant, mirror, self._writer, self._now)
        settling.subscribe(self._told)
        return _Event(name, claimant, mirror, settling)


class Reader:
    """Reads the gate's files in the venue's loop; what can't be read is not known."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._conn: SqlConnection | None = None

    def claim(self, key: str) -> Mirrored | None:
        """Return the mirror's copy of a claim."""
        return self._read(lambda conn: venue_claims.read(conn, key))

    def session(self) -> tuple[str, str] | None:
        """Return the platform's address and the event, once the cache is that event's."""
        return self._read(read_origin)

    def sections(self) -> frozenset[str]:
        """Return the sections that this gate admits to."""
        return self._read(permitted_sections) or frozenset()

    def close(self) -> None:
        """Close the files."""
        if self._conn:
            self._conn.close()
            self._conn = None

    def _read(self, work: Callable[[SqlConnection], _T]) -> _T | None:
        try:
            if self._conn is None:
                self._conn = open_reader(self._file)
            return work(self._conn)
        except (SqlError, StoreError, ValueError):
            _log.warning("the gate's files can't be read", exc_info=True)
            self.close()
            return None


async def _go_on(work: "Callable[[Client], Awaitable[None]]", client: "Client") -> None:
    """Do work over a connection, again where it fails: the claims do not suffer by that."""
    while True:
        try:
            await work(client)
        except Exception:  # noqa: BLE001 - the next try may go well
            _log.exception("the work beside the venue's claims failed")
        await pause(_OPEN_SECONDS)
