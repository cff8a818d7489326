"""A gate that reaches the platform delivers for those that don't: it is their uplink.

The engine hands a section's messages to one uplink at a time, and the next one when that one has
said that the outcomes are published. One that says nothing for some seconds is taken for gone, and
the message goes to another: what was sent already is found at the platform, and counts once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import structlog
from nats.errors import TimeoutError as NothingCame

from scanner.store import carried, handed_over, sessions, tickets
from scanner.store.carried_forms import Carried, CarriedOutcome, carried_of
from scanner.store.database import SqlConnection, transaction
from scanner.venue.cancelling import ended, pause
from scanner.venue.carrying.keep_trying import PASSING
from scanner.venue.errors import Sealed
from scanner.venue.provisioning import ACK_WAIT_SECONDS, ADMISSIONS, uplink_consumer
from scanner.venue.requests import ask_to_open
from scanner.venue.subjects import (
    event_name,
    message_id,
    packed,
    results_subject,
    section_name,
    unpacked,
)

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from scanner.venue.carrying.line import Here

_TICK_SECONDS = 0.5
_FETCH_SECONDS = 5.0
_AGAIN_SECONDS = 0.05
_AGAIN_AT_MOST_SECONDS = 2.0
_IN_PROGRESS_SECONDS = ACK_WAIT_SECONDS / 3
_PATIENCE_SECONDS = 150.0
"""How long an uplink keeps a section for one message. What is open then is kept here, goes out with
this gate's own queue, and its gate publishes it again."""

_OUTCOMES_AT_ONCE = 200

_log = structlog.get_logger("venue")


class Permitted(NamedTuple):
    """What this gate may deliver now: the event, and its sections by what the engine calls them."""

    event: str
    sections: frozenset[str]


_NOTHING = Permitted("", frozenset())


