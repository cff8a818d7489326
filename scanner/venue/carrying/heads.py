"""The heads of the gates' journals: each gate tells its own, and looks at all others'.

A head is the number and the hash of a journal's last row, and stands for all rows before it. So a
ledger that was put back or rewritten is found by any other gate, and by its own at its next start.
"""

from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from nats.js.errors import APIError, NotFoundError

from scanner.facts import Fact, Value
from scanner.store import anchor, hearsay, journal, venue_claims, venue_heads
from scanner.store.anchor import Head
from scanner.store.database import SqlConnection, transaction
from scanner.store.venue_heads import HeadFault, KnownHead
from scanner.venue.errors import Sealed
from scanner.venue.provisioning import HEADS
from scanner.venue.subjects import packed, unpacked

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.api import RawStreamMsg

    from scanner.venue.carrying.line import Here

TELL_SECONDS = 60.0
LOOK_SECONDS = 5.0
_POSITION = "heads"
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"

_log = structlog.get_logger("venue")


class Told(NamedTuple):
    """A gate's head as it tells it.

    Attributes:
        name: the gate's.
        head: its journal's last row, and its hash.
        before: the row that it told last, and the hash that this row has now; nothing where there
            is no such row any more, or none was told.
    """

    name: str
    head: Head
    before: Head | None


def compare(known: Head, told: Told) -> HeadFault | None:
    """Say what is wrong about a head, after the one that the same gate told before."""
    if told.head.row < known.row:
        return HeadFault.WENT_BACK
    if told.head.row == known.row:
        return None if told.head.digest == known.digest else HeadFault.OTHER_ROW
    before = told.before
    if before and before.row == known.row and before.digest != known.digest:
        return HeadFault.REWRITTEN
    return None


class Heads:
    """One gate's part.

    Args:
        here: this gate.
        name: what it is called.

    Attributes:
        seen: the other gates' last heads.
        found: what was found wrong since the session was opened.
    """

    def __init__(self, here: "Here", name: str) -> None:
        self._here = here
        self._name = name
        self._checked = False
        self._stale = True  # what was found is to be read again: it is among all of the journal
        self.seen: dict[str, KnownHead] = {}
        self.found: tuple[Fact, ...] = ()

    async def tell(self, js: "JetStreamContext") -> None:
        """Tell this gate's head; the first time, close the gate if it lacks what it told before.

        Raises:
            nats.errors.Error, StoreError: it was not told.
        """
        subject = f"heads.{self._here.gate}"
        last, sequence = await self._last_own(js, subject)
        if last and not self._checked:
            await self._check(last)
        self._checked = self._stale = True
        told = await self._here.writer.run(lambda conn: self._content(conn, last))
        message = packed(self._here.key, told, subject)
        try:
            await js.publish(subject, message, stream=HEADS, headers={_EXPECTED: str(sequence)})
        except APIError:
            _log.info("another program of this gate has told its head meanwhile")

    async def _last_own(self, js: "JetStreamContext", subject: str) -> tuple[Head | None, int]:
        try:
            found = await js.get_last_msg(HEADS, subject)
        except NotFoundError:
            return None, 0
        try:
            return self._read(found, subject).head, found.seq or 0
        except (Sealed, ValueError):
            return None, found.seq or 0

    async def _check(self, last: Head) -> None:
        at = self._here.clock()

        def check(conn: SqlConnection) -> bool:
            return not last.is_in(conn) and anchor.close_put_back(conn, last, at)

        if await self._here.writer.run(check):
            _log.warning("this ledger lacks what the venue has of it", row=last.row)

    def _content(self, conn: SqlConnection, last: Head | None) -> dict[str, Any]:
        row, digest = journal.head(conn)
        mac = venue_heads.mac_at(conn, row)
        now = venue_heads.hash_at(conn, last.row) if last else None
        return {
            "name": self._name,
            "row": row,
            "hash": digest.hex(),
            "mac": mac.hex() if mac else None,
            "before": [last.row, now.hex()] if last and now else None,
        }

    async def look(self, js: "JetStreamContext") -> None:
        """Compare the heads that have come since the last time.

        Raises:
            nats.errors.Error, StoreError: not all of them; it goes on there the next time.
        """
        writer = self._here.writer
        known = await writer.run_on_cache(venue_heads.read)
        position = await writer.run_on_cache(lambda conn: venue_claims.position(conn, _POSITION))
        if not position:
            position = await self._begin(js)
        async for message in _after(js, position):
            position = message.seq or position
            await self._take(known, message)
            await writer.run_on_cache(partial(_note_position, position))
        self.seen = known
        if self._stale:
            self.found = tuple(await writer.run_on_cache(venue_heads.findings))
            self._stale = False

    async def _begin(self, js: "JetStreamContext") -> int:
        """Return where to begin the first time: each gate's last head, at the earliest."""
        info = await js.stream_info(HEADS, subjects_filter=">")
        last = [(await js.get_last_msg(HEADS, each)).seq or 1 for each in info.state.subjects or {}]
        return min(last) - 1 if last else info.state.last_seq

    async def _take(self, known: dict[str, KnownHead], message: "RawStreamMsg") -> None:
        subject = message.subject or ""
        gate = subject.rpartition(".")[2]
        if gate == self._here.gate:
            return
        try:
            told = self._read(message, subject)
        except (Sealed, ValueError):
            _log.warning("a head that can't be read", gate=gate)
            return
        at, before = self._here.clock(), known.get(gate)
        fault = compare(before.head, told) if before else None
        if before and fault:
            params: dict[str, Value] = {
                "gate": told.name,
                "key": gate,
                "row": before.head.row,
                "head": before.head.digest.hex(),
                "now": told.head.row,
            }
            await self._note(Fact(fault, params))
        known[gate] = now = KnownHead(gate, told.name, told.head, at)

        def write(conn: SqlConnection) -> None:
            with transaction(conn):
                venue_heads.write(conn, [now])

        await self._here.writer.run_on_cache(write)

    async def _note(self, finding: Fact) -> None:
        at = self._here.clock()

        def note(conn: SqlConnection) -> bool:
            with transaction(conn):
                return venue_heads.note(conn, finding, at)

        self._stale = True
        if await self._here.writer.run(note):
            _log.warning("another gate's ledger is not what it was", finding=str(finding))

    def _read(self, message: "RawStreamMsg", subject: str) -> Told:
        found = unpacked(self._here.key, message.data or b"", subject)
        try:
            before = found["before"]
            return Told(
                hearsay.text(found["name"]),
                _head(found["row"], found["hash"]),
                _head(*before) if before else None,
            )
        except (KeyError, TypeError) as error:
            raise ValueError("no head") from error


def _head(row: Any, digest: Any) -> Head:
    return Head(hearsay.number(row), bytes.fromhex(hearsay.text(digest)))


def _note_position(position: int, conn: SqlConnection) -> None:
    venue_claims.note_position(conn, _POSITION, position)


async def _after(js: "JetStreamContext", position: int) -> "AsyncIterator[RawStreamMsg]":
    """Yield the stream's messages after a position, as far as there are any."""
    while True:
        try:
            message = await js.get_msg(HEADS, position + 1, subject="heads.*", next=True)
        except NotFoundError:
            return
        yield message
        position = message.seq or position + 1
