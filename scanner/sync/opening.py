"""Opens a session from a token's code, and makes the first pull."""

import asyncio
from collections.abc import Callable, Container
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from scanner.admission.names import is_namesake, normalised, tag_of
from scanner.facts import Code, Fact
from scanner.platform.connection import address
from scanner.platform.errors import Forbidden, NoSuchToken, TicketingError, Unauthenticated
from scanner.platform.paged_list import PagedList, PageSize, PageSizes, pages_of
from scanner.platform.resources import Admission, Page
from scanner.platform.route import unencrypted
from scanner.store import encounters, journal, ledger, sessions, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.journal import JournalNote
from scanner.store.left_out import read_left_out
from scanner.store.names import keep_names
from scanner.store.sessions import StoredSession
from scanner.store.ticket_writes import forget_position
from scanner.store.writer import Writer
from scanner.sync import credentials, left_out
from scanner.sync.admission_list import note_encounters
from scanner.sync.books import Books
from scanner.sync.clock import ServerTime
from scanner.sync.credentials import GateCredentials, Keys
from scanner.sync.errors import KeyNeeded, NameEmpty, NameTaken, OtherEvent, WrongCode
from scanner.sync.pull import Pull
from scanner.sync.status import doubt_of, read_encounters
from scanner.sync.ticket_list import Progress
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Event, Token, TokenGrant

_NO_CODE = "00000000"
_NAME_SECONDS = 5.0


class OpenWarning(Code):
    """What may be wrong with a session that was opened."""

    WAITING_ELSEWHERE = "sync.waiting_elsewhere"


@dataclass(frozen=True, slots=True)
class Request:
    """What opens a gate; `timeout` in seconds.

    `key` asks for the token, where there is one: the application's, or a person's session's. Only
    `application`, the application's, is kept with the session. Owners' names are kept where
    `names` is on.
    """

    api: str
    code: str
    name: str
    device: str
    key: str | None = None
    timeout: float = 10.0
    records: int = 500
    names: bool = False
    application: str | None = field(default=None, repr=False)
    event: str | None = None
    """The only event that it may be for; without it, any."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The session, the names of its sections, the number of tickets, and warnings."""

    session: StoredSession
    sections: tuple[str, ...]
    tickets: int
    warnings: tuple[Fact, ...] = ()


async def open_gate(
    request: Request,
    writer: Writer,
    keys: Keys,
    clock: Callable[[], datetime],
    on_progress: Progress | None = None,
) -> Opened:
    """Open a session, save its credentials, and make the first pull.

    The session stands once the token is known to be good: where the pull then breaks off, the
    gate goes on with it.

    Raises:
        NameEmpty: the guard or the device has no name.
        WrongCode, KeyNeeded: from the API's answer to the code.
        OtherEvent: the token is for another event than the request's; nothing was changed.
        TicketingError: what broke off the pull.
    """
    grant, event = await _ask(request)
    if request.event not in (None, event.uri):
        raise OtherEvent(event.title)
    session = StoredSession(
        api=str(address(request.api)),
        event=event.uri,
        title=event.title,
        name=_named(request.name),
        device=_named(request.device),
        opened=clock(),
    )
    held = GateCredentials(session.api, session.event, request.code, grant.key, request.application)
    credentials.save(keys, held)
    await writer.run(lambda conn: store(conn, session))
    server_time = ServerTime(clock)
    size = PageSizes(writer.file.parent, request.records).of(session.api)
    async with TickeTing(request.api, grant.key, timeout=request.timeout) as api:
        pull = Pull(api, writer, server_time, size, on_progress, code=request.code)
        await writer.run_on_cache(partial(keep_names, wanted=request.names))
        await pull.write_scope(session, event, grant)
        await writer.run_on_cache(forget_position)
        await pull.others(session)
        met = await writer.run_on_cache(lambda conn: encounters.cached(conn, session))
        await note_encounters(writer, met)
        await pull.everything(session)
        await Books(api, writer, server_time, size).compare(session)
    await _directory(request, writer, session, grant, server_time, size=size)
    return await writer.run(lambda conn: _opened(conn, session))


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


async def check_server(request: Request) -> None:
    """Ask whether the address is the API's, and whether it takes the key.

    It asks for a code that hardly any token has: that is the one thing that a gate needs the key
    for, and a key may be allowed nothing else.

    Raises:
        KeyNeeded: the key is not taken, or there is none.
        TicketingError: the API doesn't answer as it should.
    """
    try:
        await _grant(replace(request, code=_NO_CODE))
    except WrongCode:
        return


async def check_token(request: Request) -> None:
    """Ask whether the code belongs to a token, and whether its event can be read.

    Raises:
        WrongCode, KeyNeeded: from the API's answer to the code.
        TicketingError: the API doesn't answer as it should.
    """
    await _ask(request)


async def check_name(request: Request, ours: Container[str | None]) -> None:
    """Look whether another gate of the event has the device's name, for five seconds at most.

    What comes later is told on the open gate's screen.

    Args:
        request: what opens the gate.
        ours: the tags of this installation, whose admissions are this gate's own.

    Raises:
        NameTaken: one has.
        WrongCode, KeyNeeded, TicketingError: as `check_token`.
    """
    grant = await _grant(request)
    with suppress(TimeoutError):
        async with (
            asyncio.timeout(_NAME_SECONDS),
            TickeTing(request.api, grant.key, timeout=request.timeout) as api,
        ):

            async def ask(page: int, records: int) -> Page[Admission]:
                return await api.admissions(grant.event, page=page, records=records)

            async with aclosing(pages_of(ask, lambda each: each.uri, api.page_size)) as pages:
                async for page in pages:
                    for each in page.entries:
                        named = is_namesake(request.device, each.device)
                        if named and tag_of(each.device) not in ours:
                            raise NameTaken(request.device, each.redeemer)


async def _ask(request: Request) -> tuple[TokenGrant, Event]:
    grant = await _grant(request)
    async with TickeTing(request.api, grant.key, timeout=request.timeout) as api:
        return grant, await api.event(grant.event)


async def _grant(request: Request) -> TokenGrant:
    async with TickeTing(request.api, request.key, timeout=request.timeout) as api:
        try:
            return await api.token_grant(request.code)
        except NoSuchToken as error:
            raise WrongCode from error
        except (Unauthenticated, Forbidden) as error:
            raise KeyNeeded from error


async def _directory(
    request: Request,
    writer: Writer,
    session: StoredSession,
    grant: TokenGrant,
    server_time: ServerTime,
    *,
    size: PageSize,
) -> None:
    """Learn which tickets belong to other sections, where the application's key may see them."""
    if request.key is None:
        return
    try:
        async with TickeTing(request.api, request.key, timeout=request.timeout) as api:

            async def ask(page: int, records: int) -> Page[Token]:
                return await api.tokens(session.event, page=page, records=records, is_global=True)

            tokens = await PagedList(ask, lambda each: each.uri, size, records=1).first()
            if tokens is None or not tokens.entries:
                return
            whole = await api.token_grant(tokens.entries[0].code)
        if whole.sections <= grant.sections:
            return
        async with TickeTing(request.api, whole.key, timeout=request.timeout) as api:
            pull = Pull(api, writer, server_time, size)
            await pull.directory(session, grant.sections)
    except TicketingError as error:
        # Only the way to other sections is not known then; no verdict admits differently.
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
