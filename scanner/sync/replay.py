"""The replay: queued admissions go to the API, oldest first, and each one's outcome is settled."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from scanner.facts import Fact
from scanner.platform.delivery import Inquiry, Outcome, Reply, SettleReason
from scanner.platform.errors import (
    ApiError,
    ListError,
    Malformed,
    NotTheApi,
    ServerFault,
    TicketingError,
    Unreachable,
)
from scanner.platform.paged_list import PageSize
from scanner.platform.protocol import Platform
from scanner.platform.server_time import ServerTime
from scanner.store.database import SqlConnection, transaction
from scanner.store.ledger import State, Waiting
from scanner.sync.outbox import Doubtful, Known, Outbox, refusal_of
from scanner.sync.send_queue import SendQueue

_OPEN = (State.QUEUED, State.SENDING)
_LOOKUPS_AT_ONCE = 8
_OF_A_FEW = (ServerFault, Malformed, ListError)
"""Failures that a few admissions may have caused; the others are sent all the same."""

_MOST_FAILURES = 3
"""In one run; after three, the API itself fails and not an admission."""

_CONCURRENCY = 2
"""Requests in flight: the API works on one batch while the answer to the other is read."""

_PREFETCH = 4
"""Batches that are marked beside them. A disk takes about as long for a batch as the API, but comes
in bursts; each further batch is up to 100 admissions to look up after a crash."""

_NEVER_SENT = Fact(SettleReason.NEVER_SENT)


_NOTHING = Reply()
_Batch = Sequence[Waiting]


@dataclass(slots=True)
class Replay:
    """Sends and settles what is in an outbox; one works on a database at a time."""

    platform: Platform
    outbox: Outbox
    server_time: ServerTime
    on_progress: Callable[[], None] | None = None
    size: PageSize = field(default_factory=PageSize)

    async def run_once(self) -> int:
        """Settle what was left in doubt, then send until the queue is empty.

        Returns:
            The number of admissions that were settled.

        Raises:
            TicketingError: what stopped it, or stopped some of it; what was sent and not settled
                is settled next time.
        """
        failures: list[TicketingError] = []
        in_doubt = await self.outbox.run(self.outbox.in_doubt)
        settled = await tolerating(failures, self._settle(in_doubt))
        if len(failures) < _MOST_FAILURES:
            settled += await self._send_all(failures)
        if failures:
            raise failures[0]
        return settled

    async def _send_all(self, failures: list[TicketingError]) -> int:
        settled = 0

        async def record(answers: list[Reply], most: int) -> list[_Batch]:
            nonlocal settled
            count, batches = await self._record(sum(answers, _NOTHING), failures, most)
            settled += count
            return batches

        def post(batch: _Batch) -> Coroutine[Any, Any, Reply]:
            return self._post_tolerantly(batch, failures)

        delivery = SendQueue(post, record, _CONCURRENCY, _PREFETCH)
        try:
            await delivery.run(lambda: len(failures) < _MOST_FAILURES)
        finally:
            await self._hold(delivery.prepared, sum(delivery.answers, _NOTHING))
        return settled

    async def _record(
        self, answer: Reply, failures: list[TicketingError], most: int
    ) -> tuple[int, list[_Batch]]:
        """Note an answer, mark as many batches, and look up what the answer leaves open."""
        ahead = await self._take_batches(answer, most)
        try:
            await self._move(answer.settled)
            settling = self._settle(await self._reread(answer.open))
            at_once = len(answer.granted) + len(answer.settled)
            return at_once + await tolerating(failures, settling), ahead
        except BaseException:
            await self._hold(ahead)
            raise

    async def _post_tolerantly(self, batch: _Batch, failures: list[TicketingError]) -> Reply:
        try:
            return await self._post(batch)
        except _OF_A_FEW as error:
            failures.append(error)
            return _NOTHING

    async def _hold(self, ahead: Sequence[_Batch], answer: Reply = _NOTHING) -> None:
        """Put back batches that were marked, and are not sent after all; note the last answer."""
        keys = [self.outbox.key(each) for batch in ahead for each in batch]
        if answer:
            await self._note(answer)
            await self._move(answer.settled)
        if keys:
            await self._note_answer(keys)
            await self._put_back(keys, _NEVER_SENT)

    async def _take_batches(self, answer: Reply, most: int) -> list[_Batch]:
        """Mark the next batches as being sent, durably, before anything leaves.

        The answer to the last ones is noted in the same transaction.
        """
        if self.server_time.offset is None and await self._has_queue():
            await self._learn_server_time()
        sent, at = self.server_time.now(), self.server_time.clock()

        def take(conn: SqlConnection) -> list[_Batch]:
            with transaction(conn):
                _note(self.outbox, conn, answer, at)
                return list(_marked(self.outbox, conn, most, self.platform.largest_batch, sent))

        batches = await self.outbox.run(take)
        self._tell(answer)
        return batches

    async def _has_queue(self) -> bool:
        return bool(await self.outbox.run(lambda conn: self.outbox.next_batch(conn, 1)))

    async def _learn_server_time(self) -> None:
        page = await self.platform.tickets(page=1, records=1)
        self.server_time.note(page.server_time)

    async def _post(self, batch: _Batch) -> Reply:
        """Send a batch; what it leaves to be noted is in the answer.

        Raises:
            TicketingError: there was no answer that says what became of it.
        """
        by_serial = {each.serial: self.outbox.key(each) for each in batch}
        keys = list(by_serial.values())
        try:
            reply = await self.platform.deliver(batch)
        except (Unreachable, NotTheApi, Malformed) as error:
            if isinstance(error, Unreachable) and not error.sent:
                await self._note_answer(keys)
                await self._put_back(keys, _NEVER_SENT)
            raise
        except ServerFault:
            await self._note_fault(keys)
            raise
        except ApiError as error:
            await self._note_answer(keys)
            reason = Fact(SettleReason.NO_REQUESTS, {"status": error.status})
            await self._put_back(keys, reason)
            raise
        return await self._split(keys, reply.split) if reply.split else reply.by(by_serial)

    async def _note(self, answer: Reply) -> None:
        at = self.server_time.clock()

        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                _note(self.outbox, conn, answer, at)

        await self.outbox.run(note)
        self._tell(answer)

    async def _split(self, keys: Sequence[str], reason: Fact) -> Reply:
        """Send fewer together next time: nothing of this batch was admitted."""
        await self._note_answer(keys)
        await self._note_fault(keys)
        await self._put_back(keys, reason)
        return _NOTHING

    async def _settle(self, doubtful: Sequence[Doubtful]) -> int:
        """Look each one up and move it to where it stands; what could not be looked up stays."""
        settled = 0
        failure: TicketingError | None = None
        for start in range(0, len(doubtful), _LOOKUPS_AT_ONCE):
            some = doubtful[start : start + _LOOKUPS_AT_ONCE]
            looked = await asyncio.gather(*map(self._look, some), return_exceptions=True)
            known: list[tuple[str, Outcome]] = []
            for each, found in zip(some, looked, strict=True):
                if isinstance(found, Outcome):
                    known.append((each.key, found))
                elif isinstance(found, TicketingError):
                    failure = found
                else:
                    raise found
            await self._move(known)
            settled += sum(found.state not in _OPEN for _, found in known)
            if failure and not isinstance(failure, _OF_A_FEW):
                raise failure
        if failure:
            raise failure
        return settled

    async def _look(self, doubtful: Doubtful) -> Outcome:
        sent = doubtful.admission
        refusal, copied = await self.outbox.run(
            lambda conn: (refusal_of(conn, sent.serial), self.outbox.copied(conn, sent))
        )
        inquiry = Inquiry(refusal, copied, self.size, self.server_time)
        return await self.platform.look_up(sent, inquiry)

    async def _reread(self, keys: Sequence[str]) -> list[Doubtful]:
        if not keys:
            return []
        return await self.outbox.run(lambda conn: self.outbox.by_key(conn, keys))

    async def _move(self, known: Known) -> None:
        if not known:
            return
        await self.outbox.move(self.platform, known, self.server_time.clock())
        if self.on_progress:
            self.on_progress()

    def _tell(self, answer: Reply) -> None:
        if answer.granted and self.on_progress:
            self.on_progress()

    async def _note_answer(self, keys: Sequence[str]) -> None:
        await self._write(self.outbox.mark_answered, keys)

    async def _note_fault(self, keys: Sequence[str]) -> None:
        structlog.get_logger("replay").warning("the API failed on a batch", keys=keys)
        await self._write(self.outbox.mark_fault, keys)

    async def _put_back(self, keys: Sequence[str], reason: Fact) -> None:
        await self._move([(each, Outcome(State.QUEUED, reason)) for each in keys])

    async def _write(
        self,
        note: Callable[[SqlConnection, Sequence[str]], None],
        keys: Sequence[str],
    ) -> None:
        def write(conn: SqlConnection) -> None:
            with transaction(conn):
                note(conn, keys)

        await self.outbox.run(write)


def _marked(
    outbox: Outbox, conn: SqlConnection, most: int, largest: int, sent: datetime
) -> Iterator[_Batch]:
    """Mark batches as being sent, until so many are or nothing is left."""
    for _ in range(most):
        batch = outbox.next_batch(conn, largest)
        if not batch:
            return
        outbox.mark_sending(conn, [outbox.key(each) for each in batch], sent)
        yield batch


def _note(outbox: Outbox, conn: SqlConnection, answer: Reply, at: datetime) -> None:
    """Confirm what an answer grants to this gate; the rest was answered and is in doubt."""
    outbox.confirm(conn, answer.granted, at)
    outbox.mark_answered(conn, [key for key, _ in answer.settled], declined=True)
    outbox.mark_answered(conn, answer.declined, declined=True)
    outbox.mark_answered(conn, answer.unclear)


async def tolerating(failures: list[TicketingError], work: Awaitable[int]) -> int:
    """Do what a few admissions may make fail; such a failure is added to the others."""
    try:
        return await work
    except _OF_A_FEW as error:
        failures.append(error)
        return 0
