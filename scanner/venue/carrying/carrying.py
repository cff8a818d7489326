"""All that a gate does for the others beside its claims: queues, lists, and the journals' heads."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.admission.venue_status import GateSeen
from scanner.facts import Fact
from scanner.venue.carrying.line import Here

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.venue.carrying.handing_over import HandingOver
    from scanner.venue.carrying.heads import Heads
    from scanner.venue.carrying.ticket_lists import TicketLists

_EVERY_SECONDS = 1.0


class Carrying:
    """One gate's part; it outlives each connection.

    Args:
        here: makes what the work needs of this gate, where the work begins: libraries are
            imported by that.
        name: what this gate is called.
    """

    def __init__(self, here: Callable[[], Here], name: str) -> None:
        self._make = here
        self._name = name
        self._heads: Heads | None = None
        self._out: HandingOver | None = None
        self._lists: TicketLists | None = None

    async def run(self, nc: "Client") -> None:
        """Work over a connection until cancelled."""
        from scanner.venue.carrying.handing_over import HandingOver
        from scanner.venue.carrying.heads import LOOK_SECONDS, TELL_SECONDS, Heads
        from scanner.venue.carrying.keep_trying import keep_trying
        from scanner.venue.carrying.ticket_lists import LOOK_SECONDS as LISTS_SECONDS
        from scanner.venue.carrying.ticket_lists import TicketLists
        from scanner.venue.carrying.uplink import Uplink

        here, js = self._make(), nc.jetstream()
        self._heads = heads = self._heads or Heads(here, self._name)
        self._out = out = self._out or HandingOver(here)
        self._lists = lists = self._lists or TicketLists(here)
        async with asyncio.TaskGroup() as tasks:
            for work in (
                keep_trying(lambda: out.publish(js), _EVERY_SECONDS),
                keep_trying(lambda: out.hear(js), _EVERY_SECONDS),
                keep_trying(lambda: heads.tell(js), TELL_SECONDS),
                keep_trying(lambda: heads.look(js), LOOK_SECONDS),
                keep_trying(lambda: lists.publish(js), LISTS_SECONDS),
                keep_trying(lambda: lists.take(js), LISTS_SECONDS),
                keep_trying(Uplink(nc, here).run, _EVERY_SECONDS),
            ):
                tasks.create_task(work)

    def gates(self) -> tuple[GateSeen, ...]:
        """Return the other gates, and when each was last heard of; no I/O."""
        found = self._heads.seen.values() if self._heads else ()
        return tuple(GateSeen(each.name, each.seen) for each in found)

    def warnings(self) -> tuple[Fact, ...]:
        """Return what was found wrong at other gates since the session was opened; no I/O."""
        return self._heads.found if self._heads else ()
