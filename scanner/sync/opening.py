"""Opens a session from a token's code, and makes the first pull."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from scanner.admission.names import is_namesake, normalised, tag_of
from scanner.facts import Code, Fact
from scanner.platform.access import Request
from scanner.platform.errors import TicketingError
from scanner.platform.paged_list import PageSize, PageSizes, pages_of
from scanner.platform.protocol import Platform, Provider
from scanner.platform.resources import Admission, Page
from scanner.platform.route import unencrypted
from scanner.platform.server_time import ServerTime
from scanner.store import encounters, journal, ledger, sessions, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.journal import JournalNote
from scanner.store.left_out import read_left_out
from scanner.store.names import keep_names
from scanner.store.sessions import StoredSession
from scanner.store.ticket_writes import forget_position
from scanner.store.writer import Writer
from scanner.sync import credentials, earlier, left_out
from scanner.sync.admission_list import note_encounters
from scanner.sync.books import Books
from scanner.sync.credentials import Keys
from scanner.sync.errors import NameEmpty, NameTaken, OtherEvent
from scanner.sync.pull import Pull
from scanner.sync.status import doubt_of, read_encounters
from scanner.sync.ticket_list import Progress

_NAME_SECONDS = 5.0


class OpenWarning(Code):
    """What may be wrong with a session that was opened."""

    WAITING_ELSEWHERE = "sync.waiting_elsewhere"


@dataclass(frozen=True, slots=True)
class Opened:
    """The session, the names of its sections, the number of tickets, and warnings."""

    session: StoredSession
    sections: tuple[str, ...]
    tickets: int
    warnings: tuple[Fact, ...] = ()


async def open_gate(
    request: Request,
    provider: Provider,
    writer: Writer,
    keys: Keys,
    clock: Callable[[], datetime],
    *,
    on_progress: Progress | None = None,
) -> Opened:
    """Open a session, save its credentials, and make the first pull.

    The session stands once the token is known to be good: where the pull then breaks off, the
    gate goes on with it.

    Raises:
        NameEmpty: the guard or the device has no name.
        WrongCode, KeyNeeded: from the platform's answer.
        OtherEvent: the token is for another event than the request's; nothing was changed.
        TicketingError: what broke off the pull.
    """
    held, scope = await provider.authenticate(request)
    if request.event not in (None, scope.event):
        raise OtherEvent(scope.title)
    session = StoredSession(
        api=held.api,
        event=scope.event,
        title=scope.title,
        name=_named(request.name),
        device=_named(request.device),
        opened=clock(),
        platform=provider.name,
        form=provider.form,
        passages=provider.passages,
    )
    held = earlier.knowing_all(keys, credentials.succeeding(keys, held))
    await _keep_earlier(writer, keys)
    credentials.save(keys, held)
    earlier.keep(keys, held, session.title)
    await writer.run(lambda conn: store(conn, session))
    server_time = ServerTime(clock)
    size = PageSizes(writer.file.parent, request.records).of(session.api)
    standing = await writer.run(sessions.read_standing)
    async with closing(provider.connect(held, standing.device or session.device)) as platform:
        pull = Pull(platform, writer, server_time, size, on_progress)
        await writer.run_on_cache(partial(keep_names, wanted=request.names))
        await pull.write_scope(session, scope)
        await writer.run_on_cache(forget_position)
        await pull.others(session)
        met = await writer.run_on_cache(lambda conn: encounters.cached(conn, session))
        await note_encounters(writer, met)
        await pull.everything(session)
        await Books(platform, writer, server_time, size).compare(session)
    with _only_logged():
        whole = await provider.directory(request, held, scope)
        if whole:
            async with closing(whole):
                pull = Pull(whole, writer, server_time, size)
                await pull.directory(session, scope.permitted)
    return await writer.run(lambda conn: _opened(conn, session))


async def _keep_earlier(writer: Writer, keys: Keys) -> None:
    """Keep the session that another one takes the place of, which may be of an older version."""
    before = await writer.run(sessions.read_session)
    if before and (held := credentials.load(keys, before)):
        earlier.keep(keys, held, before.title)


def _named(text: str) -> str:
    """Return a name as it is kept and sent.

    Raises:
        NameEmpty: nothing is left of it.
    """
    name = normalised(text)
    if not name:
        raise NameEmpty
    return name


def store(conn: SqlConnection, session: StoredSession) -> None:
    """Write a session into the ledger; a pull then brings its sections and tickets.

    Where it takes another one's place, the journal has a note of that.
    """
    with transaction(conn):
        if sessions.read_session(conn):
            told = {"event": session.title, "name": session.name, "device": session.device}
            journal.note(conn, Fact(JournalNote.SESSION, told), session.opened)
        sessions.open_session(conn, session)


async def check_name(request: Request, provider: Provider, ours: Container[str | None]) -> None:
    """Look whether another gate of the event has the device's name, for five seconds at most.

    What comes later is told on the open gate's screen.

    Args:
        request: what opens the gate.
        provider: its platform's.
        ours: the tags of this installation, whose admissions are this gate's own.

    Raises:
        NameTaken: one has.
        WrongCode, KeyNeeded, TicketingError: as `open_gate`.
    """
    held, _ = await provider.authenticate(request)
    if held.number is not None:
        return  # the platform itself tells devices apart
    with suppress(TimeoutError):
        async with (
            asyncio.timeout(_NAME_SECONDS),
            closing(provider.connect(held, request.device)) as platform,
        ):

            async def ask(page: int, records: int) -> Page[Admission]:
                return await platform.admissions(page=page, records=records)

            size = PageSize(request.records)
            async with aclosing(pages_of(ask, lambda each: each.uri, size)) as pages:
                async for page in pages:
                    for each in page.entries:
                        named = is_namesake(request.device, each.device)
                        if named and tag_of(each.device) not in ours:
                            raise NameTaken(request.device, each.redeemer)


@asynccontextmanager
async def closing(platform: Platform) -> AsyncIterator[Platform]:
    """Close a platform's connections at the end."""
    try:
        yield platform
    finally:
        await platform.close()


@contextmanager
def _only_logged() -> Iterator[None]:
    """Go on where the platform fails: only the way to other sections is not known then."""
    try:
        yield
    except TicketingError as error:
        structlog.get_logger("open").info("no list of other sections", reason=str(error))


def _opened(conn: SqlConnection, session: StoredSession) -> Opened:
    warnings = list(read_encounters(conn))
    waiting = ledger.count_waiting_elsewhere(conn, session.event)
    if waiting:
        warnings = [*warnings, Fact(OpenWarning.WAITING_ELSEWHERE, {"count": waiting})]
    warnings = [*warnings, *left_out.facts(read_left_out(conn))]
    if doubt := doubt_of(conn):
        warnings = [*warnings, doubt]
    if open_network := unencrypted(session.api):
        warnings = [*warnings, open_network]
    sections = tuple(each.name for each in tickets.read_sections(conn) if each.permitted)
    return Opened(session, sections, tickets.count_tickets(conn), tuple(warnings))
