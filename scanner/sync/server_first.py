"""Asking the API before the green light, for a short time."""

import asyncio
from concurrent.futures import CancelledError

from scanner.facts import Fact
from scanner.gate import Judged
from scanner.platform.delivery import SettleReason
from scanner.store import ledger
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.engine import Engine

PATIENCE_SECONDS = 0.8
"""How long a patron is kept waiting for the API; then the local verdict stands."""

_GRACE_SECONDS = 0.5
"""How much longer the engine may take to say that the time is over."""


class ServerFirst:
    """Has a recorded admission delivered at once, and waits for what becomes of it."""

    def __init__(
        self, engine: Engine, writer: Writer, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._patience = patience_seconds

    def refusal(self, judged: Judged, /) -> Fact | None:
        """Return the API's reason where it says no; nothing where it says yes, or is too slow.

        What comes too late is settled by the replay, like any other admission.
        """
        serial = judged.verdict.serial
        if not serial or not self._engine.status().link.online:
            return None
        asking = self._engine.call(lambda: self._outcome(serial))
        if asking is None:
            return None
        try:
            return asking.result(self._patience + _GRACE_SECONDS)
        except (TimeoutError, CancelledError):  # the engine's thread ended, or stands still
            return None

    async def _outcome(self, serial: str) -> Fact | None:
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    moved = self._engine.replay_now()
                    (admission,) = await self._writer.run(
                        lambda conn: ledger.by_serial(conn, [serial])
                    )
                    if admission.state is State.CONFIRMED:
                        return None
                    if admission.state in (State.CONFLICT, State.REFUSED):
                        return admission.reason or Fact(SettleReason.NO_REASON)
                    await moved.wait()
        except TimeoutError:
            return None
