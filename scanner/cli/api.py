"""Asks the API with the given or the stored key; reads keys and other secrets."""

import sys
from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

import typer

from scanner.cli.errors import Usage, UsageError
from scanner.wording.catalogue import say, say_count

if TYPE_CHECKING:
    from scanner.platform.paged_list import WholeList
    from scanner.platform.resources import Page
    from scanner.ticketing.client import TickeTing

T = TypeVar("T")


def ask(
    api: str | None, api_key: str | None, work: "Callable[[TickeTing], Awaitable[T]]"
) -> tuple[T, str]:
    """Run `work` with a connection that has the given key, else the stored one.

    Returns:
        What it returned, and the address of the server that was asked.

    Raises:
        ScannerError: a list broke off, or has no end; unlike a gate, nobody has one from before.
    """
    import asyncio

    from scanner.cli.errors import CliFault
    from scanner.cli.settings import load_with_server
    from scanner.desk.login import connect, credential
    from scanner.errors import ScannerError
    from scanner.keystore import open_keystore
    from scanner.platform.errors import ApiFault, ListError

    config = load_with_server(api=api, api_key=read_key(api_key))
    found = credential(config, open_keystore(config.home))

    async def run() -> tuple[T, str]:
        async with connect(config, found) as connection:
            return await work(connection), str(connection.url)

    try:
        return asyncio.run(run())
    except ListError as error:
        endless = error.fact.code == ApiFault.LIST_ENDLESS
        code = CliFault.LIST_ENDLESS if endless else CliFault.LIST_SHORT
        raise ScannerError(code, **error.fact.params) from error


def name_server(api: str) -> None:
    """Print which server was asked: the first line of what people read."""
    from scanner.cli.output import Done, tell
    from scanner.facts import Fact

    tell(Fact(Done.SERVER, {"api": api}))


def ask_whole(
    api: str | None,
    api_key: str | None,
    page_of: "Callable[[TickeTing, int, int], Awaitable[Page[T]]]",
    identity: Callable[[T], Hashable],
) -> "tuple[WholeList[T], str]":
    """Read a list to its end, as `ask` does; `page_of` asks for a page, by number and size."""
    from scanner.platform.paged_list import read_whole

    async def work(asked: "TickeTing") -> "WholeList[T]":
        async def ask_page(page: int, records: int) -> "Page[T]":
            return await page_of(asked, page, records)

        return await read_whole(ask_page, identity, asked.page_size)

    return ask(api, api_key, work)


def counted(found: "WholeList[T]") -> str:
    """Return how many entries there are, and how many can't be read."""
    count = len(found.entries) + len(found.faults)
    told = say_count("{count} in all", "{count} in all", count)
    if not found.faults:
        return told
    unread = say_count("{count} can't be read", "{count} can't be read", len(found.faults))
    return f"{told}; {unread}"


def require_whole(found: "WholeList[T]") -> None:
    """Refuse a list that is shorter than the server says; called after it was printed.

    Raises:
        ScannerError: it is.
    """
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError

    if found.missing:
        came = len(found.entries) + len(found.faults)
        raise ScannerError(CliFault.LIST_SHORT, came=came, total=came + found.missing)


def read_key(given: str | None) -> str | None:
    """Return the key; `-` asks for it, or reads it from standard input without a terminal."""
    return secret(say("API key")) if given == "-" else given


def secret(what: str) -> str:
    """Ask for a secret without showing it, or read one line without a terminal."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    found = sys.stdin.readline().rstrip("\r\n")
    if not found:
        raise UsageError(Usage.NOTHING_CAME, what=what)
    return found
