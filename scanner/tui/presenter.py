"""From a payload to the judge, and from the judge back to the screen, whatever the thread."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

import structlog
from textual.message import Message

from scanner.errors import ScannerError
from scanner.gate import Judged
from scanner.tui.ports import Clock, Judge
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence


class Judging(Message):
    """A payload is with the judge; its verdict comes."""


class Published(Message):
    """A verdict is recorded and stands."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        super().__init__()


class Answered(Message):
    """The judge is done with one payload; `failure` is a sentence where nothing was recorded."""

    def __init__(self, failure: str | None) -> None:
        self.failure = failure
        super().__init__()


class Presenter:
    """Presents payloads from any thread and posts what becomes of them."""

    def __init__(self, judge: Judge, clock: Clock, post: Callable[[Message], object]) -> None:
        self._judge = judge
        self._clock = clock
        self._post_message = post
        judge.subscribe(lambda judged: self._post(Published(judged)))

    def present(self, payload: str, source: str) -> None:
        """Hand a payload to the judge; never raises, never waits."""
        self._post(Judging())
        try:
            future = self._judge.present(payload, self._clock(), source)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was recorded
            self._post(Answered(_sentence(error)))
            return
        future.add_done_callback(self._ended)

    def _ended(self, future: "Future[Judged]") -> None:
        try:
            error = future.exception()
        except (CancelledError, asyncio.CancelledError) as cancelled:
            error = cancelled
        self._post(Answered(_sentence(error) if error else None))

    def _post(self, message: Message) -> None:
        # The last answers can come after the screen is gone: they are in the journal.
        with contextlib.suppress(RuntimeError):
            self._post_message(message)


def _sentence(error: BaseException) -> str:
    if isinstance(error, ScannerError):
        return sentence(error.fact)
    structlog.get_logger("tui").error("a presentation failed", exc_info=error)
    return say("The verdict could not be recorded; details are in the log.")
