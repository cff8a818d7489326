"""Other gates' admissions that go through this gate to the platform, beside its own queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from scanner.facts import Fact
from scanner.platform.delivery import Outcome, SettleReason
from scanner.platform.protocol import Platform
from scanner.platform.resources import Admission as Listed
from scanner.store import carried
from scanner.store.database import SqlConnection, transaction
from scanner.store.ledger import Admission, State, Waiting
from scanner.store.writer import Writer
from scanner.sync.outbox import Doubtful, Known, Outbox

T = TypeVar("T")


@dataclass(slots=True)
class CarriedOutbox(Outbox):
    """Those of the sections that this gate's token permits: the cache has them, each by its nonce.

    A platform does not tell a ticket that it refuses from one that the token does not permit. So
    after a refusal the token is asked for its sections, and what it permits no more waits on.
    """

    writer: Writer
    _barred: set[str] = field(default_factory=set)

    async def run(self, work: Callable[[SqlConnection], T]) -> T:
        """Do work on the cache."""
        return await self.writer.run_on_cache(work)

    def key(self, waiting: Waiting) -> str:
        """Return its nonce: two gates may have let in by one ticket."""
        return waiting.nonce

    def next_batch(self, conn: SqlConnection, most: int) -> Sequence[Waiting]:
        """Return the oldest that may be sent."""
        return carried.next_batch(conn, most, self._barred)

    def in_doubt(self, conn: SqlConnection) -> list[Doubtful]:
        """Return what is being sent."""
        return [Doubtful(*each) for each in carried.in_doubt(conn)]

    def by_key(self, conn: SqlConnection, keys: Sequence[str]) -> list[Doubtful]:
        """Return these as they stand."""
        return [Doubtful(*each) for each in carried.by_nonce(conn, keys)]

    def mark_sending(self, conn: SqlConnection, keys: Sequence[str], sent: datetime) -> None:
        """Note it in the cache, which is as durable as the ledger."""
        carried.mark_sending(conn, keys, sent)

    def mark_answered(
        self, conn: SqlConnection, keys: Sequence[str], *, declined: bool = False
    ) -> None:
        """Note it in the cache."""
        carried.mark_answered(conn, keys, declined=declined)

    def mark_fault(self, conn: SqlConnection, keys: Sequence[str]) -> None:
        """Note it in the cache."""
        carried.mark_fault(conn, keys)

    def confirm(self, conn: SqlConnection, keys: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Note it in the cache."""
        carried.mark_answered(conn, keys, declined=False)
        carried.move(conn, keys, State.CONFIRMED)

    def copied(self, conn: SqlConnection, admission: Admission) -> bool:  # noqa: ARG002
        """Tell of none: a gate that knows of a copy hands over nothing under that tag."""
        return False

    async def move(self, platform: Platform, known: Known, at: datetime) -> None:  # noqa: ARG002
        """Note it in the cache; a refusal only of what the token permits now."""
        known = await self._believed(platform, known)

        def move(conn: SqlConnection) -> None:
            with transaction(conn):
                for nonce, found in known:
                    carried.move(conn, [nonce], found.state, found.reason, found.other)

        await self.writer.run_on_cache(move)

    async def _believed(self, platform: Platform, known: Known) -> Known:
        refused = [nonce for nonce, found in known if found.state is State.REFUSED]
        if not refused:
            return known
        permitted = (await platform.scope()).permitted
        asked = await self.run(lambda conn: carried.by_nonce(conn, refused))
        waits = {nonce for nonce, each in asked if each.section not in permitted}
        self._barred |= {each.section for nonce, each in asked if nonce in waits}
        still = Outcome(State.QUEUED, Fact(SettleReason.NEVER_SENT))
        return [(nonce, still if nonce in waits else found) for nonce, found in known]


def attributed(conn: SqlConnection, listed: Sequence[Listed]) -> list[Listed]:
    """Give admissions that this gate delivered for others back to the gates that made them.

    A platform that knows a device by its key lists them as this gate's. It has them with the
    time that their own gate gave them, to the microsecond.

    Args:
        conn: with the cache.
        listed: what the platform lists.
    """
    whose = carried.delivered(conn, {each.serial for each in listed if each.own})
    if not whose:
        return list(listed)
    return [
        replace(each, device=named[0], redeemer=named[1], own=False)
        if each.own and each.admitted and (named := whose.get((each.serial, each.admitted)))
        else each
        for each in listed
    ]
