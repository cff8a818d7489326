"""Lists of servers that make something else of page, size and total."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.platform import paged_list
from scanner.platform.errors import (
    ApiFault,
    BadRequest,
    FieldFault,
    ListError,
    NoSuchPage,
    Unreachable,
)
from scanner.platform.paged_list import PagedList, PageSize, PageSizes, pages_of, read_whole
from scanner.platform.resources import Fault, Page

Entries = tuple[int, ...]


@dataclass
class Server:
    """A list of numbers, and what this server makes of a request."""

    entries: list[int]
    cap: int = 10**9
    cap_after_offset: bool = False
    refused_over: int = 10**9
    refusal: int = 400
    fixed: int = 0
    total: Callable[[int], int] = field(default=int)
    past_the_end: str = "404"
    ignores_page: bool = False
    hides: Callable[[int], bool] = field(default=lambda _: False)
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def page(self, page: int, records: int) -> Page[int]:
        self.asked.append((page, records))
        if records > self.refused_over:
            raise BadRequest(status=self.refusal, said="too many records")
        size = self.fixed or min(records, self.cap)
        start = (
            0 if self.ignores_page else (page - 1) * (records if self.cap_after_offset else size)
        )
        found = self.entries[start : start + size]
        if not found and page > 1:
            if self.past_the_end == "404":
                raise NoSuchPage(status=404)
            if self.past_the_end == "first":
                found = self.entries[:size]
            if self.past_the_end == "last":
                found = self.entries[(len(self.entries) - 1) // size * size :]
        shown = tuple(each for each in found if not self.hides(each))
        return Page(self.total(len(self.entries)), page, records, shown)


def identity(entry: int) -> int:
    return entry


async def read(server: Server, size: PageSize | None = None) -> tuple[list[int], PagedList[int]]:
    reading = PagedList(server.page, identity, size or PageSize(500))
    came: list[int] = []
    async for page in reading.pages():
        came += page.entries
    return came, reading


def numbers(count: int) -> list[int]:
    return list(range(count))


@pytest.mark.parametrize("past_the_end", ["404", "empty", "first", "last"])
@pytest.mark.parametrize("cap_after_offset", [False, True])
@pytest.mark.parametrize("cap", [1, 7, 25, 100, 10**9])
@pytest.mark.parametrize("count", [0, 1, 7, 99, 100, 101, 350])
async def test_a_silently_cut_page_loses_nothing(
    count: int, cap: int, cap_after_offset: bool, past_the_end: str
) -> None:
    server = Server(
        numbers(count), cap=cap, cap_after_offset=cap_after_offset, past_the_end=past_the_end
    )
    came, reading = await read(server)
    assert set(came) == set(numbers(count))
    assert reading.came == count
    assert not reading.short


@pytest.mark.parametrize("refusal", [400, 413, 422])
@pytest.mark.parametrize("most", [1, 60, 100, 499])
async def test_a_refused_size_is_halved_and_remembered(most: int, refusal: int) -> None:
    size = PageSize(500)
    came, reading = await read(Server(numbers(350), refused_over=most, refusal=refusal), size)
    assert came == numbers(350)
    assert reading.exact
    assert size.records <= most
    again = Server(numbers(10), refused_over=most)
    await read(again, size)
    assert all(records <= most for _, records in again.asked)


async def test_a_cut_size_is_remembered_once_it_is_proved() -> None:
    size = PageSize(500)
    await read(Server(numbers(350), cap=100), size)
    assert size.records == 100
    size = PageSize(500)
    await read(Server(numbers(100), cap=100), size)
    assert size.records == 500


async def test_a_learned_size_is_kept_for_the_next_start_and_for_this_server_alone(
    tmp_path: Path,
) -> None:
    sizes = PageSizes(tmp_path)
    await read(Server(numbers(350), cap=100), sizes.of("https://one.example/"))
    await read(Server(numbers(350), refused_over=60), sizes.of("https://two.example/"))
    again = PageSizes(tmp_path)
    assert again.of("https://one.example/").records == 100
    assert again.of("https://two.example/").records <= 60
    assert again.of("https://three.example/").records == 500
    assert PageSizes(tmp_path, 20).of("https://one.example/").records == 20


async def test_a_learned_size_is_forgotten_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await read(Server(numbers(350), cap=100), PageSizes(tmp_path).of("https://one.example/"))
    monkeypatch.setattr(paged_list, "_KEPT_FOR", timedelta(0))
    assert PageSizes(tmp_path).of("https://one.example/").records == 500


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"https://one.example/": 5}',
        '{"https://one.example/": [5, "yesterday"]}',
        '{"https://one.example/": ["few", "2026-11-28T20:00:00+00:00"]}',
    ],
)
async def test_a_file_of_sizes_that_means_nothing_costs_nothing(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "page-sizes.json").write_text(content, "utf-8")
    size = PageSizes(tmp_path).of("https://one.example/")
    assert size.records == 500
    await read(Server(numbers(350), cap=100), size)
    assert PageSizes(tmp_path).of("https://one.example/").records == 100


def test_a_kept_size_is_one_entry_at_least(tmp_path: Path) -> None:
    kept = f'{{"https://one.example/": [-3, "{datetime.now(UTC).isoformat()}"]}}'
    (tmp_path / "page-sizes.json").write_text(kept, "utf-8")
    assert PageSizes(tmp_path).of("https://one.example/").records == 1


@pytest.mark.parametrize("cap", [7, 10**9])
async def test_a_whole_list_has_each_entry_once_though_pages_repeat_some(cap: int) -> None:
    server = Server([*numbers(30), 0, 1], cap=cap)
    found = await read_whole(server.page, identity, PageSize(10))
    assert found.entries == tuple(numbers(30))
    assert found.missing == 0


async def test_a_whole_list_tells_how_many_its_total_has_more() -> None:
    server = Server(numbers(30), total=lambda count: count + 4)
    found = await read_whole(server.page, identity, PageSize(10))
    assert (found.entries, found.missing) == (tuple(numbers(30)), 4)


@pytest.mark.parametrize("count", [100, 350])
@pytest.mark.parametrize(
    "total", [lambda _: 10**9, lambda _: 0, lambda _: 1, lambda n: n + 3, lambda n: n - 3]
)
@pytest.mark.parametrize("cap", [100, 10**9])
@pytest.mark.parametrize("past_the_end", ["404", "empty"])
async def test_a_total_is_a_hint(
    count: int, total: Callable[[int], int], cap: int, past_the_end: str
) -> None:
    server = Server(numbers(count), cap=cap, total=total, past_the_end=past_the_end)
    came, reading = await read(server)
    assert set(came) == set(numbers(count))
    assert reading.short == (total(count) > count)
    assert not reading.exact
    assert len(server.asked) < 15


async def test_the_same_page_for_ever_is_no_list() -> None:
    server = Server(numbers(40), total=lambda _: 10**9, fixed=40, ignores_page=True)
    with pytest.raises(ListError) as raised:
        await read(server)
    assert raised.value.fact.code == ApiFault.LIST_ENDLESS
    assert len(server.asked) < 10


async def test_the_same_page_for_ever_with_its_own_total_is_the_list() -> None:
    server = Server(numbers(40), fixed=40, ignores_page=True)
    came, reading = await read(server)
    assert set(came) == set(numbers(40))
    assert reading.came == 40


async def test_a_list_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged_list, "MOST_ENTRIES", 5_000)

    async def page(page: int, records: int) -> Page[int]:
        start = (page - 1) * records
        return Page(10**9, page, records, tuple(range(start, start + records)))

    reading = PagedList(page, identity, PageSize(500))
    with pytest.raises(ListError):
        async for _ in reading.pages():
            pass
    assert reading.came <= 5_500


async def test_an_empty_page_that_tells_of_many_is_no_list() -> None:
    with pytest.raises(ListError) as raised:
        await read(Server([], total=lambda _: 50, past_the_end="empty"))
    assert raised.value.fact.code == ApiFault.LIST_SHORT


@pytest.mark.parametrize("size", [10, 25, 500])
async def test_a_server_with_a_size_of_its_own_is_followed(size: int) -> None:
    came, _ = await read(Server(numbers(110), fixed=25), PageSize(size))
    assert set(came) == set(numbers(110))


@pytest.mark.parametrize("size", [10, 50, 500])
async def test_pages_that_are_thinned_out_after_they_were_cut_lose_nothing(size: int) -> None:
    server = Server(numbers(300), cap=50, hides=lambda each: each % 3 == 0, total=lambda _: 200)
    came, _ = await read(server, PageSize(size))
    assert set(came) == {each for each in numbers(300) if each % 3}
    assert len(server.asked) < 60


async def test_entries_that_come_twice_are_counted_once_and_said() -> None:
    _, reading = await read(Server([*numbers(30), 0, 1]), PageSize(10))
    assert reading.came == 30
    assert not reading.short
    assert not reading.exact


async def test_a_list_that_moves_meanwhile_is_read_once_more() -> None:
    server = Server(numbers(30))
    moved: list[int] = []

    async def page(page: int, records: int) -> Page[int]:
        found = await server.page(page, records)
        if page == 1 and not moved:
            moved.append(server.entries.pop(0))
        return found

    came = [each async for page in pages_of(page, identity, PageSize(10)) for each in page.entries]
    assert set(came) == set(numbers(30))


async def test_entries_that_cannot_be_read_count_as_come() -> None:
    async def page(page: int, records: int) -> Page[int]:
        if page > 1:
            raise NoSuchPage(status=404)
        faults = tuple(Fault(number, "serial", FieldFault.MISSING) for number in range(2))
        return Page(5, page, records, (1, 2, 3), faults)

    reading = PagedList(page, identity, PageSize(5))
    assert [each async for each in reading.pages()]
    assert reading.exact


async def test_a_page_that_does_not_come_ends_the_reading_where_it_can_go_on() -> None:
    server = Server(numbers(100), cap=30)

    async def page(page: int, records: int) -> Page[int]:
        if len(server.asked) == 2:
            raise Unreachable(ApiFault.TIMEOUT, host="api.example")
        return await server.page(page, records)

    first = PagedList(page, identity, PageSize(500))
    came: list[int] = []
    with pytest.raises(Unreachable):
        async for found in first.pages():
            came += found.entries
    server.asked.append((0, 0))
    second = PagedList(page, identity, PageSize(500), page=first.page, records=first.records)
    async for found in second.pages():
        came += found.entries
    assert set(came) == set(numbers(100))
