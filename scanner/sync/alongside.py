"""The background work in a thread of its own, for a gate without a screen."""

import asyncio
import threading

import structlog

from scanner.errors import ScannerError
from scanner.sync.engine import Engine

_END_SECONDS = 10.0


class Alongside:
    """Runs an engine beside the caller's thread; use as a context manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._work: asyncio.Task[None] | None = None

    def __enter__(self) -> "Alongside":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join(_END_SECONDS)

    def deliver(self, seconds: float) -> None:
        """Try once to deliver the queue; what can't be delivered stays in it."""
        delivery = asyncio.run_coroutine_threadsafe(self._engine.replay(), self._loop)
        try:
            delivery.result(seconds)
        except (ScannerError, TimeoutError) as error:
            delivery.cancel()
            structlog.get_logger("replay").info("the queue was not delivered", reason=str(error))

    def _cancel(self) -> None:
        if self._work:
            self._work.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._work = self._loop.create_task(self._engine.run())
            self._loop.run_until_complete(asyncio.gather(self._work, return_exceptions=True))
            if not self._work.cancelled() and (error := self._work.exception()):
                structlog.get_logger("link").error("background work ended", exc_info=error)
        finally:
            self._loop.close()
