"""What a gate of a pretix's device can be opened for: events, dates, and their check-in lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import structlog

from scanner.admission.door import Unjudged
from scanner.platform.tolerant_reader import FieldError
from scanner.pretix import models
from scanner.pretix.client import Pretix, quoted
from scanner.pretix.resources import (
    CheckInList,
    Device,
    Event,
    EventDate,
    ListPath,
    Question,
    is_slug,
)

_OVER_AFTER = timedelta(days=1)
"""An event that tells no end is over so long after it began."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListChoice:
    """A check-in list that a gate can be opened for.

    Attributes:
        path: names it; `path.at` its server is the event of the request that opens the gate.
        name: the list's.
        products: how many it admits; nothing where all.
        takes_unpaid: whether tickets that are not paid yet are on it.
        unjudged: what a gate without a network can't judge there.
        takes_addons: whether pretix finds add-ons there by the code of the ticket that they belong
            to; a gate does not.
    """

    path: ListPath
    name: str
    products: int | None
    takes_unpaid: bool
    unjudged: frozenset[Unjudged]
    takes_addons: bool = False


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event, or one date of a series, and its check-in lists.

    Attributes:
        title: the event's, and the date's where it is one's.
        date: the date's number.
        live: whether its shop is open.
        testing: whether its orders are tests.
        lists: those that are for it; a list for a whole series is the series'.
    """

    slug: str
    title: str
    begins: datetime | None
    ends: datetime | None
    live: bool
    testing: bool
    date: int | None = None
    lists: tuple[ListChoice, ...] = ()


class Choices:
    """What a gate of a device can be opened for; use as an async context manager.

    Args:
        device: the gate's.
        language: titles are in this one where they can be.
        timeout: seconds between two bytes of an answer.
        transport: in place of httpx's own.
    """

    def __init__(
        self,
        device: Device,
        language: str = "en",
        *,
        timeout: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._device = device
        self._language = language
        self._api = Pretix(device.url, device.key, timeout=timeout, transport=transport)

    async def __aenter__(self) -> "Choices":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.close()

    async def events(self) -> list[EventChoice]:
        """Read the events, without their lists: those to come by time, then those that are over.

        Each date of a series is one of its own, after the series itself.
        """
        found: list[EventChoice] = []
        for event in await self._read("events/", self._event):
            found.append(_as_choice(event))
            if event.has_dates:
                dates = await self._read(f"events/{quoted(event.slug)}/subevents/", self._date)
                found += [_as_choice(event, date) for date in dates]
        now = datetime.now(UTC)
        return sorted(found, key=lambda each: _rank(each, now))

    async def lists_of(self, choice: EventChoice) -> EventChoice:
        """Return an event with its check-in lists."""
        lists, questions = await self._lists(choice.slug)
        found = (
            self._choice(choice.slug, each, questions) for each in lists if each.date == choice.date
        )
        return replace(choice, lists=tuple(found))

    async def choices(self) -> list[EventChoice]:
        """Read the events with their lists; as many requests as there are events."""
        return [await self.lists_of(each) for each in await self.events()]

    async def named(self, place: str) -> ListChoice | None:
        """Return the check-in list that `event/number` names; nothing where there is none.

        Raises:
            Restricted: there is no such event, or it is not the device's.
        """
        event, _, number = place.rpartition("/")
        if not is_slug(event):
            return None
        lists, questions = await self._lists(event)
        for each in lists:
            if str(each.number) == number:
                return self._choice(event, each, questions)
        return None

    async def _lists(self, event: str) -> tuple[list[CheckInList], list[Question]]:
        path = f"events/{quoted(event)}"
        return (
            await self._read(f"{path}/checkinlists/", models.read_check_in_list),
            await self._read(f"{path}/questions/", models.read_question),
        )

    def _event(self, found: Any) -> Event:
        return models.read_event(found, self._language)

    def _date(self, found: Any) -> EventDate:
        return models.read_event_date(found, self._language)

    def _choice(self, event: str, found: CheckInList, questions: Sequence[Question]) -> ListChoice:
        path = ListPath(self._device.organizer, event, found.number)
        products = None if found.products is None else len(found.products)
        return ListChoice(
            path,
            found.name,
            products,
            found.takes_unpaid,
            unjudged_at(found, questions),
            found.takes_addons,
        )

    async def _read(self, path: str, read: Callable[[Any], T]) -> list[T]:
        """Read a list of the organiser's; an entry that can't be read is no choice."""
        found: list[T] = []
        whole = f"organizers/{quoted(self._device.organizer)}/{path}"
        for each in await self._api.entries(whole):
            try:
                found.append(read(each))
            except FieldError as error:
                structlog.get_logger("setup").warning(
                    "an entry was set aside", list=path, field=error.name, problem=error.problem
                )
        return found


def unjudged_at(found: CheckInList, questions: Sequence[Question]) -> frozenset[Unjudged]:
    """Return what a gate without a network can't judge at a check-in list."""
    unjudged = {Unjudged.RULES} if found.door.custom_rules else set()
    for each in questions:
        if each.at_the_door and (found.products is None or each.products & found.products):
            unjudged.add(Unjudged.QUESTIONS)
    return frozenset(unjudged)


def _as_choice(event: Event, date: EventDate | None = None) -> EventChoice:
    if date is None:
        return EventChoice(
            event.slug, event.title, event.begins, event.ends, event.live, event.testing
        )
    title = f"{event.title}: {date.title}"
    live = event.live and date.active
    return EventChoice(event.slug, title, date.begins, date.ends, live, event.testing, date.number)


def _rank(choice: EventChoice, now: datetime) -> tuple[bool, float]:
    """Sort what is to come by its beginning, and after it what is over, the last one first."""
    begins = choice.begins or now
    is_over = choice.ends < now if choice.ends else begins < now - _OVER_AFTER
    from_now = (begins - now).total_seconds()
    return is_over, -from_now if is_over else from_now
