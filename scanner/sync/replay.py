"""The replay: queued admissions go to the API, oldest first, and each one's outcome is settled."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from scanner.admission.names import tag_of
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
from scanner.store import encounters, ledger, sessions, ticket_writes, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.encounters import Encounter, EncounterKind
from scanner.store.ledger import Admission, State, Waiting
from scanner.store.writer import Writer
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
    """Sends and settles one event's admissions; one works on a database at a time."""

    platform: Platform
    writer: Writer
    server_time: ServerTime
    event: str
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
        settled = await tolerating(failures, self._settle(await self._in_doubt()))
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
        serials = [each.serial for batch in ahead for each in batch]
        if answer:
            await self._note(answer)
            await self._move(answer.settled)
        if serials:
            await self._note_answer(serials)
            await self._put_back(serials, _NEVER_SENT)

    async def _in_doubt(self) -> list[Admission]:
        sending = await self.writer.run(lambda conn: ledger.in_state(conn, State.SENDING))
        return [each for each in sending if each.event == self.event]

    async def _take_batches(self, answer: Reply, most: int) -> list[_Batch]:
        """Mark the next batches as being sent, durably, before anything leaves.

        The answer to the last ones is noted in the same transaction.
        """
        if self.server_time.offset is None and await self._has_queue():
            await self._learn_server_time()
        sent, at = self.server_time.now(), self.server_time.clock()

        def take(conn: SqlConnection) -> list[_Batch]:
            with transaction(conn):
                _note(conn, answer, at)
                return list(_marked(conn, self.event, most, self.platform.largest_batch, sent))

        batches = await self.writer.run(take)
        self._tell(answer)
        return batches

    async def _has_queue(self) -> bool:
        return bool(await self.writer.run(lambda conn: ledger.next_batch(conn, 1, self.event)))

    async def _learn_server_time(self) -> None:
        page = await self.platform.tickets(page=1, records=1)
        self.server_time.note(page.server_time)

    async def _post(self, batch: _Batch) -> Reply:
        """Send a batch; what it leaves to be noted is in the answer.

        Raises:
            TicketingError: there was no answer that says what became of it.
        """
        serials = [each.serial for each in batch]
        try:
            reply = await self.platform.deliver(batch)
        except (Unreachable, NotTheApi, Malformed) as error:
            if isinstance(error, Unreachable) and not error.sent:
                await self._note_answer(serials)
                await self._put_back(serials, _NEVER_SENT)
            raise
        except ServerFault:
            await self._note_fault(serials)
            raise
        except ApiError as error:
            await self._note_answer(serials)
            reason = Fact(SettleReason.NO_REQUESTS, {"status": error.status})
            await self._put_back(serials, reason)
            raise
        return await self._split(serials, reply.split) if reply.split else reply

    async def _note(self, answer: Reply) -> None:
        at = self.server_time.clock()

        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                _note(conn, answer, at)

        await self.writer.run(note)
        self._tell(answer)

    async def _split(self, serials: Sequence[str], reason: Fact) -> Reply:
        """Send fewer together next time: nothing of this batch was admitted."""
        await self._note_answer(serials)
        await self._note_fault(serials)
        await self._put_back(serials, reason)
        return _NOTHING

    async def _settle(self, doubtful: Sequence[Admission]) -> int:
        """Look each one up and move it to where it stands; what could not be looked up stays."""
        settled = 0
        failure: TicketingError | None = None
        for start in range(0, len(doubtful), _LOOKUPS_AT_ONCE):
            some = doubtful[start : start + _LOOKUPS_AT_ONCE]
            looked = await asyncio.gather(*map(self._look, some), return_exceptions=True)
            known: list[tuple[str, Outcome]] = []
            for admission, found in zip(some, looked, strict=True):
                if isinstance(found, Outcome):
                    known.append((admission.serial, found))
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

    async def _look(self, admission: Admission) -> Outcome:
        refusal, shared = await self.writer.run(
            lambda conn: (_refusal(conn, admission), encounters.copies(conn, admission.device))
        )
        inquiry = Inquiry(refusal, shared, self.size, self.server_time)
        return await self.platform.look_up(admission, inquiry)

    async def _reread(self, serials: Sequence[str]) -> list[Admission]:
        if not serials:
            return []
        return await self.writer.run(lambda conn: ledger.by_serial(conn, serials))

    async def _move(self, known: Sequence[tuple[str, Outcome]]) -> None:
        at = self.server_time.clock()
        others = [(serial, found.other) for serial, found in known if found.other]

        def move(conn: SqlConnection) -> None:
            with transaction(conn):
                for serial, found in known:
                    ledger.move(conn, serial, found.state, at, found.reason)
                encounters.write(conn, copies_met(self.event, known))

        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                ticket_writes.write_others(conn, others)

        if others:
            await self.writer.run_on_cache(note)
        if known:
            await self.writer.run(move)
            if self.on_progress:
                self.on_progress()

    def _tell(self, answer: Reply) -> None:
        if answer.granted and self.on_progress:
            self.on_progress()

    async def _note_answer(self, serials: Sequence[str]) -> None:
        await self._write(ledger.mark_answered, serials)

    async def _note_fault(self, serials: Sequence[str]) -> None:
        structlog.get_logger("replay").warning("the API failed on a batch", serials=serials)
        await self._write(ledger.mark_fault, serials)

    async def _put_back(self, serials: Sequence[str], reason: Fact) -> None:
        await self._move([(each, Outcome(State.QUEUED, reason)) for each in serials])

    async def _write(
        self,
        note: Callable[[SqlConnection, Sequence[str]], None],
        serials: Sequence[str],
    ) -> None:
        def write(conn: SqlConnection) -> None:
            with transaction(conn):
                note(conn, serials)

        await self.writer.run(write)


