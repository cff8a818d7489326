"""The replay: queued admissions go to the API, oldest first, and each one's outcome is settled."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from scanner.facts import Fact
from scanner.platform.errors import (
    ApiError,
    ApiFault,
    BadRequest,
    ListError,
    Malformed,
    NotTheApi,
    ServerFault,
    TicketingError,
    Unreachable,
)
from scanner.platform.paged_list import PageSize
from scanner.store import encounters, ledger, sessions, ticket_writes, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.ledger import Admission, State, Waiting
from scanner.store.writer import Writer
from scanner.sync.api import AdmissionsApi
from scanner.sync.clock import ServerTime
from scanner.sync.send_queue import SendQueue
from scanner.sync.settle import (
    Outcome,
    SettleReason,
    copies_met,
    is_under_our_name,
    listed,
    outcome,
)

LARGEST_BATCH = 100
"""Serials in one request; the API documents no limit."""

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

_TOO_LARGE = 413
_NONE_VALID = "None of the provided ticket serials"
"""How the API's 400 begins when it understood the batch and admitted nobody (SDK 3.1)."""


_NEVER_SENT = Fact(SettleReason.NEVER_SENT)


@dataclass(frozen=True, slots=True)
class _BatchReply:
    """What the API said to a batch.

    Attributes:
        ours: the serials that it granted to this gate.
        declined: those that a complete answer did not grant.
        unclear: those of an answer that can't be read to its end.
    """

    ours: Sequence[str] = ()
    declined: Sequence[str] = ()
    unclear: Sequence[str] = ()

    @property
    def rest(self) -> list[str]:
        """What is to be looked up."""
        return [*self.declined, *self.unclear]

    def __add__(self, other: "_BatchReply") -> "_BatchReply":
        return _BatchReply(
            [*self.ours, *other.ours],
            [*self.declined, *other.declined],
            [*self.unclear, *other.unclear],
        )

    def __bool__(self) -> bool:
        return bool(self.ours or self.declined or self.unclear)


_NOTHING = _BatchReply()
_Batch = Sequence[Waiting]


