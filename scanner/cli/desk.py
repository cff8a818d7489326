"""`scanner login`, `logout` and `tokens`: the supervisor's work over the API."""

import sys
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from scanner.cli.api import ask, counted, read_key, require_whole, secret
from scanner.cli.output import print_json, print_line, print_text, tell
from scanner.cli.settings import Api, ApiKey, Json
from scanner.wording.plain import plain

if TYPE_CHECKING:
    from scanner.ticketing.client import TickeTing
    from scanner.ticketing.paged_list import WholeList
    from scanner.ticketing.resources import Event, Token

T = TypeVar("T")

EventName = Annotated[
    str,
    typer.Argument(metavar="EVENT", help="The event's number, its URI, or an address ending so."),
]
TokenName = Annotated[
    str, typer.Argument(metavar="TOKEN", help="The token's code, its number, or its URI.")
]
Sections = Annotated[
    list[str],
    typer.Option(
        "--section",
        metavar="SECTION",
        help="A section's name, number or URI; give the option once for each section.",
    ),
]

tokens = typer.Typer(
    no_args_is_help=True,
    help="Issue, list, show, update and revoke the admission tokens of an event.",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: scanner login ada@example.com")(login)
    app.command(epilog="Example: scanner logout")(logout)
    app.add_typer(tokens, name="tokens", epilog="Example: scanner tokens list 16993717817996")


def login(
    user: Annotated[
        str | None,
        typer.Argument(metavar="USER", help="User name or e-mail address.", show_default=False),
    ] = None,
    api: Api = None,
    api_key: ApiKey = None,
) -> None:
    """Log in, so that later commands can ask the API.

    With USER, starts a session: asks for the password, or reads it from
    standard input when that is piped; where the API wants a key before it
    starts one, it gets the given key. Without USER, checks the given key and
    keeps it. The password is never kept; a key goes into the system's key
    store or, where there is none, into a file that only you can read.
    """
    import asyncio

    from scanner.cli.settings import load
    from scanner.desk import login as desk
    from scanner.facts import Fact
    from scanner.keystore import open_keystore
    from scanner.ticketing.client import address

    config = load(api=api, api_key=read_key(api_key))
    keystore = open_keystore(config.home)
    host = address(config.api).host
    if user is None and config.api_key is not None:
        asyncio.run(desk.login_with_key(config, keystore))
        tell(Fact(desk.LoggedIn.KEY, {"host": host}))
        return
    if user is None:
        user = _asked_user()
    password = secret("Password")
    account = asyncio.run(desk.login(config, keystore, user, password))
    name = (account.name or account.username if account else None) or user
    tell(Fact(desk.LoggedIn.SESSION, {"host": host, "name": name}))


def logout() -> None:
    """End the session at the API, and forget its key."""
    import asyncio

    from scanner.cli.settings import load
    from scanner.desk.login import logout as end
    from scanner.keystore import open_keystore

    config = load()
    result = asyncio.run(end(config, open_keystore(config.home)))
    if result.problem:
        tell(result.problem, err=True)
    tell(result.fact)


@tokens.command(epilog='Example: scanner tokens issue 16993717817996 --section "VIP Deck"')
def issue(
    *,
    event: EventName,
    section: Sections,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """Issue a token for one or more sections, and show its code."""
    from scanner.desk import tokens as desk

    async def work(asked: "TickeTing") -> "tuple[Event, Token]":
        found = await asked.event(desk.event_uri(event))
        return found, await desk.issue(asked, found, section)

    found, token = ask(api, api_key, work)
    _show(found, token, as_json)


@tokens.command("list", epilog="Example: scanner tokens list 16993717817996 --no-global")
def list_(
    *,
    event: EventName,
    only: Annotated[
        bool | None,
        typer.Option(
            "--global/--no-global",
            help="Only the global token, or only the others.",
            show_default=False,
        ),
    ] = None,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """List an event's tokens: what each admits to, and its code."""
    from scanner.cli import token_view
    from scanner.desk import tokens as desk

    async def work(asked: "TickeTing") -> "tuple[Event | None, WholeList[Token]]":
        uri = desk.event_uri(event)
        found = None if as_json else await asked.event(uri)
        return found, await desk.every(asked, uri, is_global=only)

    found, listed = ask(api, api_key, work)
    if found is not None:
        token_view.print_listing(found, listed)
    else:
        for token in listed.entries:
            print_json(token_view.as_json(token))
        if listed.faults:
            print_line(counted(listed, *token_view.NAMES), err=True)
    require_whole(listed)


@tokens.command(epilog="Example: scanner tokens show 16993717817996 A0F9GG8D")
def show(
    *,
    event: EventName,
    token: TokenName,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """Show one token and the sections that it admits to."""
    from scanner.desk import tokens as desk

    async def work(asked: "TickeTing") -> "tuple[Event, Token]":
        found = await asked.event(desk.event_uri(event))
        return found, await desk.find(asked, found.uri, token)

    event_found, token_found = ask(api, api_key, work)
    _show(event_found, token_found, as_json)


@tokens.command(epilog="Example: scanner tokens update 16993717817996 A0F9GG8D --section Balcony")
def update(
    *,
    event: EventName,
    token: TokenName,
    section: Sections,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """Give a token these sections in place of those that it has."""
    from scanner.cli import token_view
    from scanner.desk import tokens as desk
    from scanner.facts import Fact

    async def work(asked: "TickeTing") -> "tuple[Event, Token]":
        found = await asked.event(desk.event_uri(event))
        old = await desk.find(asked, found.uri, token)
        return found, await desk.update(asked, found, old, section)

    found, new = ask(api, api_key, work)
    if as_json:
        print_json(token_view.as_json(new))
        return
    names = token_view.section_names(found, new.sections)
    tell(Fact(desk.TokenChange.UPDATED, {"token": new.code, "sections": names}))


@tokens.command(epilog="Example: scanner tokens revoke 16993717817996 A0F9GG8D --yes")
def revoke(
    *,
    event: EventName,
    token: TokenName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """Invalidate a token: the gates that it opened can admit nobody with it any more."""
    from scanner.cli import token_view
    from scanner.desk import tokens as desk
    from scanner.facts import Fact

    async def work(asked: "TickeTing") -> "Token":
        uri = desk.event_uri(event)
        found = await desk.find(asked, uri, token)
        if not yes:
            question = "Revoke token {}, and shut out every gate that uses it?"
            if not _agreed(question.format(plain(found.code))):
                tell(Fact(desk.TokenChange.KEPT), err=True)
                raise typer.Exit(1)
        await desk.revoke(asked, uri, found)
        return found

    gone = ask(api, api_key, work)
    if as_json:
        print_json({**token_view.as_json(gone), "revoked": True})
    else:
        tell(Fact(desk.TokenChange.REVOKED, {"token": gone.code}))


def _show(event: "Event", token: "Token", as_json: bool) -> None:
    from scanner.cli import token_view

    if as_json:
        print_json(token_view.as_json(token))
    else:
        token_view.print_details(event, token)


def _asked_user() -> str:
    if not sys.stdin.isatty():
        raise typer.BadParameter("Give USER, or a key with SCANNER_API_KEY or --api-key.")
    return _answer("User name or e-mail address: ")


def _agreed(question: str) -> bool:
    return _answer(f"{question} [y/N]: ").lower() in ("y", "yes")


def _answer(question: str) -> str:
    """Ask on stderr: what is on stdout may be read by a program."""
    print_text(question, end="", err=True)
    return sys.stdin.readline().strip()
