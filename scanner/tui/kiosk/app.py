"""The kiosk's app: no key bindings, and one way out, the supervisor's PIN."""

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable
from typing import ClassVar

import structlog
from textual.app import App
from textual.binding import BindingType
from textual.worker import Worker, WorkerState

from scanner.app.assembly import Assembly
from scanner.facts import Fact
from scanner.kiosk.guardian import UNLOCKED
from scanner.kiosk.service import notify_alive
from scanner.scanning.ticket_codes import TicketCodes
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.tui.drawing.theme import NIGHT
from scanner.tui.kiosk.screen import KioskScreen, Lock
from scanner.tui.ports import Background, Clock, Judge, ScanSource, SourceState
from scanner.tui.terminal.choice import terminal_driver

AGAIN_SECONDS = 10.0
"""How long after a failure the background work is started again."""

SIGN_SECONDS = 3.0
"""Between two signs of life."""

IGNORED_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)


class KioskApp(App[int], inherit_bindings=False):
    """A self-service lane.

    Args:
        judge: gives recorded verdicts.
        background: pulls and replays while the app runs.
        source: reads codes; without it, a hand scanner types.
        lock: what the supervisor's PIN is checked with.
        clock: the time now, aware, UTC.
        trouble: returns what is wrong with the turnstile, if anything; `None` without a turnstile.
        sign_of_life: called every 3 s while the app runs; may wait for other threads.
        unlocked: the exit code after the right PIN.
        correct: undoes what a keyboard layout did to a scan.
        muted: whether verdicts have no sound.
        only_exit: count those who leave; nobody is let in.
    """

    TITLE = "scanner"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        judge: Judge,
        background: Background,
        source: ScanSource | None,
        lock: Lock,
        *,
        clock: Clock,
        trouble: Callable[[], Fact | None] | None = None,
        sign_of_life: Callable[[], Awaitable[None]] | None = None,
        unlocked: int = 0,
        correct: Callable[[str], str] = lambda text: text,
        muted: bool = False,
        tickets: TicketCodes | None = None,
        only_exit: bool = False,
    ) -> None:
        super().__init__(driver_class=terminal_driver())
        self._background = background
        self._source = source
        self._sign_of_life = sign_of_life
        self._unlocked = unlocked
        self._work: Worker[None] | None = None
        self.lane = KioskScreen(
            judge,
            background.status,
            self._camera,
            lock,
            clock,
            trouble=trouble,
            correct=correct,
            muted=muted,
            tickets=tickets,
            only_exit=only_exit,
        )

    def on_mount(self) -> None:
        """Open the lane; ignore the signals that a terminal's keys send."""
        if os.isatty(0) and not self.is_headless:
            for each in IGNORED_SIGNALS:
                signal.signal(each, signal.SIG_IGN)
        self.register_theme(NIGHT)
        self.theme = NIGHT.name
        self.push_screen(self.lane)
        self._begin()
        if self._source:
            self._source.start(self.lane.presenter.read, self.lane.tell)
        if self._sign_of_life:
            self.run_worker(self._live(self._sign_of_life), exit_on_error=False)

    async def on_unmount(self) -> None:
        """Stop the source, however the app ends."""
        source, self._source = self._source, None
        if source:
            await asyncio.to_thread(source.stop)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Start the background work again after a failure; admitting goes on."""
        if event.worker is not self._work or event.state is not WorkerState.ERROR:
            return
        structlog.get_logger("tui").error("background work ended", exc_info=event.worker.error)
        self.set_timer(AGAIN_SECONDS, self._begin)

    def on_kiosk_screen_unlocked(self) -> None:
        """Leave; the right PIN was typed."""
        self.exit(self._unlocked, return_code=self._unlocked)

    def _begin(self) -> None:
        self._work = self.run_worker(self._background.run(), exit_on_error=False)

    async def _live(self, sign: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await sign()
            except Exception:  # noqa: BLE001 - a sign that failed is one that was not given
                structlog.get_logger("kiosk").exception("no sign of life")
            await asyncio.sleep(SIGN_SECONDS)

    def _camera(self) -> SourceState | None:
        return self._source.state() if self._source else None


def kiosk_app(parts: Assembly, writer: Writer, *, only_exit: bool = False) -> KioskApp:
    """Make the kiosk's app; nothing runs before it does. Its lane may be one that only lets out."""
    gc.freeze()  # as for the gate's screen: see `scanner.tui.gate.start`
    turnstile = parts.turnstile
    return KioskApp(
        parts.gate,
        parts.background,
        parts.source,
        parts.pin,
        clock=utc_now,
        trouble=turnstile.failure if turnstile else None,
        sign_of_life=lambda: notify_alive(writer),
        unlocked=UNLOCKED,
        correct=parts.correct,
        muted=parts.config.muted,
        tickets=parts.tickets,
        only_exit=only_exit,
    )
