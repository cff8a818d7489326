from pathlib import Path

import pytest

from scanner.bench import search, stock
from scanner.bench.search import queries


def test_searches_are_timed_that_found_tickets_and_after_a_start_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_STARTS", 5)  # one of each kind; each is a program's start
    figures = search.measure(tmp_path, [200], 3)
    assert ["after a start" in each.what for each in figures] == [False, True]
    assert all(each.work > 0 and each.limit == search.WITHIN_MS for each in figures)


def test_what_is_typed_is_part_of_a_serial_or_a_name_or_nobodys() -> None:
    serials = [*stock.scattered(300, permitted=True)]
    typed = [*queries(300, 2)]
    assert len(typed) == 10
    parts = typed[0:2] + typed[3:4]
    assert all(any(part.upper() in each for each in serials) for part in parts)
    assert not any(typed[4].upper() in each for each in serials)
