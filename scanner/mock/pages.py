"""Collections: `page` and `records` in, `total`, `page`, `records` and `entries` out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scanner.mock import errors
from scanner.mock.call import JsonResponse, dump

Entry = TypeVar("Entry")

DEFAULT_RECORDS = 25
LARGEST_RECORDS = 100_000
"""No largest number is documented; this one keeps an answer within memory."""


@dataclass(frozen=True)
class Page:
    """Which entries are asked for: `number` counts from 1, `records` is zero or more."""

    number: int
    records: int

    @property
    def offset(self) -> int:
        """How many entries come before this page."""
        return (self.number - 1) * self.records


def asked_page(query: Mapping[str, str]) -> Page:
    """The page that a query asks for; 404 for a page below 1, 400 for senseless records."""
    records = query.get("records", str(DEFAULT_RECORDS)).strip()
    if not _is_count(records) or int(records) > LARGEST_RECORDS:
        raise errors.invalid("records")
    number = query.get("page", "1").strip()
    if not _is_count(number) or int(number) < 1:
        raise errors.page_not_positive()
    return Page(int(number), int(records))


def collection(page: Page, total: int, entries: Callable[[], Sequence[str]]) -> JsonResponse:
    """One page of `total` entries; `entries` gives the JSON of those on the page, when needed."""
    if page.records == 0:
        return JsonResponse(200, dump({"total": total}))
    if page.number > 1 and page.offset >= total:
        raise errors.page_beyond_last()
    head = dump({"total": total, "page": page.number, "records": page.records})[:-1]
    return JsonResponse(200, f'{head},"entries":[{",".join(entries())}]}}')


def slice_of(
    query: Mapping[str, str], found: Sequence[Entry], show: Callable[[Entry], object]
) -> JsonResponse:
    """One page of a list that is short enough to hold, each entry as `show` words it."""
    page = asked_page(query)
    here = found[page.offset : page.offset + page.records]
    return collection(page, len(found), lambda: [dump(show(entry)) for entry in here])


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15  # noqa: PLR2004 - fits in 64 bits
