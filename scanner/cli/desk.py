"""`scanner login`, `logout` and `tokens`: the supervisor's work over the API."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from scanner.cli.api import ask, counted, name_server, read_key, require_whole, secret
from scanner.cli.asking import agreed, answer
from scanner.cli.errors import Expects, Usage, UsageError, unfit
from scanner.cli.output import (
    Done,
    print_json,
    print_line,
    print_qr,
    print_table,
    save_qr,
    tell,
)
from scanner.cli.settings import Api, ApiKey, Json, Overwrite
from scanner.wording.catalogue import say
from scanner.wording.plain import plain

if TYPE_CHECKING:
    from scanner.platform.paged_list import WholeList
    from scanner.ticketing.client import TickeTing
    from scanner.ticketing.resources import Event, Token

T = TypeVar("T")

LONGEST_NAME = 120
"""Characters of a section's name that a table shows."""

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
    help="Issue, list, show, update and revoke the admission tokens of an event, and print cards.",
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

    from scanner.cli.settings import load_with_server
    from scanner.desk import login as desk
    from scanner.facts import Fact
    from scanner.keystore import open_keystore
    from scanner.platform.connection import address

    config = load_with_server(api=api, api_key=read_key(api_key))
    keystore = open_keystore(config.home)
    server = address(config.api)
    if user is None and config.api_key is not None:
        asyncio.run(desk.login_with_key(config, keystore))
        name_server(str(server))
        tell(Fact(desk.LoggedIn.KEY, {"host": server.host}))
        return
    if user is None:
        user = _asked_user()
    password = secret(say("Password at {server}", server=server.netloc.decode()))
    account = asyncio.run(desk.login(config, keystore, user, password))
    name = (account.name or account.username if account else None) or user
    name_server(str(server))
    tell(Fact(desk.LoggedIn.SESSION, {"host": server.host, "name": name}))


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

    (found, token), server = ask(api, api_key, work)
    _show(found, token, server, as_json)


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
    from scanner.desk import tokens as desk

    async def work(asked: "TickeTing") -> "tuple[Event | None, WholeList[Token]]":
        uri = desk.event_uri(event)
        found = None if as_json else await asked.event(uri)
        return found, await desk.every(asked, uri, is_global=only)

    (found, listed), server = ask(api, api_key, work)
    if found is not None:
        name_server(server)
        print_listing(found, listed)
    else:
        for token in listed.entries:
            print_json({"api": server, **token_json(token)})
        if listed.faults:
            print_line(counted(listed), err=True)
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

    (event_found, token_found), server = ask(api, api_key, work)
    _show(event_found, token_found, server, as_json)


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
    from scanner.desk import tokens as desk
    from scanner.facts import Fact

    async def work(asked: "TickeTing") -> "tuple[Event, Token]":
        found = await asked.event(desk.event_uri(event))
        old = await desk.find(asked, found.uri, token)
        return found, await desk.update(asked, found, old, section)

    (found, new), server = ask(api, api_key, work)
    if as_json:
        print_json({"api": server, **token_json(new)})
        return
    name_server(server)
    names = section_names(found, new.sections)
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
    from scanner.desk import tokens as desk
    from scanner.facts import Fact

    async def work(asked: "TickeTing") -> "Token":
        uri = desk.event_uri(event)
        found = await desk.find(asked, uri, token)
        if not yes:
            question = say(
                "Revoke token {token}, and shut out every gate that uses it?",
                token=plain(found.code),
            )
            if not agreed(question):
                tell(Fact(desk.TokenChange.KEPT), err=True)
                raise typer.Exit(1)
        await desk.revoke(asked, uri, found)
        return found

    gone, server = ask(api, api_key, work)
    if as_json:
        print_json({"api": server, **token_json(gone), "revoked": True})
    else:
        name_server(server)
        tell(Fact(desk.TokenChange.REVOKED, {"token": gone.code}))


