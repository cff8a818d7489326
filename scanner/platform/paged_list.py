"""Reads a list of the API to its end, whatever the server makes of page, size and total.

What counts is what came: a page may be shorter than was asked for, its total may lie, and its
entries may have moved since the page before.
"""

import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from scanner.paths import replace_file
from scanner.platform.errors import ApiError, ApiFault, ListError, NoSuchPage
from scanner.platform.resources import Fault, Page

T = TypeVar("T")

MOST_ENTRIES = 300_000
MOST_REQUESTS = 5_000
"""More than any event's list; what goes on beyond never ends."""

_REFUSES_SIZE = frozenset({400, 413, 422})
_STALE_PAGES = 3
"""Pages without anything new in a row, where the total says that more is to come."""

_RECORDS = 500
_KEPT_IN = "page-sizes.json"
_KEPT_FOR = timedelta(days=1)
"""A server may take larger pages again, and a refusal may have been somebody else's."""


@dataclass(slots=True)
class PageSize:
    """How many entries a server puts on one page; learned from any list, used for every list.

    Attributes:
        records: what is asked for.
        proved: the largest page that came full.
        on_learned: told when the server takes fewer.
    """

    records: int = _RECORDS
    proved: int = 0
    on_learned: Callable[[int], None] | None = None

    def learn(self, records: int) -> None:
        """Ask for fewer from now on, if these are fewer."""
        if records < self.records:
            self.records = records
            if self.on_learned:
                self.on_learned(records)


class PageSizes:
    """The page sizes that servers take, by address; what is learned is kept for a day.

    It is kept in a small file of the data folder, for every command, with or without a session.
    A file that can't be read or written costs a few requests, and nothing else.

    Args:
        folder: the data folder.
        records: what is asked for where nothing smaller is known.
    """

    def __init__(self, folder: Path, records: int = _RECORDS) -> None:
        self._file = folder / _KEPT_IN
        self._records = records
        self._sizes: dict[str, PageSize] = {}

    def of(self, api: str) -> PageSize:
        """Return the size of the server at an address, one object for all who ask it."""
        if api not in self._sizes:
            size = PageSize(self._records)
            size.learn(self._read().get(api, (size.records, ""))[0])
            size.on_learned = lambda records: self._keep(api, records)
            self._sizes[api] = size
        return self._sizes[api]

    def _read(self) -> dict[str, tuple[int, str]]:
        """Return what was learned lately: entries and time (ISO 8601), by address."""
        now = datetime.now(UTC)
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            return {
                str(api): (max(1, int(records)), str(at))
                for api, (records, at) in json.loads(self._file.read_bytes()).items()
                if abs(now - datetime.fromisoformat(at)) < _KEPT_FOR
            }
        return {}

    def _keep(self, api: str, records: int) -> None:
        known = {**self._read(), api: (records, datetime.now(UTC).isoformat())}
        with contextlib.suppress(OSError):
            replace_file(self._file, json.dumps(known).encode())


