"""From a payload to the gate, and back to the screen: in order, in time, from any thread."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from scanner.admission.rules import Exit, LetIn, Word
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.scanning.presentation import Presentations
from scanner.scanning.scan_source import OnNotice, OnPayload, ScanSource, SourceState, View
from scanner.scanning.ticket_codes import TicketCodes
from scanner.tui.ports import Clock, Judge
from scanner.tui.terminal.choice import when_written
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence

VERDICT_TIMEOUT = timedelta(milliseconds=400)
"""How long the last verdict may stay on the screen while the next one is being recorded."""


class Judging(Message):
    """A payload was handed to the gate."""


class Published(Message):
    """A verdict is recorded."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        super().__init__()


class LightShown(Message):
    """A verdict's light was seen, and that is noted."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        super().__init__()


class Answered(Message):
    """The gate has dealt with a payload; `failure` is a sentence where nothing was recorded."""

    def __init__(self, failure: str | None) -> None:
        self.failure = failure
        super().__init__()


class Said(Message):
    """A sentence is worth a line for a moment."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__()


class CodeReader:
    """What reads codes for a screen; another can take its place while the screen is open."""

    def __init__(self, source: ScanSource | None) -> None:
        self._source = source
        self._tell: tuple[OnPayload, OnNotice] | None = None

    @property
    def pictured(self) -> bool:
        """Tell whether it gives pictures to be shown."""
        return self._source is not None and self._source.pictured

    def start(self, read: OnPayload, tell: OnNotice) -> None:
        """Read codes from now on; both functions are called from other threads."""
        self._tell = read, tell
        if self._source:
            self._source.start(read, tell)

    async def replace(self, source: ScanSource | None) -> None:
        """Read with another source from now on; the one before is stopped first."""
        await self.stop()
        self._source = source
        if self._source and self._tell:
            self._source.start(*self._tell)

    async def stop(self) -> None:
        """Stop reading."""
        source, self._source = self._source, None
        if source:
            await asyncio.to_thread(source.stop)

    def state(self) -> SourceState | None:
        """Return how it is doing, if there is any."""
        return self._source.state() if self._source else None

    def view(self) -> View | None:
        """Return what the camera sees, if one looks."""
        return self._source.view() if self._source else None


class Presenter:
    """Presents payloads, from any thread, and posts a message for each step.

    `lets_out` tells whether each presentation is an exit; it begins as an entry.
    """

    def __init__(
        self,
        judge: Judge,
        clock: Clock,
        post: Callable[[Message], object],
        tickets: TicketCodes | None = None,
    ) -> None:
        self._judge = judge
        self._clock = clock
        self._post_message = post
        self._tickets = tickets
        self._door: Presentations[None] = Presentations(tickets)
        self.lets_out = False
        judge.subscribe(lambda judged: self._post(Published(judged)))

    def turn(self, *, lets_out: bool) -> None:
        """Count exits from now on, or entries; a code that was just read counts again."""
        self.lets_out = lets_out
        self._door = Presentations(self._tickets)

    def read(self, payload: str, source: str) -> None:
        """Hand over what a source read, unless it belongs to the last presentation of its code."""
        if self._door.begins(payload, time.monotonic()):
            self._hand_over(payload, source)

    def present(self, payload: str, source: str, word: Word | None = None) -> None:
        """Hand a payload to the gate because a person wants it, however lately it was read."""
        self._door.begins(payload, time.monotonic())
        self._hand_over(payload, source, word)

    def let_in(self, judged: Judged) -> None:
        """Let in a patron whose recorded light was never shown; judged again, by the guard's word.

        The gate refuses it where the light was shown meanwhile.
        """
        self.present(judged.payload, judged.source, LetIn())

    def note_shown(
        self, judged: Judged, screen: Screen[Any], *, standing: Callable[[], bool]
    ) -> None:
        """Note that a verdict's light was shown, once the terminal has taken it.

        Args:
            judged: the verdict, put on the screen just now.
            screen: the one in front.
            standing: whether it is still there, asked after the next drawing.
        """

        def noted() -> None:
            self._judge.note_shown(judged)
            self._post(LightShown(judged))

        def drawn() -> None:
            if standing():
                when_written(screen.app, noted)

        screen.call_after_refresh(drawn)

    def _hand_over(self, payload: str, source: str, word: Word | None = None) -> None:
        """Have a payload judged; never raises, never waits."""
        self._post(Judging())
        if word is None and self.lets_out:
            word = Exit()
        try:
            future = self._judge.present(payload, self._clock(), source, word)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was recorded
            self._door.forget(payload)
            self._post(Answered(_sentence(error)))
            return
        future.add_done_callback(partial(self._ended, payload))

    def _ended(self, payload: str, future: "Future[Judged]") -> None:
        try:
            error = future.exception()
        except (CancelledError, asyncio.CancelledError) as cancelled:
            error = cancelled
        if error:
            self._door.forget(payload)
        self._post(Answered(_sentence(error) if error else None))

    def _post(self, message: Message) -> None:
        # The last answers can come after the screen is gone: they are in the journal.
        with contextlib.suppress(RuntimeError):
            self._post_message(message)


class PendingVerdicts:
    """Counts the payloads that wait for their verdict, and tells when one is late.

    Args:
        screen: runs the timer.
        on_timeout: called where somebody waits longer than `VERDICT_TIMEOUT`.
    """

    def __init__(self, screen: Screen[Any], on_timeout: Callable[[], None]) -> None:
        self._screen = screen
        self._on_timeout = on_timeout
        self._count = 0
        self._timer: Timer | None = None

    def add(self) -> None:
        """Count a payload that was handed to the gate."""
        self._count += 1
        if self._timer is None:
            self._start()

    def remove(self) -> None:
        """Count one that the gate has dealt with; the others get the whole time again."""
        self._count -= 1
        if self._timer:
            self._timer.stop()
            self._timer = None
        if self._count:
            self._start()

    def expire(self) -> None:
        """Take the time for over."""
        self._timer = None
        if self._count:
            self._on_timeout()

    def _start(self) -> None:
        self._timer = self._screen.set_timer(VERDICT_TIMEOUT.total_seconds(), self.expire)


def _sentence(error: BaseException) -> str:
    if isinstance(error, ScannerError):
        return sentence(error.fact)
    structlog.get_logger("tui").error("a presentation failed", exc_info=error)
    return say("The verdict could not be recorded; details are in the log.")