@tokens.command(epilog="Example: scanner tokens card 16993717817996 A0F9GG8D --out north.svg")
def card(
    *,
    event: EventName,
    token: TokenName,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the QR to this file, whose name ends in .svg or .png, to print it.",
        ),
    ] = None,
    overwrite: Overwrite = False,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """Show a gate card: a line, and a QR, that open a gate with this token.

    It holds the server's address, the token's code, and the application's key that is given or
    logged in with; a person's session is never on it. Scan it, or type its line, in `scanner gate`
    or after `scanner open`. Who has it can open a gate.
    """
    from scanner.cli.settings import load_with_server
    from scanner.desk import tokens as desk
    from scanner.desk.gate_card import GateCard, write_card
    from scanner.desk.login import gate_key
    from scanner.facts import Fact
    from scanner.keystore import open_keystore

    async def work(asked: "TickeTing") -> "Token":
        return await desk.find(asked, desk.event_uri(event), token)

    if out and out.suffix.lower() not in (".svg", ".png"):
        raise unfit("--out", Expects.ENDING, choices=".svg, .png")
    key_given = read_key(api_key)
    found, server = ask(api, key_given, work)
    config = load_with_server(api=server, api_key=key_given)
    key = gate_key(config.api, config, open_keystore(config.home))
    line = write_card(GateCard(server, key, found.code))
    if out:
        save_qr(out, line, overwrite=overwrite)
    if as_json:
        print_json({"api": server, "card": line, "key": key is not None})
        return
    name_server(server)
    print_line(line)
    tell(Fact(desk.CardNote.SECRET if key else desk.CardNote.WITHOUT_KEY), err=True)
    if out:
        tell(Fact(Done.EXPORTED, {"file": out}))
    else:
        print_qr(line)


def _show(event: "Event", token: "Token", server: str, as_json: bool) -> None:
    if as_json:
        print_json({"api": server, **token_json(token)})
    else:
        name_server(server)
        print_details(event, token)


def _asked_user() -> str:
    if not sys.stdin.isatty():
        raise UsageError(Usage.NO_USER)
    return answer(f"{say('User name or e-mail address')}: ")


def token_json(token: "Token") -> dict[str, Any]:
    """Return what programs may rely on; `sections` are URIs."""
    return {
        "uri": token.uri,
        "code": token.code,
        "global": token.is_global,
        "sections": list(token.sections),
    }


def section_names(event: "Event", uris: Sequence[str]) -> str:
    """Return the sections' names in one line; the URI where the event knows no name."""
    names = {section.uri: section.name for section in event.sections}
    return ", ".join(_name(names.get(uri) or uri) for uri in uris) or say("no section")


def print_listing(event: "Event", listed: "WholeList[Token]") -> None:
    """Print an event's tokens as a table."""
    rows = [
        (
            token.code,
            say("global") if token.is_global else "",
            section_names(event, token.sections),
            token.identifier,
        )
        for token in listed.entries
    ]
    heads = (say("Code"), say("Global"), say("Sections"), say("Number"))
    print_table(
        heads,
        rows,
        title=say("Admission tokens of {event}", event=_name(event.title)),
        caption=counted(listed),
        whole=(heads[0], heads[1], heads[3]),
        longest=10 * LONGEST_NAME,
    )


def print_details(event: "Event", token: "Token") -> None:
    """Print one token with each of its sections' names and URIs."""
    names = {section.uri: section.name for section in event.sections}
    rows = [
        (say("Code"), token.code),
        (say("Global"), say("yes, for every section") if token.is_global else say("no")),
        (say("Event"), event.title),
        ("URI", token.uri),
    ]
    for position, uri in enumerate(token.sections):
        name = names.get(uri)
        said = f"{_name(name)} ({uri})" if name else uri
        rows.append(("" if position else say("Sections"), said))
    print_table(("", ""), rows)


def _name(text: str) -> str:
    return plain(text, LONGEST_NAME)
