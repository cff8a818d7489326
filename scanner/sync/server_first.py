"""Asking the platform before the green light, for a short time."""

import asyncio
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import datetime

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.gate import PlatformsWord
from scanner.judging import Judged
from scanner.platform.delivery import SettleReason
from scanner.platform.errors import TicketingError
from scanner.store import ledger
from scanner.store.database import SqlConnection, transaction
from scanner.store.ledger import Admission, State
from scanner.store.writer import Writer
from scanner.sync.engine import Engine

PATIENCE_SECONDS = 0.8
"""How long a patron is kept waiting for the API; then the local verdict stands."""

_GRACE_SECONDS = 0.5
"""How much longer the engine may take to say that the time is over."""


class ServerFirst:
    """Asks the platform about a recorded admission, and waits for what it says.

    It asks about what this device can't judge, by its platform's rules or questions, and where
    `always` is set about every admission: that one is delivered at once.
    """

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        patience_seconds: float = PATIENCE_SECONDS,
        *,
        always: bool = True,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._patience = patience_seconds
        self._always = always

    def ask(self, judged: Judged, /) -> PlatformsWord:
        """Return what the platform says, as far as it does in time.

        What comes too late is settled by the replay, like any other admission. A further entry of
        an admitted ticket is no new admission, and is not asked about.
        """
        serial, unjudged = judged.verdict.serial, _is_unjudged(judged)
        new = judged.verdict.kind is Kind.ADMITTED
        if not (serial and new and (self._always or unjudged) and self._is_online()):
            return PlatformsWord()
        asking = self._engine.call(lambda: self._answer(serial, judged.at, unjudged=unjudged))
        if asking is None:
            return PlatformsWord()
        try:
            return asking.result(self._patience + _GRACE_SECONDS)
        except (TimeoutError, CancelledError):  # the engine's thread ended, or stands still
            return PlatformsWord()

    def _is_online(self) -> bool:
        return self._engine.status().link.online

    async def _answer(self, serial: str, at: datetime, *, unjudged: bool) -> PlatformsWord:
        word = PlatformsWord()
        with suppress(TimeoutError, TicketingError):
            async with asyncio.timeout(self._patience):
                if unjudged:
                    refusal = await self._judged_there(serial, at)
                    word = PlatformsWord(refusal, judged=refusal is None)
                if self._always and not word.refusal:
                    word = word._replace(refusal=await self._outcome(serial))
        return word

    async def _judged_there(self, serial: str, at: datetime) -> Fact | None:
        """Ask what the platform would say, before it is told of the admission.

        A refusal settles the admission, so that it is never sent. One that is being sent already
        is waited for.
        """
        with self._engine.replay_held() as held:
            if held and (await self._admission(serial)).state is State.QUEUED:
                refusal = await self._engine.would_refuse(serial, at)
                if refusal:
                    await self._writer.run(lambda conn: _refuse(conn, serial, at, refusal))
                return refusal
        return await self._outcome(serial)

    async def _outcome(self, serial: str) -> Fact | None:
        while True:
            moved = self._engine.replay_now()
            admission = await self._admission(serial)
            if admission.state is State.CONFIRMED:
                return None
            if admission.state in (State.CONFLICT, State.REFUSED):
                return admission.reason or Fact(SettleReason.NO_REASON)
            await moved.wait()

    async def _admission(self, serial: str) -> Admission:
        (found,) = await self._writer.run(lambda conn: ledger.by_serial(conn, [serial]))
        return found


def _is_unjudged(judged: Judged) -> bool:
    """Tell whether an admission rests on something that only the platform can judge."""
    return bool(judged.notice and judged.notice.unjudged)


def _refuse(conn: SqlConnection, serial: str, at: datetime, refusal: Fact) -> None:
    with transaction(conn):
        ledger.mark_sending(conn, [serial], at)
        ledger.mark_answered(conn, [serial], declined=True)
        ledger.move(conn, serial, State.REFUSED, at, refusal)
