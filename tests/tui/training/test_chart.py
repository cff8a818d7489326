from hypothesis import given
from hypothesis import strategies as st

from scanner.tui.training.progress import columns, sparkline


@given(st.lists(st.floats(0, 100), max_size=40), st.floats(1, 100), st.integers(1, 12))
def test_a_chart_has_its_rows_all_of_one_width(
    percents: list[float], bar: float, rows: int
) -> None:
    lines = columns(percents, bar, 50.0, rows).plain.split("\n")
    assert len(lines) == rows
    assert len({len(line) for line in lines}) == 1


def test_a_better_run_stands_higher() -> None:
    lines = columns([0, 50, 100], 101, None, 4).plain.split("\n")
    assert [line[5:].rstrip() for line in lines] == [
        "        ███",
        "        ███",
        "    ███ ███",
        "    ███ ███",
    ]


def test_a_queue_over_time_is_as_long_as_it_was() -> None:
    assert sparkline([(0, 1), (9, 4), (19, 2), (29, 0), (40, 0)], 4) == "██▄ "
    assert sparkline([], 5) == ""
