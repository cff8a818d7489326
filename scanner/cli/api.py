"""Asks the API with the given or the stored key; reads keys and other secrets."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from scanner.ticketing.client import TickeTing

T = TypeVar("T")


def ask(api: str | None, api_key: str | None, work: "Callable[[TickeTing], Awaitable[T]]") -> T:
    """Run `work` with a connection that has the given key, else the stored one."""
    import asyncio

    from scanner.cli.settings import load
    from scanner.desk.login import connect, credential
    from scanner.keystore import open_keystore

    config = load(api=api, api_key=read_key(api_key))
    found = credential(config, open_keystore(config.home))

    async def run() -> T:
        async with connect(config, found) as connection:
            return await work(connection)

    return asyncio.run(run())


def read_key(given: str | None) -> str | None:
    """Return the key; `-` asks for it, or reads it from standard input without a terminal."""
    return secret("API key") if given == "-" else given


def secret(what: str) -> str:
    """Ask for a secret without showing it, or read one line without a terminal."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    found = sys.stdin.readline().rstrip("\r\n")
    if not found:
        raise typer.BadParameter(f"{what}: standard input is empty; pipe the secret in.")
    return found
