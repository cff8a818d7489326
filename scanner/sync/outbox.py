"""Where a replay takes admissions from, and notes what becomes of them: this gate's own, or others.

A key names one of them: a serial where no two can be of one ticket, else a nonce.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from scanner.admission.names import tag_of
from scanner.facts import Fact
from scanner.platform.delivery import Outcome, SettleReason
from scanner.platform.protocol import Platform
from scanner.store import encounters, ledger, sessions, ticket_writes, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.encounters import Encounter, EncounterKind
from scanner.store.ledger import Admission, State, Waiting
from scanner.store.writer import Writer

T = TypeVar("T")

Known = Sequence[tuple[str, Outcome]]
"""What became of some, by their keys."""


class Doubtful(NamedTuple):
    """An admission that was sent, by its key."""

    key: str
    admission: Admission


class Outbox(ABC):
    """Admissions of one event that are to be delivered.

    Those of its methods that take a connection are called inside `run`; those that write, inside a
    transaction.
    """

    @abstractmethod
    async def run(self, work: Callable[[SqlConnection], T]) -> T:
        """Do work on the file that has them."""

    @abstractmethod
    def key(self, waiting: Waiting) -> str:
        """Return what names an admission."""

    @abstractmethod
    def next_batch(self, conn: SqlConnection, most: int) -> Sequence[Waiting]:
        """Return the next ones that one request can carry; of a ticket only one."""

    @abstractmethod
    def in_doubt(self, conn: SqlConnection) -> list[Doubtful]:
        """Return those that were sent and not settled."""

    @abstractmethod
    def by_key(self, conn: SqlConnection, keys: Sequence[str]) -> list[Doubtful]:
        """Return these as they stand now."""

    @abstractmethod
    def mark_sending(self, conn: SqlConnection, keys: Sequence[str], sent: datetime) -> None:
        """Note that these are being sent; the time is the server's."""

    @abstractmethod
    def mark_answered(
        self, conn: SqlConnection, keys: Sequence[str], *, declined: bool = False
    ) -> None:
        """Note that nothing of their request is outstanding; or that it was declined."""

    @abstractmethod
    def mark_fault(self, conn: SqlConnection, keys: Sequence[str]) -> None:
        """Note that the platform failed on a request that carried these."""

    @abstractmethod
    def confirm(self, conn: SqlConnection, keys: Sequence[str], at: datetime) -> None:
        """Note an answer that granted these."""

    @abstractmethod
    def copied(self, conn: SqlConnection, admission: Admission) -> bool:
        """Tell whether a copy of its gate is known to have used its tag."""

    @abstractmethod
    async def move(self, platform: Platform, known: Known, at: datetime) -> None:
        """Note what became of some."""


@dataclass(frozen=True, slots=True)
class OwnOutbox(Outbox):
    """This gate's own admissions of one event: the ledger has them, each by its serial."""

    writer: Writer
    event: str

    async def run(self, work: Callable[[SqlConnection], T]) -> T:
        """Do work on the ledger."""
        return await self.writer.run(work)

    def key(self, waiting: Waiting) -> str:
        """Return its serial: one admission of a ticket stands."""
        return waiting.serial

    def next_batch(self, conn: SqlConnection, most: int) -> Sequence[Waiting]:
        """Return the oldest that are queued."""
        return ledger.next_batch(conn, most, self.event)

    def in_doubt(self, conn: SqlConnection) -> list[Doubtful]:
        """Return what is being sent."""
        sending = ledger.in_state(conn, State.SENDING)
        return [Doubtful(each.serial, each) for each in sending if each.event == self.event]

    def by_key(self, conn: SqlConnection, keys: Sequence[str]) -> list[Doubtful]:
        """Return the admissions of these serials that stand."""
        return [Doubtful(each.serial, each) for each in ledger.by_serial(conn, keys)]

    def mark_sending(self, conn: SqlConnection, keys: Sequence[str], sent: datetime) -> None:
        """Note it in the ledger."""
        ledger.mark_sending(conn, keys, sent)

    def mark_answered(
        self, conn: SqlConnection, keys: Sequence[str], *, declined: bool = False
    ) -> None:
        """Note it in the ledger."""
        ledger.mark_answered(conn, keys, declined=declined)

    def mark_fault(self, conn: SqlConnection, keys: Sequence[str]) -> None:
        """Note it in the ledger."""
        ledger.mark_fault(conn, keys)

    def confirm(self, conn: SqlConnection, keys: Sequence[str], at: datetime) -> None:
        """Note it in the ledger."""
        ledger.confirm(conn, keys, at)

    def copied(self, conn: SqlConnection, admission: Admission) -> bool:
        """Tell what the ledger knows of copies."""
        return encounters.copies(conn, admission.device)

    async def move(self, platform: Platform, known: Known, at: datetime) -> None:  # noqa: ARG002
        """Note it in the ledger, and in the cache who was first."""
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
        await self.writer.run(move)


def copies_met(event: str, known: Iterable[tuple[str, Outcome]]) -> Iterator[Encounter]:
    """Yield the copies of this gate that made admissions under its tag, by serial and outcome."""
    for serial, found in known:
        other = found.other
        made_by_copy = found.reason and found.reason.code == SettleReason.ADMITTED_BY_COPY
        if made_by_copy and other and other.device and tag_of(other.device):
            yield Encounter(EncounterKind.COPY, event, other.device, other.redeemer, serial)


def refusal_of(conn: SqlConnection, serial: str) -> Fact:
    """Say why the platform may have refused a serial, from what the cache knows of the ticket."""
    ticket = tickets.find_ticket(conn, serial)
    if ticket is None:
        return Fact(SettleReason.UNKNOWN_TICKET)
    if not ticket.listed:
        return Fact(SettleReason.WITHDRAWN)
    if sessions.read_standing(conn).closed or not ticket.permitted:
        return Fact(SettleReason.NOT_PERMITTED, {"section": ticket.section.name})
    return Fact(SettleReason.NOT_GRANTED, {"status": ticket.status.value})
