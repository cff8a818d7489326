"""Progress on stderr: a bar in a terminal, a line for every tenth elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

Show = Callable[[int, int], None]
"""Called with how many are done, of how many."""

_STEPS = 10


@contextmanager
def bar(what: str) -> Iterator[Show]:
    """Show progress inside; nothing appears before the first step is done."""
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
