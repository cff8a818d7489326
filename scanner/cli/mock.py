"""`scanner mock`: the API's stand-in."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner mock --tickets 5000 --port 8080")(mock)


def mock(
    *,
    tickets: Annotated[int, typer.Option(help="Tickets in a new world.")] = 1000,
    sections: Annotated[int, typer.Option(help="Sections in a new world.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    state: Annotated[
        Path | None, typer.Option(help="A file that keeps the world over a restart.")
    ] = None,
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 0,
    api_key: Annotated[
        str | None, typer.Option(help="An administrator's key; made up when not given.")
    ] = None,
) -> None:
    """Serve a stand-in for the TickeTing API on this machine, until stopped.

    Prints one JSON line when it is ready: its url, an event, an administrator's key, and the
    event's admission tokens.
    """
    from scanner.mock.server import run

    run(tickets, sections, seed, state, port, api_key)
