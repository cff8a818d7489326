import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scanner.tui.training.chart import columns, sparkline
from scanner.tui.training.picture_view import fitted


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


def test_a_picture_keeps_its_middle_and_its_proportions() -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[:, 280:360] = (255, 0, 0)  # blue, as cameras order colours
    small = fitted(picture, 20, 40)
    assert small.shape == (40, 20, 3)
    assert small[20, 10].tolist() == [0, 0, 0xF0]
    assert small[20, 0].tolist() == [0, 0, 0]
    columns_of_blue = int((small[20, :, 2] > 127).sum())
    assert abs(columns_of_blue - 80 / 180 * 20) <= 1
