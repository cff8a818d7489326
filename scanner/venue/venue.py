"""A gate's part in its venue: a thread with a loop of its own, and all that works in it.

Whatever fails of the engine, of the cache or of this work itself, the gate goes on by its policy.
The libraries are imported in that thread: a gate's start does not wait for them.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from scanner.admission.claim import Answer, Asked, Standing
from scanner.admission.ticket import Unclaimed
from scanner.admission.venue_status import GateSeen, VenueStatus
from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.venue import discovery, extra
from scanner.venue.errors import NeedsExtra
from scanner.venue.members.membership import Membership

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.store.writer import Writer
    from scanner.venue.loop import VenueLoop

_ANSWER_SECONDS = 0.5
"""After which a gate no longer waits for a loop that is stuck; twice a claim's patience."""
_STOP_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_AGAIN_SECONDS = 2.0
"""After which the work begins again that has failed."""

_log = structlog.get_logger("venue")
_UNANSWERED = Answer(Standing.UNANSWERED)

Beside = Callable[["Client"], Awaitable[None]]
"""Work that goes on over a connection, until that is lost."""
Search = Callable[[str], Awaitable[Sequence[str]]]


async def on_network(venue: str) -> list[str]:
    """Return the addresses of a venue's nodes that are heard on the network."""
    found = await discovery.search(venue=venue)
    return [each for one in found for each in one.addresses]


class Venue:
    """What a gate has of its venue; the methods are for any thread.

    Args:
        membership: of the venue.
        keep: writes a membership down that has changed.
        writer: the gate's files.
        policy: what stands while the other gates can't be asked.
        now: the gate's time, aware.
        search: looks for nodes on the network; nothing where only those of the membership are to
            be tried.
    """

    def __init__(
        self,
        membership: Membership,
        keep: Callable[[Membership], None],
        writer: "Writer",
        policy: Unclaimed,
        now: Callable[[], datetime],
        *,
        search: Search | None = on_network,
    ) -> None:
        self.membership = membership
        self._keep = keep
        self._writer = writer
        self.policy = policy
        self._now = now
        self._search = search
        self._beside: list[Beside] = []
        self._doubles: list[Callable[[], None]] = []
        self._work: VenueLoop | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._since: datetime | None = now()
        self._problem: Fact | None = None
        self.gates: Callable[[], tuple[GateSeen, ...]] = tuple
        self.warnings: Callable[[], tuple[Fact, ...]] = tuple

    @property
    def claims(self) -> "VenueClaims":
        """What the gate asks before a green light."""
        return VenueClaims(self)

    def beside(self, work: Beside) -> None:
        """Have work done over each connection; to be called before the start."""
        self._beside.append(work)

    def on_doubles(self, listener: Callable[[], None]) -> None:
        """Call `listener`, in the venue's thread, when double entries were noted."""
        self._doubles.append(listener)

    def start(self) -> None:
        """Begin, in a thread of its own; returns at once."""
        try:
            extra.require()
        except NeedsExtra as error:
            self._problem = error.fact
            _log.warning("the venue's libraries are missing")
            return
        self._thread = threading.Thread(target=self._run, name="venue", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; waits a moment for what is to be given back."""
        self._stopping.set()
        if (work := self._work) is not None:
            work.call(work.stopped.set)
        if self._thread:
            self._thread.join(_STOP_SECONDS)

    def listen(self, seconds: float) -> None:
        """Wait until all of the venue's claims are known here, for so long at most.

        Not for an event loop: it blocks.
        """
        end = time.monotonic() + seconds
        while self._thread and self._thread.is_alive() and not self.status().connected:
            if time.monotonic() >= end:
                return
            self._thread.join(_LOOK_SECONDS)

    def status(self) -> VenueStatus:
        """Return how the gate stands with its venue; no I/O."""
        work = self._work
        connected = work is not None and work.is_connected
        if connected:
            self._since = None
        elif self._since is None:
            self._since = self._now()
        return VenueStatus(
            name=self.membership.name,
            policy=self.policy,
            connected=connected,
            since=self._since,
            unclaimed=work.unclaimed if work else 0,
            gates=self.gates(),
            warnings=self.warnings(),
            problem=None if connected else self._problem or (work.problem if work else None),
        )

    def on_verdict(self, judged: Judged) -> None:
        """Have the venue told soon of what it does not know; a subscriber for the gate."""
        unclaimed = judged.notice is not None and judged.notice.unclaimed
        moved = judged.verdict.kind in (Kind.EXITED, Kind.REENTRY)
        if (unclaimed or moved) and (work := self._work):
            work.call(work.wake)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._go())
            except Exception:  # noqa: BLE001 - the gate goes on, and the next start may go well
                _log.exception("the venue's work failed")
            finally:
                self._work = None
            self._stopping.wait(_AGAIN_SECONDS)

    async def _go(self) -> None:
        from scanner.venue.connection import Connection
        from scanner.venue.loop import Reader, VenueLoop

        connection = Connection(self.membership, self._note, self._search)
        with contextlib.closing(Reader(self._writer.file)) as reader:
            work = VenueLoop(connection, self._writer, reader, self._now, self._told)
            self._work = work
            if self._stopping.is_set():
                return
            await work.run(self._beside)

    def _note(self, membership: Membership) -> None:
        self.membership = membership
        self._keep(membership)

    def _told(self) -> None:
        for each in self._doubles:
            each()


class VenueClaims:
    """Asks the venue for a gate, which waits for half a second at most."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    @property
    def fallback(self) -> Unclaimed:
        """What stands where they do not answer in time."""
        return self._venue.policy

    def ask(self, asked: Asked) -> "Future[Answer]":
        """Ask; the future ends in time, and never fails."""
        answered = _Answered()
        work = self._venue._work
        if work is None or not work.call(work.ask, asked, answered):
            answered.set_result(_UNANSWERED)
        return answered

    def end(self, asked: Asked, *, green: bool) -> None:
        """Learn what came of a try."""
        if work := self._venue._work:
            work.call(work.end, asked, green)


class _Answered(Future[Answer]):
    """An answer that is none after half a second, should the loop be stuck."""

    def result(self, timeout: float | None = None) -> Answer:
        try:
            return super().result(_ANSWER_SECONDS if timeout is None else timeout)
        except TimeoutError:
            _log.error("the venue's loop does not answer")
            return _UNANSWERED
