"""A gate without the platform hands its queue to the venue, and takes in what became of it.

Only a gate that has been offline for some seconds does: one that is online delivers in a second by
itself, and each admission that two deliver costs the platform a second request and a look-up.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

import structlog
from nats.errors import TimeoutError as NothingCame
from nats.js.api import AckPolicy, ConsumerConfig

from scanner.facts import Fact
from scanner.platform.delivery import SettleReason
from scanner.store import handed_over, sessions
from scanner.store.carried_forms import Carried, CarriedOutcome, outcome_of
from scanner.store.database import SqlConnection, transaction
from scanner.store.handed_over import Applied
from scanner.venue.carrying.keep_trying import PASSING
from scanner.venue.errors import Sealed
from scanner.venue.provisioning import RESULTS
from scanner.venue.subjects import (
    admissions_subject,
    event_name,
    message_id,
    packed,
    results_subject,
    section_name,
    unpacked,
)

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from scanner.venue.carrying.line import Here

OFFLINE_SECONDS = 5.0
"""How long a gate is offline before it hands its queue over."""

AT_ONCE = 100
"""Admissions in one message: as many as one request to the platform carries."""

GATHER_SECONDS = 10.0
"""How long admissions gather until the next ones are handed over: an uplink takes one message of a
section after the other, and each costs it a request, whether it carries one admission or many."""

_AGAIN_SECONDS = 600.0
"""After which what nobody has delivered is published again: the engine may have lost it."""

_PORTION = 200
"""Admissions that are noted at once: a presentation waits for these at most."""

_WAIT_SECONDS = 5.0

_log = structlog.get_logger("venue")


class HandingOver:
    """One gate's side: its queue goes out, and outcomes come in.

    Args:
        here: this gate.
        offline_seconds: how long it is offline before it hands over.
        gather_seconds: how long it then waits before it hands over the next ones.
    """

    def __init__(
        self,
        here: "Here",
        *,
        offline_seconds: float = OFFLINE_SECONDS,
        gather_seconds: float = GATHER_SECONDS,
    ) -> None:
        self._here = here
        self._patience, self._gather = offline_seconds, gather_seconds
        self._next = self._online = time.monotonic()
        self._begun, self._row = self._online, 0  # what came before this row is published

    async def publish(self, js: "JetStreamContext") -> None:
        """Hand over what has gathered, once this gate has been offline for some seconds.

        Raises:
            nats.errors.Error, StoreError: it was not all published; it is the next time.
        """
        now = time.monotonic()
        if self._here.line.is_online():
            self._next, self._online, self._row = now, now, 0
            return
        if now - self._online < self._patience or now < self._next:
            return
        if now - self._begun > _AGAIN_SECONDS:
            self._begun, self._row = now, 0
        while some := await self._hand_over():
            for subject, batch in self._batches(some):
                told = {"admissions": [each.as_json() for each in batch]}
                nonces = [each.nonce for each in batch]
                await js.publish(
                    subject,
                    packed(self._here.key, told, subject),
                    headers={"Nats-Msg-Id": message_id(self._here.key, nonces, "admissions")},
                )
            self._row, self._next = some[-1].journal, now + self._gather
            _log.info("handed over", admissions=len(some))

    async def _hand_over(self) -> list[Carried]:
        """Note in the ledger the next ones that are about to be handed over, and return them."""
        with self._here.line.held() as held:
            return await self._here.writer.run(self._take) if held else []

    def _take(self, conn: SqlConnection) -> list[Carried]:
        session = sessions.read_session(conn)
        if session is None:
            return []
        with transaction(conn):
            some = handed_over.unsettled(
                conn, self._here.gate, session.event, after=self._row, most=_PORTION
            )
            handed_over.hand_over(conn, some, self._here.clock(), Fact(SettleReason.HANDED_OVER))
        return some

    def _batches(self, some: Sequence[Carried]) -> Iterator[tuple[str, Sequence[Carried]]]:
        def subject(each: Carried) -> str:
            event = event_name(self._here.key, each.event)
            return admissions_subject(
                event, section_name(self._here.key, each.section), self._here.gate
            )

        for where, alike in groupby(sorted(some, key=subject), subject):
            group = list(alike)
            for start in range(0, len(group), AT_ONCE):
                yield where, group[start : start + AT_ONCE]

    async def hear(self, js: "JetStreamContext") -> None:
        """Take in outcomes as they come, until that fails.

        Raises:
            nats.errors.Error, StoreError: the engine or the database failed.
        """
        gate, subject = self._here.gate, results_subject(self._here.gate)
        await js.add_consumer(
            RESULTS,
            ConsumerConfig(
                name=gate,
                durable_name=gate,
                filter_subject=subject,
                ack_policy=AckPolicy.EXPLICIT,
            ),
        )
        results = await js.pull_subscribe_bind(gate, RESULTS)
        try:
            while True:
                with suppress(NothingCame):
                    for message in await results.fetch(20, timeout=_WAIT_SECONDS):
                        await self._take_in(message)
        finally:
            with suppress(*PASSING):
                await results.unsubscribe()

    async def _take_in(self, message: "Msg") -> None:
        try:
            found = read_outcomes(unpacked(self._here.key, message.data, message.subject))
        except (Sealed, ValueError):
            _log.warning("an outcome that can't be read")
            await message.term()
            return
        applied = await self.apply(found)
        if applied is None:
            await message.nak(delay=1)
        elif applied.later:
            await message.nak(delay=handed_over.LATEST_ARRIVAL.total_seconds())
        else:
            await message.ack()

    async def apply(self, outcomes: Sequence[CarriedOutcome]) -> Applied | None:
        """Move this gate's admissions to where others have brought them.

        Returns:
            What became of each; nothing where this gate itself delivers just now.
        """

        def apply(conn: SqlConnection) -> Applied:
            with transaction(conn):
                return handed_over.apply(conn, outcomes, self._here.clock())

        with self._here.line.held() as held:
            if not held:
                return None
            applied = await self._here.writer.run(apply)
        if any(each.other for each in applied.moved):

            def note(conn: SqlConnection) -> None:
                with transaction(conn):
                    handed_over.write_first(conn, applied.moved)

            await self._here.writer.run_on_cache(note)
        if applied.moved:
            _log.info("delivered by others", admissions=len(applied.moved))
        return applied


def read_outcomes(content: Any) -> list[CarriedOutcome]:
    """Read the outcomes of a message.

    Raises:
        ValueError: there are none.
    """
    if not isinstance(content, dict) or not isinstance(content.get("outcomes"), list):
        raise ValueError("no outcomes")  # noqa: TRY004 - the content is wrong, not the type
    return [outcome_of(each) for each in content["outcomes"]]
