"""Builds the index of tickets to search in, soon after the start and after each whole list."""

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.app import App

from scanner.sync.status import Status
from scanner.tui.ports import Records

_LOOK_SECONDS = 2.0
"""Between two looks at whether a whole list has come."""


class SearchIndex:
    """Builds the index in a thread, each time that the list or the use of names is another.

    Args:
        app: what the threads belong to.
        records: has the index; without it, nothing is done.
        status: the gate's state.
        names: whether owners' names may be searched.
    """

    def __init__(
        self,
        app: App[Any],
        records: Records | None,
        status: Callable[[], Status],
        names: Callable[[], bool],
    ) -> None:
        self._app = app
        self._records = records
        self._status = status
        self._names = names
        self._built_for: tuple[object, ...] = ()

    def begin(self) -> None:
        """Look for a list from now on."""
        self._app.set_interval(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        pulled, names = self._status().pulled, self._names()
        if self._records and pulled and self._built_for != (*pulled[::2], names):
            self._built_for = (*pulled[::2], names)
            prepare = partial(self._records.prepare, names=names)
            self._app.run_worker(prepare, thread=True, exit_on_error=False)