@dataclass(slots=True)
class Replay:
    """Sends and settles one event's admissions; one works on a database at a time."""

    api: AdmissionsApi
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
        settled = await _tolerating(failures, self._settle(await self._in_doubt()))
        if len(failures) < _MOST_FAILURES:
            settled += await self._send_all(failures)
        if failures:
            raise failures[0]
        return settled

    async def _send_all(self, failures: list[TicketingError]) -> int:
        settled = 0

        async def record(answers: list[_BatchReply], most: int) -> list[_Batch]:
            nonlocal settled
            count, batches = await self._record(sum(answers, _NOTHING), failures, most)
            settled += count
            return batches

        def post(batch: _Batch) -> Coroutine[Any, Any, _BatchReply]:
            return self._post_tolerantly(batch, failures)

        delivery = SendQueue(post, record, _CONCURRENCY, _PREFETCH)
        try:
            await delivery.run(lambda: len(failures) < _MOST_FAILURES)
        finally:
            await self._hold(delivery.prepared, sum(delivery.answers, _NOTHING))
        return settled

    async def _record(
        self, answer: _BatchReply, failures: list[TicketingError], most: int
    ) -> tuple[int, list[_Batch]]:
        """Note an answer, mark as many batches, and look up what the answer leaves open."""
        ahead = await self._take_batches(answer, most)
        try:
            settling = self._settle(await self._reread(answer.rest))
            return len(answer.ours) + await _tolerating(failures, settling), ahead
        except BaseException:
            await self._hold(ahead)
            raise

    async def _post_tolerantly(self, batch: _Batch, failures: list[TicketingError]) -> _BatchReply:
        try:
            return await self._post(batch)
        except _OF_A_FEW as error:
            failures.append(error)
            return _NOTHING

    async def _hold(self, ahead: Sequence[_Batch], answer: _BatchReply = _NOTHING) -> None:
        """Put back batches that were marked, and are not sent after all; note the last answer."""
        serials = [each.serial for batch in ahead for each in batch]
        if answer:
            await self._note(answer)
        if serials:
            await self._note_answer(serials)
            await self._put_back(serials, _NEVER_SENT)

    async def _in_doubt(self) -> list[Admission]:
        sending = await self.writer.run(lambda conn: ledger.in_state(conn, State.SENDING))
        return [each for each in sending if each.event == self.event]

    async def _take_batches(self, answer: _BatchReply, most: int) -> list[_Batch]:
        """Mark the next batches as being sent, durably, before anything leaves.

        The answer to the last ones is noted in the same transaction.
        """
        if self.server_time.offset is None and await self._has_queue():
            await self._learn_server_time()
        sent, at = self.server_time.now(), self.server_time.clock()

        def take(conn: SqlConnection) -> list[_Batch]:
            with transaction(conn):
                _note(conn, answer, at)
                return list(_marked(conn, self.event, most, sent))

        batches = await self.writer.run(take)
        self._tell(answer)
        return batches

    async def _has_queue(self) -> bool:
        return bool(await self.writer.run(lambda conn: ledger.next_batch(conn, 1, self.event)))

    async def _learn_server_time(self) -> None:
        page = await self.api.tickets(self.event, page=1, records=1)
        self.server_time.note(page.server_time)

    async def _post(self, batch: _Batch) -> _BatchReply:
        """Send a batch; what it leaves to be noted is in the answer.

        Raises:
            TicketingError: there was no answer that says what became of it.
        """
        first = batch[0]
        serials = [each.serial for each in batch]
        try:
            granted = await self.api.admit(
                first.event, redeemer=first.redeemer, device=first.device, serials=serials
            )
        except BadRequest as error:
            if _NONE_VALID in error.said or len(serials) == 1:
                return _BatchReply(declined=serials)
            reason = Fact(SettleReason.BATCH_REFUSED, {"said": error.said})
            return await self._split(serials, reason)
        except (Unreachable, NotTheApi, Malformed) as error:
            if isinstance(error, Unreachable) and not error.sent:
                await self._note_answer(serials)
                await self._put_back(serials, _NEVER_SENT)
            raise
        except ServerFault:
            await self._note_fault(serials)
            raise
        except ApiError as error:
            if error.status == _TOO_LARGE and len(serials) > 1:
                return await self._split(serials, Fact(SettleReason.BATCH_TOO_LARGE))
            await self._note_answer(serials)
            reason = Fact(SettleReason.NO_REQUESTS, {"status": error.status})
            await self._put_back(serials, reason)
            raise
        self.server_time.note(granted.server_time)
        for fault in granted.faults:  # looked up like all that the answer does not grant
            structlog.get_logger("replay").warning(
                "an entry was set aside", list="granted", field=fault.field, problem=fault.problem
            )
        named = {each.serial for each in granted.admissions}
        ours = {
            each.serial
            for each in granted.admissions
            if not each.device or is_under_our_name(first, each)
        }
        rest = [each for each in serials if each not in ours]
        if granted.faults:
            return _BatchReply([each for each in serials if each in ours], unclear=rest)
        return _BatchReply(
            [each for each in serials if each in ours],
            [each for each in rest if each not in named],
            [each for each in rest if each in named],
        )

    async def _note(self, answer: _BatchReply) -> None:
        at = self.server_time.clock()

        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                _note(conn, answer, at)

        await self.writer.run(note)
        self._tell(answer)

    async def _split(self, serials: Sequence[str], reason: Fact) -> _BatchReply:
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
        found, faults = await listed(self.api, admission, self.size, self.server_time)
        if faults and not found:
            fault = faults[0]
            problem = Fact(fault.problem)
            raise Malformed(ApiFault.OUTCOME_MALFORMED, field=fault.field, problem=problem)
        refusal, shared = await self.writer.run(
            lambda conn: (_refusal(conn, admission), encounters.copies(conn, admission.device))
        )
        return outcome(admission, found, refusal, self.server_time.now(), shared=shared)

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

    def _tell(self, answer: _BatchReply) -> None:
        if answer.ours and self.on_progress:
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


def _marked(conn: SqlConnection, event: str, most: int, sent: datetime) -> Iterator[_Batch]:
    """Mark batches as being sent, until so many are or nothing is left."""
    for _ in range(most):
        batch = ledger.next_batch(conn, LARGEST_BATCH, event)
        if not batch:
            return
        ledger.mark_sending(conn, [each.serial for each in batch], sent)
        yield batch


def _note(conn: SqlConnection, answer: _BatchReply, at: datetime) -> None:
    """Confirm what an answer grants to this gate; the rest was answered and is in doubt."""
    ledger.confirm(conn, answer.ours, at)
    ledger.mark_answered(conn, answer.declined, declined=True)
    ledger.mark_answered(conn, answer.unclear)


async def _tolerating(failures: list[TicketingError], work: Awaitable[int]) -> int:
    """Do what a few admissions may make fail; such a failure is added to the others."""
    try:
        return await work
    except _OF_A_FEW as error:
        failures.append(error)
        return 0


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
