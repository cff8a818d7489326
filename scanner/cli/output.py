"""What a command prints: sentences, lines, tables, JSON, and its progress.

No command prints by any other way, so that nothing foreign reaches a terminal as it came.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from scanner.facts import Code, Fact
from scanner.wording.catalogue import say
from scanner.wording.plain import plain, plain_json, plain_line
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from rich.progress import Progress
    from rich.text import Text


class Done(Code):
    """How a command ended that did something."""

    OPENED = "cli.opened"
    SYNCED = "cli.synced"
    DELIVERED = "cli.delivered"
    WHOAMI = "cli.whoami"
    EXPORTED = "cli.exported"
    SERVER = "cli.server"
    ACKNOWLEDGED = "cli.acknowledged"
    CLAIM_RELEASED = "cli.claim_released"


Show = Callable[[int, int], None]
"""Called with the number done, and the number of all."""

_STEPS = 10

LONGEST_CELL = 240
"""Characters of a foreign text in a table."""


def tell(fact: Fact, *, err: bool = False) -> None:
    """Print a fact's sentence, on stderr with `err`."""
    print_line(sentence(fact), err=err)


def remind(fact: Fact) -> None:
    """Print what a person should know beside a command's outcome, on stderr."""
    print_line(say("Note: {text}", text=sentence(fact)), err=True)


def print_line(line: str = "", *, err: bool = False) -> None:
    """Print one line, on stderr with `err`; its foreign parts are `plain` already."""
    typer.echo(plain_line(line), err=err)


def print_text(text: str, *, end: str = "\n", err: bool = False) -> None:
    """Print several lines, on stderr with `err`."""
    typer.echo("\n".join(map(plain_line, text.split("\n"))) + end, nl=False, err=err)


def print_json(value: Any) -> None:
    """Print a value on one line, for programs."""
    typer.echo(plain_json(value))


def print_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    *,
    title: str | None = None,
    caption: str | None = None,
    whole: Sequence[str] = (),
    longest: int = LONGEST_CELL,
) -> None:
    """Print a table, as wide as the terminal.

    Args:
        heads: the columns' names; empty ones make a list of labels and values.
        rows: foreign text as it came.
        title: the line above.
        caption: the line below.
        whole: the columns that are never broken into several rows.
        longest: characters of a cell.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    framed = any(heads)
    table = Table(
        title=_cell(title, longest) if title else None,
        caption=_cell(caption, longest) if caption else None,
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD if framed else None,
        show_header=framed,
        padding=(0, 1) if framed else (0, 2, 0, 0),
    )
    for position, head in enumerate(heads):
        kept = head in whole or not (framed or position)
        table.add_column(head, no_wrap=kept, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(each, longest) for each in row))
    Console(highlight=False, markup=False, emoji=False).print(table)


def print_qr(text: str) -> None:
    """Print a QR of half blocks, small enough for a gate card to fit into 24 rows."""
    import io

    import segno

    drawn = io.StringIO()
    code = segno.make(text, error="l", boost_error=False, micro=False)
    code.terminal(drawn, border=2, compact=True)
    typer.echo(drawn.getvalue(), nl=False)


def save_qr(file: "Path", text: str, *, overwrite: bool) -> None:
    """Write a QR to a picture that nobody but its owner can read.

    Raises:
        ScannerError: it is there already, or can't be written.
    """
    import io

    import segno

    from scanner.paths import export

    kind = file.suffix.lower().removeprefix(".")
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind=kind, scale=8)
    export(file, drawn.getvalue(), overwrite=overwrite)


def _cell(text: str | None, longest: int) -> "Text":
    from rich.text import Text

    return Text(plain(text, longest))


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
            told = say("{what}: {done} of {total}", what=what, done=done, total=total)
            sys.stderr.write(f"{told}\n")
            sys.stderr.flush()

    return show
