"""A device whose platform has several doors for one event, and what the platform has of each."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from scanner.admission.code_form import CodeForm
from scanner.admission.door import DoorRules
from scanner.admission.rules import Word
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Kind, Reason
from scanner.judging import Judged, Presented, judge
from scanner.store import details, ledger, passages, sessions, ticket_writes, tickets
from scanner.store.database import open_database, transaction
from scanner.store.details import TicketDetail
from scanner.store.ledger import State
from scanner.store.tickets import CachedSection, TicketRow
from tests.store.worlds import FLOOR, SESSION, row, seconds

CODES = ("qx7k3m9d2h5fj8w4", "bzt6vy1nac0prsgl", "h2m8c4x6k9w3f7d5")
MAIN, LOUNGE, STAGE = (f"/organizers/house/events/night/checkinlists/{n}" for n in (1, 2, 3))
DOORS = {
    MAIN: DoorRules(entry_after_exit=True),
    LOUNGE: DoorRules(),
    STAGE: DoorRules(multiple_entries=True),
}
OTHER = "k2p9 south"


@dataclass
class Move:
    """One entry or exit as the platform has it; `own` is this device's."""

    leaves: bool
    own: bool
    at: datetime


@dataclass
class House:
    """The ledger of a device, and what its platform has of each door."""

    conn: sqlite3.Connection
    door: str = MAIN
    second: int = 0
    moves: dict[tuple[str, str], list[Move]] = field(default_factory=lambda: defaultdict(list))
    cancelled: set[str] = field(default_factory=set)

    def here(self, code: str) -> list[Move]:
        return self.moves[self.door, code]

    def goes_to(self, door: str, *, passages: bool = True) -> None:
        """Open the session of a door, and pull its list."""
        self.door = door
        session = replace(
            SESSION, event=door, platform="pretix", form=CodeForm.SECRET, passages=passages
        )
        with transaction(self.conn):
            sessions.open_session(self.conn, session)
            tickets.belong_to(self.conn, session)
            tickets.write_sections(self.conn, [CachedSection(FLOOR, "Floor", 100, permitted=True)])
            details.write_door(self.conn, DOORS[door])
            ticket_writes.finish_pull(self.conn, synced=seconds(0), watermark=None)
        self.pull()

    def pull(self) -> None:
        with transaction(self.conn):
            ticket_writes.write_tickets(self.conn, [self.ticket(code) for code in CODES], 1)
            for code in CODES:
                others = [each for each in self.here(code) if not each.own and not each.leaves]
                if others:
                    came = EarlierAdmission(others[-1].at, None, OTHER)
                    ticket_writes.write_others(self.conn, [(code, came)])
                if self.has_left(code) and not self.here(code)[-1].own:
                    left = EarlierAdmission(self.here(code)[-1].at, None, OTHER)
                    ticket_writes.write_exits(self.conn, [(code, left)])

    def ticket(self, code: str) -> TicketRow:
        status = TicketStatus.CANCELLED if code in self.cancelled else TicketStatus.ISSUED
        detail = TicketDetail(key=str(CODES.index(code)))
        return row(code, status=status, owner=None)._replace(detail=detail)

    def has_left(self, code: str) -> bool:
        return bool(self.here(code) and self.here(code)[-1].leaves)

    def came(self, code: str) -> bool:
        return any(not each.leaves for each in self.here(code))

    def would_take(self, code: str) -> bool:
        """Judge an entry as the platform does, from this door's moves alone."""
        rules = DOORS[self.door]
        back = rules.entry_after_exit and self.has_left(code)
        return code not in self.cancelled and (
            not self.came(code) or rules.multiple_entries or back
        )

    def now(self) -> datetime:
        self.second += 1
        return seconds(self.second)

    def present(self, code: str, word: Word | None = None, *, shown: bool = True) -> Judged:
        at = self.now()
        with transaction(self.conn):
            judged = judge(self.conn, Presented(code, at, "camera", word))
            if shown and judged.verdict.admits:
                ledger.note_shown(self.conn, code, judged.scan)
        verdict = judged.verdict
        if verdict.kind in (Kind.ADMITTED, Kind.REENTRY, Kind.EXITED):
            self.here(code).append(Move(verdict.kind is Kind.EXITED, True, at))
        return judged

    def reason(self, code: str, word: Word | None = None) -> Reason:
        return self.present(code, word).verdict.reason

    def deliver(self) -> int:
        """Send all that may be sent for this door; returns how much is left."""
        with transaction(self.conn):
            while batch := ledger.next_batch(self.conn, 9, self.door):
                serials = [each.serial for each in batch]
                ledger.mark_sending(self.conn, serials, self.now())
                ledger.confirm(self.conn, serials, self.now())
            while rows := [each.journal for each in passages.next_ones(self.conn, 9, self.door)]:
                passages.mark_sending(self.conn, rows, self.now())
                for each in rows:
                    passages.settle(self.conn, each, State.CONFIRMED, self.now())
        open_ones = [each for each in passages.in_state(self.conn) if each.event == self.door]
        return sum(each.state is not State.CONFIRMED for each in open_ones)


def house_in(folder: Path) -> House:
    """Make a ledger in a folder, and open its first session; nothing waits for the disk."""
    house = House(open_database(folder / "gate.sqlite3"))
    house.conn.execute("PRAGMA synchronous = OFF")
    house.goes_to(MAIN)
    return house
