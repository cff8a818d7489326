"""Reads what a gate has to know of its event, with few and small requests."""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from scanner.platform.errors import FieldFault
from scanner.platform.resources import Fault
from scanner.platform.tolerant_reader import FieldError, Gaps
from scanner.pretix import models
from scanner.pretix.client import Pretix, malformed, shaped
from scanner.pretix.resources import CheckInList, EventData, Item, ListPath, Question

T = TypeVar("T")


class EventReader:
    """Reads an event again and again; of products and questions only what changed is sent.

    Args:
        api: asks with the device's key.
        path: the gate's check-in list.
        language: names are in this one where they can be.

    Attributes:
        data: what was read last.
        faults: what was left out of it.
    """

    def __init__(self, api: Pretix, path: ListPath, language: str) -> None:
        self._api = api
        self._path = path
        self._language = language
        self._title: str | None = None
        self._dates: dict[int, str] = {}
        self._kept: dict[str, tuple[list[Any], str | None]] = {}
        self.data: EventData | None = None
        self.faults: tuple[Fault, ...] = ()

    async def known(self) -> EventData:
        """Return what was read last, or read it for the first time; raises as `read`."""
        return self.data or await self.read()

    async def read(self) -> EventData:
        """Read it.

        Raises:
            NoSuchToken: the check-in list is gone, in pretix's own words.
            Restricted, Revoked: the device may not read it any more.
            TicketingError: it could not be read.
        """
        faults: list[Fault] = []
        base = f"{self._path.event_uri}/"
        lists = await self._api.entries(f"{base}checkinlists/")
        places = _all(lists, models.read_check_in_list, faults)
        place = next((each for each in places if each.number == self._path.number), None)
        if place is None:
            _complain_of_the_list(lists, self._path.number)
            await self._make_sure_it_is_gone()
        items = _all(await self._changed(f"{base}items/"), self._item, faults)
        questions = _all(await self._changed(f"{base}questions/"), models.read_question, faults)
        self.faults = tuple(faults)
        self.data = EventData(
            self._path,
            await self._whole_title(base, place),
            place,
            {each.number: each for each in items},
            _asked(questions),
        )
        return self.data

    async def _make_sure_it_is_gone(self) -> NoReturn:
        """Ask for the check-in list itself, which may have moved from one page to another.

        Raises:
            NoSuchToken: it is gone.
            Malformed: it is there, but was not among the lists.
        """
        await self._api.page(f"{self._path.uri}/positions/", {"page_size": "1"})
        raise malformed(FieldError("id", FieldFault.MISSING))

    def _item(self, found: Any, gaps: Gaps) -> Item:
        return models.read_item(found, self._language, gaps)

    async def _changed(self, path: str) -> list[Any]:
        """Read a list, or take the one from before where nothing has changed."""
        kept, since = self._kept.get(path, ([], None))
        entries, time = await self._api.if_changed(path, since)
        if entries is None:
            return kept
        self._kept[path] = entries, time
        return entries

    async def _whole_title(self, base: str, place: CheckInList) -> str:
        """Return the names of event, date and list, the first two as they were read first."""
        if self._title is None:
            found = await self._api.one(base)
            self._title = shaped(lambda body: models.read_event(body, self._language), found).title
        parts = [self._title]
        if place.date is not None:
            if place.date not in self._dates:
                found = await self._api.one(f"{base}subevents/{place.date}/")
                date = shaped(lambda body: models.read_event_date(body, self._language), found)
                self._dates[place.date] = date.title
            parts.append(self._dates[place.date])
        return ", ".join([*parts, place.name])


def _all(entries: list[Any], read: Callable[[Any, Gaps], T], faults: list[Fault]) -> list[T]:
    """Read a list's entries; what can't be read is noted as left out."""
    found: list[T] = []
    for position, each in enumerate(entries):
        gaps: Gaps = []
        try:
            found.append(read(each, gaps))
        except FieldError as error:
            gaps.append(error)
        faults += [Fault(position, gap.name, gap.problem) for gap in gaps]
    return found


def _complain_of_the_list(lists: list[Any], number: int) -> None:
    """Tell a list that can't be read from one that is gone.

    Raises:
        Malformed: it is there.
    """
    for each in lists:
        if isinstance(each, dict) and str(each.get("id")) == str(number):
            shaped(models.read_check_in_list, each)


def _asked(questions: list[Question]) -> dict[int, frozenset[int]]:
    """Return the questions that are asked at the door, by product."""
    found: dict[int, set[int]] = {}
    for each in questions:
        for product in each.products if each.at_the_door else ():
            found.setdefault(product, set()).add(each.number)
    return {product: frozenset(numbers) for product, numbers in found.items()}
