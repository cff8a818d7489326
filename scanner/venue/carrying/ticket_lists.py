"""One gate's pull serves all: it publishes its lists, and a gate without the platform takes them.

A section's list is in chunks, with a head that names them. Two places are used in turn, so that the
list that the head names stays whole while the next one is written. Where two gates publish at once,
the second one's head is refused, and it looks again later whether the list that is there is whole.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from nats.js.errors import APIError, NotFoundError

from scanner.platform.resources import Listed, Page
from scanner.store import hearsay, sessions, shared_lists, tickets
from scanner.store.database import SqlConnection, open_reader
from scanner.store.shared_lists import Lists, SectionList
from scanner.store.tickets import TicketRow
from scanner.venue.errors import Sealed
from scanner.venue.provisioning import TICKETS
from scanner.venue.subjects import event_name, packed, section_name, unpacked

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from scanner.venue.carrying.line import Here

LOOK_SECONDS = 5.0
_CHUNK = 4000
"""Tickets in one message: sealed, some 200 kB; the engine takes a megabyte."""
_PLACE = 1_000_000
"""Chunks of the second place have numbers from here."""
_MOST_CHUNKS = 1000
_RECENT = timedelta(minutes=5)
"""A list that is younger than this gate's own, less so much, need not be published again."""
_AHEAD = timedelta(hours=1)
"""A list that is newer than this gate's own by more, which was pulled just now, is wrong: it would
keep all that come from being published."""
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"

_log = structlog.get_logger("venue")


class ListHead(NamedTuple):
    """What says where a section's list is.

    Attributes:
        number: names the list; each of its chunks bears it.
        place: the number of its first chunk.
        chunks: how many there are.
        tickets: how many there are.
        watermark: the server's time that it is at least as new as.
        uri: the section's.
        name: the section's.
    """

    number: str
    place: int
    chunks: int
    tickets: int
    watermark: datetime
    uri: str
    name: str


