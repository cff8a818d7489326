"""An app and its terminal: its driver, what it is heard through, and how it ends with it."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

import asyncio
import contextlib
import signal

from textual.app import App

from scanner.app.sound import Sounds
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.store.journal import JournalNote
from scanner.sync.status import Status
from scanner.tui.ports import Records


def terminal_driver() -> "type[Driver] | None":
    """Return this program's own driver; nothing where Textual is to choose one.

    It chooses for a browser, as `textual-serve` tells it to, and where terminals aren't Unix's.
    """
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ:
        return None
    from scanner.tui.terminal.driver import TerminalDriver

    return TerminalDriver


def when_written(app: "App[Any]", call: Callable[[], None]) -> None:
    """Call once the terminal has taken all that was drawn so far; never where it is gone.

    This program's own driver calls from its writing thread. Another one, such as a browser's,
    writes as it is asked to: there it is called now.
    """
    after = getattr(app._driver, "when_written", None)
    after(call) if after else call()


def speaker_of(app: "App[Any]", own: Sounds | None) -> Sounds | None:
    """Return the page's loudspeaker where the app is shown in a browser, else this computer's."""
    speaker: Sounds | None = getattr(app._driver, "speaker", own)
    return speaker


class UnaskedEnd:
    """Ends the gate where nobody has quit it: its terminal closes, or the system ends programs.

    It is noted in the journal first, and the next start tells it; that of a gate that was killed is
    noted at the next start. Without that, such a signal
    ends the program at once, and its terminal stays as the screen left it.

    Args:
        app: what ends.
        records: the journal; without it, nothing is noted.
        status: the gate's state.
    """

    def __init__(
        self, app: App[None], records: Records | None, status: Callable[[], Status]
    ) -> None:
        self._app = app
        self._records = records
        self._status = status
        self._ends = False

    def begin(self, tell: Callable[[Fact], None]) -> None:
        """Wait for the signals; tell how the gate ended the last time, where nobody had quit it.

        A signal that is ignored already, as under nohup, stays so.
        """
        self._app.run_worker(self._tell_of_last(tell), exit_on_error=False)
        if self._app.is_headless or sys.platform == "win32" or not os.isatty(0):
            return
        loop = asyncio.get_running_loop()
        for number, why in (
            (signal.SIGHUP, JournalNote.TERMINAL_CLOSED),
            (signal.SIGTERM, JournalNote.STOPPED),
        ):
            if signal.getsignal(number) is signal.SIG_DFL:
                loop.add_signal_handler(number, self.end, why)

    def over(self) -> None:
        """Note that the gate ends as it should, or has said why it does not."""
        if self._records:
            self._records.end_run()

    def end(self, why: JournalNote) -> None:
        """Note why, then quit; once, whatever comes together."""
        if not self._ends:
            self._ends = True
            self._app.run_worker(self._note_and_quit(why), exit_on_error=False)

    async def _note_and_quit(self, why: JournalNote) -> None:
        if self._records:
            with contextlib.suppress(ScannerError):
                waiting = self._status().waiting
                await asyncio.to_thread(self._records.note_end, why, waiting)
        await self._app.action_quit()

    async def _tell_of_last(self, tell: Callable[[Fact], None]) -> None:
        if self._records and (end := await asyncio.to_thread(self._records.begin_run)):
            tell(end)
