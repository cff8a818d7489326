"""The background work of a gate: pulls and replays for as long as it runs."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from scanner.admission.verdict import Kind
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.platform.errors import (
    ApiError,
    Forbidden,
    ListError,
    Malformed,
    ServerFault,
    TicketingError,
    TooManyRequests,
    Unauthenticated,
)
from scanner.platform.paged_list import PageSizes
from scanner.platform.resources import Scope
from scanner.platform.server_time import ServerTime
from scanner.priority import CLAIM_SECONDS, Priority
from scanner.store import doubts, names, sessions
from scanner.store.database import SqlConnection, transaction
from scanner.store.sessions import StoredSession
from scanner.store.writer import Writer
from scanner.sync import shared_list
from scanner.sync.admission_list import Heard
from scanner.sync.books import Books
from scanner.sync.clock import Clock
from scanner.sync.credentials import Connect, Connected, Connection, Keys, TokenCheck
from scanner.sync.deliveries import Deliveries, replay_lock
from scanner.sync.errors import TokenDead
from scanner.sync.link import Link, LinkState, link_after
from scanner.sync.pull import Pull
from scanner.sync.retry import hedged, repeat
from scanner.sync.shared_list import SharedList
from scanner.sync.status import Status, StatusFeed
from scanner.sync.ticket_list import Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to pull changes and the whole list, how many tickets a page holds, and whether a
    platform that wants it is told of refused scans."""

    changes: timedelta = timedelta(seconds=15)
    whole: timedelta = timedelta(minutes=15)
    records: int = 500
    report_refused: bool = True