class TicketLists:
    """One gate's part.

    Args:
        here: this gate.
    """

    def __init__(self, here: "Here") -> None:
        self._here = here
        self._published: datetime | None = None
        self._unsure: set[str] = set()
        self._taken: frozenset[str] = frozenset()

    async def publish(self, js: "JetStreamContext") -> None:
        """Publish the lists after each whole pull of this gate's own.

        Raises:
            nats.errors.Error, StoreError: not all of them; they are published the next time.
        """
        if not self._here.line.is_online():
            return
        session = await self._here.writer.run(sessions.read_session)
        if session is None or session.whole is None or session.whole == self._published:
            return
        lists = await asyncio.to_thread(self._read)
        if lists is None:
            return
        for each in lists.sections:
            await self._publish(js, lists, each)
        self._published = session.whole

    def _read(self) -> Lists | None:
        with closing(open_reader(self._here.writer.file)) as conn:
            return shared_lists.read(conn)

    async def _publish(self, js: "JetStreamContext", lists: Lists, section: SectionList) -> None:
        base = self._base(lists.event, section.uri)
        before, sequence = await self._head(js, base)
        recent = before and -_RECENT < before.watermark - lists.watermark < _AHEAD
        if before and recent and (base not in self._unsure or await self._rows(js, base, before)):
            self._unsure.discard(base)
            return
        number = secrets.token_hex(8)
        place = _PLACE - before.place if before else 0
        starts = range(0, len(section.rows), _CHUNK)
        for index, start in enumerate(starts):
            rows = section.rows[start : start + _CHUNK]
            told = {"list": number, "chunk": index, "tickets": rows}
            await self._write(js, f"{base}.{place + index}", told)
        head = {
            "list": number,
            "place": place,
            "chunks": len(starts),
            "count": len(section.rows),
            "watermark": lists.watermark.isoformat(),
            "section": [section.uri, section.name],
        }
        try:
            await self._write(js, f"{base}.head", head, {_EXPECTED: str(sequence)})
        except APIError:
            self._unsure.add(base)
            raise
        self._unsure.discard(base)
        _log.info("a section's tickets were published", tickets=len(section.rows))

    async def _write(
        self,
        js: "JetStreamContext",
        subject: str,
        content: Any,
        headers: dict[str, str] | None = None,
    ) -> None:
        message = await asyncio.to_thread(packed, self._here.key, content, subject)
        await js.publish(subject, message, stream=TICKETS, headers=headers)

    async def take(self, js: "JetStreamContext") -> None:
        """Take the others' lists while this gate is offline, if they are newer than its own.

        Raises:
            nats.errors.Error, StoreError: they could not be had; nothing was taken.
        """
        if self._here.line.is_online():
            return

        def read(conn: SqlConnection) -> tuple[sessions.StoredSession | None, frozenset[str]]:
            return sessions.read_session(conn), tickets.permitted_sections(conn)

        session, permitted = await self._here.writer.run(read)
        if session is None or session.invalid or not permitted:
            return
        heads = {}
        for uri in sorted(permitted):
            base = self._base(session.event, uri)
            head, _ = await self._head(js, base)
            if head and not (session.watermark and head.watermark <= session.watermark):
                heads[base] = head
        numbers = frozenset(each.number for each in heads.values())
        if not heads or numbers == self._taken:
            return
        rows: list[TicketRow] = []
        for base, head in heads.items():
            found = await self._rows(js, base, head)
            if found is None:
                return  # it is being written, or was torn; the next head names a whole one
            rows += found
        watermark = min(each.watermark for each in heads.values())
        whole = len(heads) == len(permitted)
        if await self._here.line.take_list(Pulled(rows, watermark), watermark, whole=whole):
            self._taken = numbers
            _log.info("tickets were taken from the venue", tickets=len(rows), whole=whole)

    def _base(self, event: str, section: str) -> str:
        key = self._here.key
        return f"tickets.{event_name(key, event)}.{section_name(key, section)}"

    async def _head(self, js: "JetStreamContext", base: str) -> tuple[ListHead | None, int]:
        content, sequence = await self._content(js, f"{base}.head")
        try:
            uri, name = content["section"]
            head = ListHead(
                hearsay.text(content["list"]),
                hearsay.number(content["place"]),
                hearsay.number(content["chunks"]),
                hearsay.number(content["count"]),
                hearsay.time(content["watermark"]),
                hearsay.text(uri),
                hearsay.text(name),
            )
        except (KeyError, TypeError, ValueError):
            return None, sequence
        return (head if head.chunks <= _MOST_CHUNKS else None), sequence

    async def _rows(
        self, js: "JetStreamContext", base: str, head: ListHead
    ) -> list[TicketRow] | None:
        """Return a list's tickets; nothing where a chunk is another list's, or is missing."""
        found: list[TicketRow] = []
        for index in range(head.chunks):
            content, _ = await self._content(js, f"{base}.{head.place + index}")
            try:
                if (content["list"], content["chunk"]) != (head.number, index):
                    return None
                found += await asyncio.to_thread(
                    shared_lists.rows_of, head.uri, head.name, content["tickets"]
                )
            except (KeyError, TypeError, ValueError):
                return None
        return found if len(found) == head.tickets else None

    async def _content(self, js: "JetStreamContext", subject: str) -> tuple[Any, int]:
        try:
            message = await js.get_last_msg(TICKETS, subject)
        except NotFoundError:
            return None, 0
        sequence = message.seq or 0
        try:
            opened = await asyncio.to_thread(unpacked, self._here.key, message.data or b"", subject)
        except Sealed:
            _log.warning("a list that can't be read", subject=subject)
            return None, sequence
        return opened, sequence


class Pulled:
    """A list in memory, as a platform would tell it.

    Args:
        rows: all tickets.
        server_time: of their pull.
    """

    def __init__(self, rows: Sequence[TicketRow], server_time: datetime) -> None:
        self._rows = rows
        self._server_time = server_time

    async def tickets(
        self, *, page: int = 1, records: int = 500, modified_since: datetime | None = None
    ) -> Page[Listed]:
        """Return one page; of changes, all of them."""
        del modified_since
        start = (page - 1) * records
        some: tuple[Listed, ...] = tuple(self._rows[start : start + records])
        return Page(len(self._rows), page, records, some, server_time=self._server_time)
