"""How the gate ends: a question before it is quit, and a note where nobody was asked."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.store.journal import JournalNote
from scanner.sync.status import Status
from scanner.tui.gate.modal import CachedScreen
from scanner.tui.ports import Records
from scanner.tui.widgets.key_line import KeyLine
from scanner.wording.catalogue import say, say_count


class QuitScreen(ModalScreen[None], CachedScreen):
    """Asks whether to quit, and says what is not sent yet; a second, different key quits.

    Args:
        status: the gate's state.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "app.quit", "Quit the gate"),
        Binding("escape", "stay", "Stay", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    QuitScreen {
        align: center bottom;
        background: $background 0%;
        & > Vertical {
            height: auto; padding: 0 1;
            background: $surface; color: $foreground; border: round $accent;
        }
    }
    """

    def __init__(self, status: Callable[[], Status]) -> None:
        super().__init__()
        self._status = status

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical() as box:
            box.border_title = say("Quit the gate?")
            yield Static("", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Follow the queue while the question stands."""
        self.set_interval(0.5, self.populate)

    def populate(self) -> None:
        """Say what is not sent yet."""
        words = [*_undelivered(self._status().waiting), say("y quits, Esc stays.")]
        self.query_one(Static).update(Content("\n".join(words)))

    def action_stay(self) -> None:
        """Go on."""
        self.dismiss()


def _undelivered(waiting: int) -> list[str]:
    if not waiting:
        return [say("Every admission was sent; nothing waits.")]
    return [
        say_count(
            "{count} admission is not sent yet. It is kept on this computer.",
            "{count} admissions are not sent yet. They are kept on this computer.",
            waiting,
        ),
        say("To send them: start the gate again, or run `scanner replay`."),
    ]


class UnaskedEnd:
    """Ends the gate where nobody has quit it: its terminal closes, or the system ends programs.

    It is noted in the journal first, and the next start tells it. Without that, such a signal
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
        if self._records and (end := await asyncio.to_thread(self._records.unasked_end)):
            tell(end)
