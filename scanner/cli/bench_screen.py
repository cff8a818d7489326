"""`scanner bench screen`: the gate's screen, from the other end of its terminal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.bench_ledger import Folder, report
from scanner.cli.settings import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.bench.figure import Figure


def register(app: typer.Typer) -> None:
    """Add the command to `scanner bench`."""
    app.command(epilog="Example: scanner bench screen --tickets 150000")(screen)


def screen(
    *,
    tickets: Annotated[
        int, typer.Option(min=1000, help="Cached tickets at a start, and tickets to sync.")
    ] = 150_000,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Time start, keys, verdicts and rest of a running gate, in a terminal of its own."""

    def measure(within: Path) -> "Iterator[Figure]":
        from scanner.bench import screen

        return screen.measure(within, tickets)

    report(folder, measure, as_json=as_json)