class Uplink:
    """Fetches while this gate is online, delivers by the engine, publishes what became of each.

    Args:
        nc: the connection.
        here: this gate.
    """

    def __init__(self, nc: "Client", here: "Here") -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._here = here
        self._opened = _NOTHING
        self._telling = asyncio.Lock()

    async def run(self) -> None:
        """Work until cancelled; a message in hand goes back at once."""
        working: dict[tuple[str, str], asyncio.Task[None]] = {}
        try:
            while True:
                with suppress(*PASSING):
                    await self._keep_fetching(working)
                    await self._tell(await self._untold())
                await pause(_TICK_SECONDS)
        finally:
            await ended(working.values())

    async def _keep_fetching(self, working: dict[tuple[str, str], "asyncio.Task[None]"]) -> None:
        """Have a task at work for each section that is to be delivered now, and for no other."""
        permitted = await self._permitted() if self._here.line.is_online() else _NOTHING
        wanted = {(permitted.event, each) for each in permitted.sections}
        gone = [where for where, task in working.items() if where not in wanted or task.done()]
        await ended([working.pop(each) for each in gone])
        if wanted and permitted != self._opened:
            await ask_to_open(self._nc, self._here.key, permitted.event, sorted(permitted.sections))
            self._opened = permitted
        for where in wanted - set(working):
            working[where] = asyncio.create_task(self._fetch(*where))

    async def _permitted(self) -> Permitted:
        def read(conn: SqlConnection) -> tuple[str | None, frozenset[str]]:
            return sessions.read_standing(conn).event, tickets.permitted_sections(conn)

        event, sections = await self._here.writer.run(read)
        if event is None:
            return _NOTHING
        names = frozenset(section_name(self._here.key, each) for each in sections)
        return Permitted(event_name(self._here.key, event), names)

    async def _fetch(self, event: str, section: str) -> None:
        """Carry one section's messages, one after the other."""
        consumer = uplink_consumer(event, section)
        messages = await self._js.pull_subscribe_bind(consumer, ADMISSIONS)
        try:
            while True:
                with suppress(NothingCame):
                    for message in await messages.fetch(1, timeout=_FETCH_SECONDS):
                        await self._handle(message, event, section)
        except PASSING as error:
            _log.info("fetching is to be begun again", why=repr(error))
            self._opened = _NOTHING
        finally:
            with suppress(*PASSING):
                await messages.unsubscribe()

    async def _handle(self, message: "Msg", event: str, section: str) -> None:
        gate = message.subject.rpartition(".")[2]
        try:
            some = self._read(message, gate, event, section)
        except (Sealed, ValueError):
            _log.warning("admissions that can't be read", gate=gate)
            await message.term()
            return
        alive = asyncio.create_task(_say_alive(message))
        try:
            if await self._carry(some, gate):
                await message.ack_sync()
                return
            await message.nak()
        except (asyncio.CancelledError, *PASSING):
            with suppress(*PASSING):
                await message.nak()
            raise
        finally:
            alive.cancel()

    def _read(self, message: "Msg", gate: str, event: str, section: str) -> list[Carried]:
        content = unpacked(self._here.key, message.data, message.subject)
        if not isinstance(content, dict) or not isinstance(content.get("admissions"), list):
            raise Sealed
        some = [carried_of(each, gate) for each in content["admissions"]]
        for each in some:
            named = (
                event_name(self._here.key, each.event),
                section_name(self._here.key, each.section),
            )
            if named != (event, section):
                raise Sealed
        return some

    async def _carry(self, some: Sequence[Carried], gate: str) -> bool:
        """Deliver, and publish what became of each; tells whether the message is done with."""
        own, writer = gate == self._here.gate, self._here.writer
        if not own:
            await writer.run_on_cache(lambda conn: _put(conn, some))
        nonces = [each.nonce for each in some]
        until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        wait = _AGAIN_SECONDS
        while await self._is_open(some, own=own):
            await self._here.line.deliver()
            if not await self._is_open(some, own=own):
                break
            if not self._here.line.is_online():
                return False
            if asyncio.get_running_loop().time() > until:
                break
            await pause(wait)
            wait = min(2 * wait, _AGAIN_AT_MOST_SECONDS)
        if not own:
            found = await self._here.writer.run_on_cache(
                lambda conn: carried.outcomes(conn, nonces)
            )
            await self._tell(found)
        return True

    async def _is_open(self, some: Sequence[Carried], *, own: bool) -> bool:
        writer = self._here.writer
        if own:
            return await writer.run(lambda conn: handed_over.are_open(conn, some))
        nonces = {each.nonce for each in some}
        found = await writer.run_on_cache(lambda conn: carried.outcomes(conn, list(nonces)))
        return sum(map(len, found.values())) < len(nonces)

    async def _untold(self) -> dict[str, list[CarriedOutcome]]:
        return await self._here.writer.run_on_cache(lambda conn: carried.outcomes(conn, told=False))

    async def _tell(self, outcomes: dict[str, list[CarriedOutcome]]) -> None:
        """Publish outcomes to their gates, and note that.

        One after the other: the engine refuses what it is just taking in already.
        """
        async with self._telling:
            for gate, settled in outcomes.items():
                for start in range(0, len(settled), _OUTCOMES_AT_ONCE):
                    await self._publish(gate, settled[start : start + _OUTCOMES_AT_ONCE])

    async def _publish(self, gate: str, some: Sequence[CarriedOutcome]) -> None:
        subject = results_subject(gate)
        nonces = [each.nonce for each in some]
        told = {"outcomes": [each.as_json() for each in some]}
        await self._js.publish(
            subject,
            packed(self._here.key, told, subject),
            headers={"Nats-Msg-Id": message_id(self._here.key, nonces, "outcomes")},
        )

        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                carried.mark_told(conn, nonces)

        await self._here.writer.run_on_cache(note)
        _log.info("delivered for another gate", gate=gate, admissions=len(some))


def _put(conn: SqlConnection, some: Sequence[Carried]) -> None:
    with transaction(conn):
        carried.put(conn, some)


async def _say_alive(message: "Msg") -> None:
    """Keep the engine from handing a message to another uplink."""
    while True:
        await pause(_IN_PROGRESS_SECONDS)
        with suppress(*PASSING):
            await message.in_progress()
