"""Exits and further entries go to a platform that takes them, each after its ticket's admission."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.facts import Fact
from scanner.platform.delivery import Outcome, SettleReason
from scanner.platform.errors import ListError, Malformed, ServerFault, TicketingError
from scanner.platform.protocol import Beyond
from scanner.platform.server_time import ServerTime
from scanner.store import passages
from scanner.store.database import SqlConnection, transaction
from scanner.store.ledger import State
from scanner.store.passages import Passage
from scanner.store.writer import Writer

_AT_ONCE = 20
_MOST_FAILURES = 3
_OF_ONE = (ServerFault, Malformed, ListError)
"""Failures that one passage may have caused; others are the platform's or the network's."""

_NO_ANSWER = Fact(SettleReason.NO_ANSWER)


@dataclass(slots=True)
class PassageReplay:
    """Sends one event's passages, in their order; sent again, one counts once by its nonce."""

    beyond: Beyond
    writer: Writer
    server_time: ServerTime
    event: str

    async def run_once(self) -> int:
        """Send until none may be sent; returns how many were settled.

        Raises:
            TicketingError: what stopped it, or stopped some of it; what was not settled is sent
                next time.
        """
        await self._put_back(await self._in_doubt())
        settled, failures = 0, list[TicketingError]()
        while len(failures) < _MOST_FAILURES and (some := await self._take()):
            for number, each in enumerate(some):
                try:
                    await self._settle(each, await self.beyond.deliver_passage(each))
                    settled += 1
                except _OF_ONE as error:
                    failures.append(error)
                    await self._fault(each)
                except TicketingError:
                    await self._put_back(some[number:])
                    raise
        if failures:
            raise failures[0]
        return settled

    async def _in_doubt(self) -> list[Passage]:
        return await self.writer.run(
            lambda conn: passages.in_state(conn, State.SENDING, self.event)
        )

    async def _take(self) -> list[Passage]:
        """Mark the next ones as being sent, durably, before anything leaves."""
        at = self.server_time.clock()

        def take(conn: SqlConnection) -> list[Passage]:
            with transaction(conn):
                some = passages.next_ones(conn, _AT_ONCE, self.event)
                passages.mark_sending(conn, [each.journal for each in some], at)
                return some

        return await self.writer.run(take)

    async def _settle(self, passage: Passage, outcome: Outcome) -> None:
        at = self.server_time.clock()

        def settle(conn: SqlConnection) -> None:
            with transaction(conn):
                passages.settle(conn, passage.journal, outcome.state, at, outcome.reason)

        await self.writer.run(settle)

    async def _fault(self, passage: Passage) -> None:
        def fault(conn: SqlConnection) -> None:
            with transaction(conn):
                passages.mark_fault(conn, [passage.journal])

        await self.writer.run(fault)
        await self._put_back([passage])

    async def _put_back(self, some: Sequence[Passage]) -> None:
        at = self.server_time.clock()

        def put_back(conn: SqlConnection) -> None:
            with transaction(conn):
                passages.put_back(conn, [each.journal for each in some], at, _NO_ANSWER)

        if some:
            await self.writer.run(put_back)
