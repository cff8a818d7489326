"""The form of the codes that the session of a database has, for those who read codes."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

from scanner.admission.code_form import CodeForm
from scanner.scanning.ticket_codes import TicketCodes
from scanner.store.database import SqlError, open_reader
from scanner.store.errors import StoreError
from scanner.store.sessions import read_standing

FRESH_SECONDS = 1.0
"""How long what was read is taken for what is. A session is opened at another platform between two
patrons at the earliest, by a person who takes longer."""


def session_codes(file: Path, clock: Callable[[], float] = time.monotonic) -> TicketCodes:
    """Tell the codes of the session that a database has at the moment; callable from any thread.

    Where it can't be read, they are those that they were.
    """
    return TicketCodes(_SessionForm(file, clock))


class _SessionForm:
    def __init__(self, file: Path, clock: Callable[[], float]) -> None:
        self._file = file
        self._clock = clock
        self._guard = threading.Lock()
        self._form = CodeForm.SERIAL
        self._read_at = float("-inf")

    def __call__(self) -> CodeForm:
        with self._guard:
            if self._clock() - self._read_at >= FRESH_SECONDS:
                self._read_at = self._clock()
                with contextlib.suppress(StoreError, SqlError, OSError, ValueError):
                    self._form = self._read()
            return self._form

    def _read(self) -> CodeForm:
        with contextlib.closing(open_reader(self._file)) as conn:
            return read_standing(conn).form
