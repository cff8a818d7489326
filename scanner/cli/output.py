"""What a command prints: a sentence, a table, and its progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from scanner.facts import Code, Fact
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table


class Done(Code):
    """How a command ended that did something."""

    OPENED = "cli.opened"
    SYNCED = "cli.synced"
    DELIVERED = "cli.delivered"
    WHOAMI = "cli.whoami"


Show = Callable[[int, int], None]
"""Called with the number done, and the number of all."""

_STEPS = 10


def tell(fact: Fact, *, err: bool = False) -> None:
    """Print a fact's sentence, on stderr with `err`."""
    typer.echo(sentence(fact), err=err)


def print_table(table: "Table") -> None:
    """Print a table, as wide as the terminal."""
    from rich.console import Console

    Console(highlight=False).print(table)


@contextmanager
def bar(what: str) -> Iterator[Show]:
    """Show progress on stderr: a bar in a terminal, elsewhere a line for every tenth."""
    if not sys.stderr.isatty():
        yield _lines(what)
        return
    with _bar() as progress:
        task = progress.add_task(what, total=None, visible=False)
        yield lambda done, total: progress.update(task, completed=done, total=total, visible=True)


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _lines(what: str) -> Show:
    said = 0

    def show(done: int, total: int) -> None:
        nonlocal said
        tenths = done * _STEPS // total if total else 0
        if tenths > said:
            said = tenths
            sys.stderr.write(f"{what}: {done} of {total}\n")
            sys.stderr.flush()

    return show
