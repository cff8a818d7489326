"""Databases of a real gate, and ways to damage a copy of one."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scanner.admission.rules import Reentry
from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.gate import Gate, PlatformsWord
from scanner.judging import Judged
from scanner.store import ledger, ticket_writes
from scanner.store.checkpoint import checkpoint_file
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.ledger import State
from scanner.store.migrate import cache_file
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer
from tests.store.worlds import BALCONY, NOW, fill, row, seconds

TICKETS = tuple(f"DAWIER-BACK{number:08}" for number in range(60))
ADMITTED = TICKETS[:42]
WITHHELD = ADMITTED[40:]
LIMIT = 10.0
PAGE = 4096


class RefusesSome:
    """The API as it says no to a few, before the green light."""

    def ask(self, judged: Judged, /) -> PlatformsWord:
        refused = judged.verdict.serial in WITHHELD
        return PlatformsWord(Fact("text", {"text": "already redeemed"}) if refused else None)


@dataclass(frozen=True)
class Kept:
    """The ledger's rows, as far as a second copy of what they say exists."""

    journal: list[tuple[object, ...]]
    admissions: list[tuple[object, ...]]
    withheld: list[tuple[object, ...]]

    def serials(self) -> set[object]:
        return {each[0] for each in self.admissions}

    def presentations(self) -> int:
        return sum("note" not in each for each in self.journal)

    def reentries(self) -> int:
        return sum("reentry" in each for each in self.journal)


def read(file: Path) -> Kept:
    with closing(open_reader(file)) as conn:
        return Kept(
            conn.execute("SELECT * FROM journal ORDER BY id").fetchall(),
            conn.execute(
                "SELECT serial, journal, event, section, redeemer, device, at, state, reason"
                " FROM admission ORDER BY journal"
            ).fetchall(),
            conn.execute("SELECT * FROM withheld ORDER BY journal").fetchall(),
        )


@contextmanager
def evening(file: Path) -> Iterator[Writer]:
    """Run a gate for an evening: admissions in every state, refusals, some withheld."""
    with closing(open_database(file)) as conn:
        fill(conn, _tickets())
        ticket_writes.write_others(conn, [(TICKETS[50], EarlierAdmission(NOW, "Sam", "door-2"))])
    with Writer(file) as writer:
        gate = Gate(writer, RefusesSome())
        for number, serial in enumerate(ADMITTED):
            for payload in (serial, "https://example.org/") if number % 3 else (serial,):
                gate.note_shown(gate.present(payload, seconds(number), "camera").result(LIMIT))
            if number == len(ADMITTED) // 2:
                writer.submit(_fold).result(LIMIT)
            if number % 6 == 5:
                writer.submit(partial(_settle, number)).result(LIMIT)
        gate.present(ADMITTED[3], seconds(99), "override", Reentry("smoke")).result(LIMIT)
        writer.submit(ledger.enqueue).result(LIMIT)
        yield writer


def copied(file: Path, folder: Path) -> Path:
    """Copy a database with its log and its checkpoint, as a crash would leave them."""
    folder.mkdir(parents=True)
    cache = cache_file(file)
    for each in (file, Path(f"{file}-wal"), cache, Path(f"{cache}-wal"), checkpoint_file(file)):
        if each.exists():
            shutil.copy(each, folder / each.name)
    return folder / file.name


def flip(file: Path, at: int, mask: int) -> None:
    data = bytearray(file.read_bytes())
    data[at % len(data)] ^= mask
    file.write_bytes(data)


def cut(file: Path, length: int) -> None:
    with file.open("r+b") as stream:
        stream.truncate(length % file.stat().st_size)


def blank(file: Path, page: int) -> None:
    """Overwrite one page of the database, or the frame of the log in its place, with zeros."""
    head, step = (32, PAGE + 24) if file.name.endswith("-wal") else (0, PAGE)
    count = (file.stat().st_size - head) // step
    with file.open("r+b") as stream:
        stream.seek(head + (page % count) * step)
        stream.write(bytes(step))


def first_page_with(file: Path, text: str) -> int:
    """Return the number of the first page that holds a text, from 0."""
    return file.read_bytes().index(text.encode()) // PAGE


def _tickets() -> list[TicketRow]:
    return [*map(row, TICKETS), row("DAWIER-BALC00000001", BALCONY)]


def _fold(conn: sqlite3.Connection) -> None:
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _settle(number: int, conn: sqlite3.Connection) -> None:
    ends = (State.CONFIRMED, State.CONFLICT, State.REFUSED, State.QUEUED)
    with transaction(conn):
        batch = [each.serial for each in ledger.next_batch(conn, 5)]
        ledger.mark_sending(conn, batch, NOW)
        for serial, end in zip(batch, ends, strict=False):  # the last one stays in doubt
            ledger.mark_answered(conn, [serial])
            ledger.move(
                conn,
                serial,
                end,
                seconds(number),
                Fact("text", {"text": f"because of {end.value}"}),
            )