class Engine:
    """Keeps cache and API in step; a failure shows in `status`, and is tried again."""

    def __init__(
        self,
        writer: Writer,
        keys: Keys,
        clock: Clock,
        connect: Connect,
        pace: Pace,
        *,
        priority: Priority | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._pace = pace
        self._priority = priority or Priority()
        self._server_time = ServerTime(clock, monotonic)
        self._token_check = TokenCheck(monotonic)
        self._page_sizes = PageSizes(writer.file.parent, pace.records)
        self._heard = Heard()
        self._list_fault: Fact | None = None
        self._pulling = Connection(writer, keys, connect)
        self._replaying = Connection(writer, keys, connect)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feed = StatusFeed(writer.file)
        self._link = Link()
        self._undelivered: Fact | None = None
        self._make_events()

    def _make_events(self) -> None:
        self._pull_now, self._replay_now = asyncio.Event(), asyncio.Event()
        self._moved, self._asked = asyncio.Event(), asyncio.Event()
        self._reading = asyncio.Lock()  # one list at a time, whoever has read it

    async def run(self) -> None:
        """Work until cancelled; again in another loop, where it had ended."""
        self._loop = asyncio.get_running_loop()
        self._make_events()  # those of an earlier run are its loop's
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._feed.run())
                every = self._pace.changes
                tasks.create_task(repeat(self.pull, every, self._pull_now, self._note_failure))
                replaying = self._replay_when_online
                tasks.create_task(repeat(replaying, every, self._replay_now, self._note_replay))
        finally:
            self._loop = None
            await self.close()

    def status(self) -> Status:
        """Return the latest known state; no I/O."""
        obstacle = self._link.obstacle or self._undelivered
        latest = self._feed.latest
        doubt = self._list_fault or latest.doubt
        return replace(latest, link=Link(self._link.state, obstacle), doubt=doubt)

    async def heard(self) -> bool:
        """Wait until this gate's admissions were read from the API once, or could not be."""
        return await self._asked.wait()

    def wake(self) -> None:
        """Pull and replay now; from the loop's own thread."""
        self._pull_now.set()
        self._replay_now.set()

    def on_verdict(self, judged: Judged) -> None:
        """Replay soon when somebody came in or left, not before it is shown; from any thread."""
        loop = self._loop
        moved = judged.verdict.admits or judged.verdict.kind is Kind.EXITED
        if moved and loop:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(loop.call_later, CLAIM_SECONDS, self._replay_now.set)

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> "Future[T] | None":
        """Run a coroutine where this engine runs; nothing where it doesn't run. Any thread."""
        loop = self._loop
        return asyncio.run_coroutine_threadsafe(work(), loop) if loop else None

    def replay_now(self) -> asyncio.Event:
        """Replay without waiting; returns what is set when admissions have next been moved."""
        self._replay_now.set()
        return self._moved

    def replay_held(self) -> contextlib.AbstractContextManager[bool]:
        """Let nothing be replayed meanwhile; gives `False` where a replay is under way."""
        return replay_lock(self._writer.file)

    async def would_refuse(self, serial: str, at: datetime) -> Fact | None:
        """Ask the platform what it would say to an entry, where it can be asked.

        Raises:
            SyncError, TicketingError: it did not say.
        """
        connected = await self._pulling.current()
        beyond = connected.platform.beyond
        return await beyond.would_refuse(serial, at) if beyond else None

    def _note_moved(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def pull(
        self,
        on_progress: Progress | None = None,
        *,
        whole: bool = False,
        accept_shrink: bool = False,
    ) -> None:
        """Bring the cache up to date, once.

        Args:
            on_progress: told of the tickets that were read.
            whole: whether to read the whole lists, and compare the books, though it is not due.
            accept_shrink: whether a person has looked at a list that lacks much.

        Raises:
            SyncError, TicketingError: what stood in the way; the gate is closed where the API
                no longer knows the token.
        """
        connected = await self._pulling.current()
        session = connected.session
        scope = await self._checked_scope(connected)
        if scope.event != session.event:
            raise TokenDead
        self._note_online()
        if scope.key != connected.credentials.key:
            await self._renew_key(connected, scope.key)
            connected = await self._pulling.current()
        size = self._page_sizes.of(session.api)
        pull = Pull(
            connected.platform,
            self._writer,
            self._server_time,
            size,
            on_progress,
            self._priority,
            self._heard,
        )
        grown = await pull.write_scope(session, scope)
        whole = whole or grown or accept_shrink or await self._whole_is_due(session)
        if whole:
            self._heard.count = 0
        disputed = await pull.others(session)
        self._asked.set()
        books = Books(connected.platform, self._writer, self._server_time, size)
        async with self._reading:
            if whole or await books.is_due(self._heard.count, disputed):
                await pull.everything(session, accept_shrink=accept_shrink)
                await books.compare(session)
            else:
                await pull.changes(session)
        self._list_fault = None

    async def take_list(self, shared: SharedList) -> bool:
        """Take the tickets as another gate has pulled them, while this one is offline.

        Returns:
            Whether they were newer than this gate's own, and taken.

        Raises:
            TicketingError: the list is not what it says.
        """
        if self._link.online:
            return False
        async with self._reading:
            return await shared_list.take(shared, self._writer, self._clock, self._priority)

    async def probe(self) -> None:
        """Ask the API whether it takes this gate's requests; changes nothing.

        Raises:
            SyncError, TicketingError: what stands in the way.
        """
        connected = await self._pulling.current()
        await connected.platform.scope()

    async def replay(self, on_progress: Callable[[], None] | None = None) -> bool:
        """Deliver the session's queue, once; tells whether this process was the one to do it.

        Raises:
            SyncError, TicketingError: what stood in the way; nothing is lost by it.
        """
        connected = await self._replaying.current()
        deliveries = Deliveries(
            connected.platform,
            self._writer,
            self._server_time,
            self._page_sizes.of(connected.session.api),
            connected.session.event,
            self._pace.report_refused,
            on_progress,
        )
        with replay_lock(self._writer.file) as held:
            if not held:
                return False
            try:
                sent = await deliveries.run_once()
            except (Unauthenticated, Forbidden):
                await self._replaying.close()
                raise
        if sent:
            self._undelivered = None
            self._note_online()
        return True

    async def close(self) -> None:
        """Close the connections; needed after a single pull or replay without `run`."""
        await self._pulling.close()
        await self._replaying.close()

    async def _replay_when_online(self) -> None:
        if self._link.online:
            await self.replay(self._note_moved)

    async def _checked_scope(self, connected: Connected) -> Scope:
        """Ask for the scope; closes the gate where the token is dead, and opens it again.

        Raises:
            TokenDead: the API's own words say so.
            TicketingError: any other refusal.
        """
        session = connected.session
        try:
            scope = await self._scope(connected)
        except TicketingError as error:
            dead = self._token_check.is_dead_after(error)
            if isinstance(error, ApiError):
                await self._pulling.close()
            if not dead:
                raise
            await self._note_token(session, dead_since=session.invalid or self._clock())
            await self._forget_patrons(session)
            raise TokenDead from error
        self._token_check.passed()
        if session.invalid:
            await self._note_token(session, dead_since=None)
        return scope

    async def _scope(self, connected: Connected) -> Scope:
        """Ask for the scope; while offline, without waiting for an answer that hangs."""
        ask = connected.platform.scope
        return await (hedged(ask) if self._link.state is LinkState.OFFLINE else ask())

    async def _whole_is_due(self, session: StoredSession) -> bool:
        """Tell whether the whole list is to be read: the last time is long ago, or is doubted."""
        passed = session.whole and self._clock() - session.whole
        if not passed or not timedelta(0) <= passed < self._pace.whole:
            return True
        found = await self._writer.run_on_cache(doubts.read_doubts)
        return any(not each.accepted for each in found)

    async def _renew_key(self, connected: Connected, key: str) -> None:
        await self._pulling.renew(replace(connected.credentials, key=key))
        await self._replaying.close()

    async def _note_token(self, session: StoredSession, dead_since: datetime | None) -> None:
        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                now = sessions.read_session(conn)
                if now and now.opened == session.opened:
                    sessions.note_token(conn, dead_since)

        await self._writer.run(note)

    async def _forget_patrons(self, session: StoredSession) -> None:
        """Keep no patron's data that a dead token has brought, once nothing needs it any more."""
        if await self._writer.run(lambda conn: names.may_forget(conn, session.event)):
            await self._writer.run(names.forget_position)
            await self._writer.run_on_cache(names.forget_patrons)

    def _note_online(self) -> None:
        before, self._link = self._link, Link(LinkState.ONLINE)
        if not before.online:
            structlog.get_logger("link").info("the API takes requests")
            self._replay_now.set()

    def _note_failure(self, error: ScannerError) -> None:
        self._asked.set()
        if isinstance(error, ListError):
            self._list_fault = error.fact
        self._note_link(link_after(error, self._link), error)

    def _note_replay(self, error: ScannerError) -> None:
        """Note why a replay failed; the pull finds out whether the API as a whole does."""
        if isinstance(error, ServerFault | TooManyRequests | Malformed | ListError):
            self._undelivered = error.fact
            structlog.get_logger("replay").warning("some were not delivered", exc_info=error)
        else:
            self._note_link(link_after(error, self._link), error)
            self._pull_now.set()

    def _note_link(self, link: Link, error: ScannerError) -> None:
        before, self._link = self._link, link
        if before != link:
            structlog.get_logger("link").warning("background work failed", exc_info=error)
