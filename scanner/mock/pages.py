"""Pagination: reads `page` and `records`; answers `total`, `page`, `records` and `entries`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scanner.mock import errors
from scanner.mock.call import JsonResponse, dump

Entry = TypeVar("Entry")

DEFAULT_RECORDS = 25
LARGEST_RECORDS = 100_000
"""The contract has no maximum; this one bounds a response's size."""


@dataclass(frozen=True)
class Page:
    """A requested page: `number` counts from 1, `records` is its size, zero or more."""

    number: int
    records: int

    @property
    def offset(self) -> int:
        """Entries before this page."""
        return (self.number - 1) * self.records


def asked_page(query: Mapping[str, str]) -> Page:
    """Read the page from a query; 404 for a page below 1, 400 for malformed `records`."""
    records = query.get("records", str(DEFAULT_RECORDS)).strip()
    if not _is_count(records) or int(records) > LARGEST_RECORDS:
        raise errors.invalid("records")
    number = query.get("page", "1").strip()
    if not _is_count(number) or int(number) < 1:
        raise errors.page_not_positive()
    return Page(int(number), int(records))


def collection(page: Page, total: int, entries: Callable[[], Sequence[str]]) -> JsonResponse:
    """Return one page of `total` entries; `entries` is called for the page's own."""
    if page.records == 0:
        return JsonResponse(200, dump({"total": total}))
    if page.number > 1 and page.offset >= total:
        raise errors.page_beyond_last()
    head = dump({"total": total, "page": page.number, "records": page.records})[:-1]
    return JsonResponse(200, f'{head},"entries":[{",".join(entries())}]}}')


def slice_of(
    query: Mapping[str, str], found: Sequence[Entry], show: Callable[[Entry], object]
) -> JsonResponse:
    """Return one page of a list in memory, each entry converted by `show`."""
    page = asked_page(query)
    here = found[page.offset : page.offset + page.records]
    return collection(page, len(found), lambda: [dump(show(entry)) for entry in here])


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15  # noqa: PLR2004 - fits in 64 bits