class PagedList(Generic[T]):
    """One reading of a list, from a page on.

    Args:
        ask: asks for a page, by its number and size.
        identity: what tells two entries apart.
        size: the server's.
        page: the first page to read.
        records: its size; the server's where it isn't given.

    Attributes:
        page: the page that is read next.
        records: its size.
        total: how many entries there are, as the last answer said; a hint.
        came: entries so far, each once; before `page` as many as fit there.
        short: whether the list has ended before its total.
        steady: whether nothing moved meanwhile: one total, and no entry came twice.
    """

    def __init__(
        self,
        ask: Callable[[int, int], Awaitable[Page[T]]],
        identity: Callable[[T], Hashable],
        size: PageSize,
        *,
        page: int = 1,
        records: int | None = None,
    ) -> None:
        self._ask = ask
        self._identity = identity
        self._size = size
        self.page = page
        self.records = records or size.records
        self.total: int | None = None
        self.came = (page - 1) * self.records
        self.steady = True
        self._covered = self.came
        self._received = self.came
        self._seen: set[int] = set()
        self._requests = 0
        self._stale = 0
        self._cut = False
        self._ended = False
        self._last = (page - 1, self.records) if page > 1 else None  # a page that had entries

    @property
    def short(self) -> bool:
        """Whether fewer entries came than the total says, even counting those that came twice."""
        return self._received < (self.total or 0)

    @property
    def exact(self) -> bool:
        """Whether as many came as the total says, and nothing moved meanwhile."""
        return self.steady and self.came == (self.total or 0)

    async def pages(self) -> AsyncGenerator[Page[T], None]:
        """Read page after page; when one is given, `page` and `records` are those of the next.

        Raises:
            ListError: the list has no end, or contradicts itself.
            TicketingError: a page could not be read.
        """
        while not self._ended:
            found = await self._next()
            if found is None:
                break
            if self.total not in (None, found.total):
                self.steady = False
            self.total = found.total
            self._take(found)
            yield found
        if self.total and not self.came:
            raise ListError(ApiFault.LIST_SHORT, came=0, total=self.total)

    async def first(self) -> Page[T] | None:
        """Read the first page alone, whose size a server may refuse; nothing where there is none.

        Raises:
            TicketingError: it could not be read.
        """
        async with contextlib.aclosing(self.pages()) as pages:
            return await anext(pages, None)

    async def still_has_its_end(self) -> bool:
        """Tell whether the last page that had entries has some now: the list may have vanished
        while it was read, and then it only seemed to end there.

        Raises:
            TicketingError: it could not be read.
        """
        if self._last is None:
            return True
        with contextlib.suppress(NoSuchPage):
            return bool((await self._ask(*self._last)).entries)
        return False

    async def _next(self) -> Page[T] | None:
        """Ask for the next page, in a smaller size where it is refused; nothing past the end."""
        refused = False
        while True:
            self._requests += 1
            if self._requests > MOST_REQUESTS or self.came > MOST_ENTRIES:
                raise self._endless()
            try:
                found = await self._ask(self.page, self.records)
            except NoSuchPage:
                return None
            except ApiError as error:
                if error.status not in _REFUSES_SIZE or self.records == 1:
                    raise
                refused = True
                self._resize(self.records // 2)
                continue
            if refused:
                self._size.learn(self.records)
            return found

    def _take(self, found: Page[T]) -> None:
        """Count what came, and find out where to go on."""
        count = len(found.entries) + len(found.faults)
        if found.entries:
            self._last = (self.page, self.records)
        repeated_by_us = self._covered - (self.page - 1) * self.records
        keys = {hash(self._identity(each)) for each in found.entries}
        new = len(keys - self._seen)
        self._seen |= keys
        if not new and self._is_complete:
            self._ended = True  # however a server answers past the end
            return
        if len(found.entries) - new > repeated_by_us:
            self.steady = False
        if count > repeated_by_us:
            self.came += new + len(found.faults)
            self._received += count - repeated_by_us
        if new:
            self._stale = 0
            self._go_on_after(count)
        else:
            self._go_on_without_news(count, repeated_by_us)

    def _go_on_after(self, count: int) -> None:
        start = (self.page - 1) * self.records
        self._covered = max(self._covered, start + count)
        if count == self.records:
            self._size.proved = max(self._size.proved, count)
            if self._cut:
                self._size.learn(count)
            self.page += 1
        elif count > self.records:
            self._resize(count)
        elif self._is_complete and self.records <= self._size.proved:
            self._ended = True
        elif self._cut or self._covered > count:
            self.page += 1  # a full page came before: the server holds this size
            self._covered = start + self.records
        else:
            self._cut = True  # or it is the end, which the next page shows
            self._resize(count)

    def _go_on_without_news(self, count: int, repeated_by_us: int) -> None:
        self._stale += 1
        if 0 < count <= repeated_by_us:
            self._ended = True  # nothing comes after what was covered
        elif self._stale > _STALE_PAGES:
            if count:
                raise self._endless()
            self._ended = True
        self.page += 1
        self._covered = max(self._covered, (self.page - 1) * self.records)

    @property
    def _is_complete(self) -> bool:
        return self.came >= (self.total or 0)

    def _resize(self, records: int) -> None:
        """Ask for another size from now on, from the page that has the next entry."""
        self.records = max(1, records)
        self.page = self._covered // self.records + 1

    def _endless(self) -> ListError:
        return ListError(ApiFault.LIST_ENDLESS, came=self.came, total=self.total or 0)


async def pages_of(
    ask: Callable[[int, int], Awaitable[Page[T]]],
    identity: Callable[[T], Hashable],
    size: PageSize,
) -> AsyncGenerator[Page[T], None]:
    """Read a list's pages; once more from the first where something moved meanwhile.

    Raises:
        TicketingError: it could not be read to its end.
    """
    for _ in range(2):
        reading = PagedList(ask, identity, size)
        async for page in reading.pages():
            yield page
        if reading.exact:
            return


@dataclass(frozen=True, slots=True)
class WholeList(Generic[T]):
    """A list that was read to its end: each entry once, and what could not be read of it.

    Attributes:
        missing: how many more there are by the server's own total, which may lie.
    """

    entries: tuple[T, ...]
    faults: tuple[Fault, ...] = ()
    missing: int = 0


async def read_whole(
    ask: Callable[[int, int], Awaitable[Page[T]]],
    identity: Callable[[T], Hashable],
    size: PageSize,
) -> WholeList[T]:
    """Read a list to its end; once more where something moved meanwhile.

    Raises:
        TicketingError: it could not be read to its end.
    """
    found: dict[Hashable, T] = {}
    for _ in range(2):
        reading = PagedList(ask, identity, size)
        faults: list[Fault] = []
        async for page in reading.pages():
            found.update((identity(each), each) for each in page.entries)
            faults += page.faults
        if reading.exact:
            break
    missing = (reading.total or 0) - reading.came if reading.short else 0
    return WholeList(tuple(found.values()), tuple(faults), missing)
