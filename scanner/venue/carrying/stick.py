"""A queue's way by hand, where there is no network of any kind: out of one gate, into another."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scanner.facts import Fact
from scanner.platform.delivery import SettleReason
from scanner.store import carried, handed_over, journal, venue_claims
from scanner.store.carried import Taken
from scanner.store.carried_forms import Carried, CarriedOutcome
from scanner.store.database import SqlConnection, transaction
from scanner.store.handed_over import Applied
from scanner.store.journal import JournalNote
from scanner.store.writer import Writer
from scanner.venue.carrying import queue_file
from scanner.venue.carrying.queue_file import QueueFile
from scanner.venue.errors import VenueError, VenueFault
from scanner.venue.members.membership import Membership


@dataclass(frozen=True, slots=True)
class Exported:
    """What is to be written.

    Attributes:
        content: the file's.
        number: the file's, of this gate.
        admissions: how many of this gate's own are in it.
        outcomes: how many of other gates'.
    """

    content: bytes
    number: int
    admissions: int
    outcomes: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought.

    Attributes:
        file: as it was read.
        taken: what became of its admissions.
        applied: what became of this gate's own, by its outcomes.
    """

    file: QueueFile
    taken: Taken
    applied: Applied


@dataclass(frozen=True, slots=True)
class Stick:
    """Takes a gate's queue out and others' in, while nothing is delivered.

    Args:
        membership: this gate's.
        writer: of its database.
        clock: the gate's time, aware.
        held: lets nothing be delivered meanwhile; gives `False` where it is.
    """

    membership: Membership
    writer: Writer
    clock: Callable[[], datetime]
    held: Callable[[], AbstractContextManager[bool]]

    def export(self) -> Exported:
        """Hand over what is queued, and return the file that has it.

        Raises:
            VenueError: this gate delivers just now, or has not registered.
        """
        with self.held() as held:
            if not held:
                raise VenueError(VenueFault.BUSY)
            outcomes = self.writer.submit_to_cache(carried.outcomes).result()
            number, some = self.writer.submit(self._take).result()
        content = queue_file.write(self.membership, number, some, outcomes)
        return Exported(content, number, len(some), sum(map(len, outcomes.values())))

    def _take(self, conn: SqlConnection) -> tuple[int, Sequence[Carried]]:
        at = self.clock()
        numbers = [int(str(fact.params.get("number", 0))) for _, fact in _exports(conn)]
        number = max(numbers, default=0) + 1
        with transaction(conn):
            some = handed_over.unsettled(conn, self.membership.public)
            handed_over.hand_over(conn, some, at, Fact(SettleReason.HANDED_OVER))
            told: Mapping[str, int] = {"number": number, "count": len(some)}
            journal.note(conn, Fact(JournalNote.QUEUE_EXPORTED, told), at)
        return number, some

    def take_in(self, file: Path) -> Imported:
        """Take in a file: its admissions, to be delivered from here, and outcomes of our own.

        Raises:
            VenueError: it is not one to take in, or this gate delivers just now; nothing was taken.
        """
        found = queue_file.read_file(self.membership, file)
        if found.gate == self.membership.public:
            raise VenueError(VenueFault.OWN, file=file)
        outcomes = found.outcomes.get(self.membership.public, ())
        with self.held() as held:
            if not held:
                raise VenueError(VenueFault.BUSY)
            taken = self.writer.submit_to_cache(lambda conn: _put(conn, found, file)).result()
            applied = self.writer.submit(lambda conn: self._apply(conn, outcomes)).result()
        self.writer.submit_to_cache(lambda conn: _note_first(conn, applied)).result()
        return Imported(found, taken, applied)

    def _apply(self, conn: SqlConnection, outcomes: Sequence[CarriedOutcome]) -> Applied:
        with transaction(conn):
            return handed_over.apply(conn, outcomes, self.clock())


def _put(conn: SqlConnection, found: QueueFile, file: Path) -> Taken:
    position = f"queue-file {found.gate}"
    if found.number < venue_claims.position(conn, position):
        raise VenueError(VenueFault.OLDER, file=file, gate=found.name)
    with transaction(conn):
        taken = carried.put(conn, found.admissions)
    venue_claims.note_position(conn, position, found.number)
    return taken


def _note_first(conn: SqlConnection, applied: Applied) -> None:
    with transaction(conn):
        handed_over.write_first(conn, applied.moved)


def _exports(conn: SqlConnection) -> "list[tuple[int, Fact]]":
    return list(journal.notes(conn, JournalNote.QUEUE_EXPORTED))