def _marked(
    conn: SqlConnection, event: str, most: int, largest: int, sent: datetime
) -> Iterator[_Batch]:
    """Mark batches as being sent, until so many are or nothing is left."""
    for _ in range(most):
        batch = ledger.next_batch(conn, largest, event)
        if not batch:
            return
        ledger.mark_sending(conn, [each.serial for each in batch], sent)
        yield batch


def _note(conn: SqlConnection, answer: Reply, at: datetime) -> None:
    """Confirm what an answer grants to this gate; the rest was answered and is in doubt."""
    ledger.confirm(conn, answer.granted, at)
    ledger.mark_answered(conn, [serial for serial, _ in answer.settled], declined=True)
    ledger.mark_answered(conn, answer.declined, declined=True)
    ledger.mark_answered(conn, answer.unclear)


async def tolerating(failures: list[TicketingError], work: Awaitable[int]) -> int:
    """Do what a few admissions may make fail; such a failure is added to the others."""
    try:
        return await work
    except _OF_A_FEW as error:
        failures.append(error)
        return 0


def copies_met(event: str, known: Iterable[tuple[str, Outcome]]) -> Iterator[Encounter]:
    """Yield the copies of this gate that made admissions under its tag, by serial and outcome."""
    for serial, found in known:
        other = found.other
        made_by_copy = found.reason and found.reason.code == SettleReason.ADMITTED_BY_COPY
        if made_by_copy and other and other.device and tag_of(other.device):
            yield Encounter(EncounterKind.COPY, event, other.device, other.redeemer, serial)


def _refusal(conn: SqlConnection, admission: Admission) -> Fact:
    """Say why the API may have refused a serial, from what the cache knows of the ticket."""
    ticket = tickets.find_ticket(conn, admission.serial)
    if ticket is None:
        return Fact(SettleReason.UNKNOWN_TICKET)
    if not ticket.listed:
        return Fact(SettleReason.WITHDRAWN)
    if sessions.read_standing(conn).closed or not ticket.permitted:
        return Fact(SettleReason.NOT_PERMITTED, {"section": ticket.section.name})
    return Fact(SettleReason.NOT_GRANTED, {"status": ticket.status.value})
