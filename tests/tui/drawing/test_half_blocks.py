from io import StringIO

import numpy as np
import pytest
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from scanner.tui.drawing.half_blocks import OUTLINE, half_blocks, letters, middle, whole

RED = (0xF0, 0, 0)


def colours(row: Strip) -> list[str]:
    """Return a row's upper colours, one for each cell."""
    return [_upper(segment) for segment in row for _ in segment.text]


def _upper(segment: Segment) -> str:
    style = segment.style
    return style.color.name if style and style.color else "none"


def test_a_picture_is_shown_whole_in_its_own_proportions_and_in_the_middle() -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24] = (0, 0, 255)  # red, as cameras order colours
    small = whole(pixels, 40, 12)
    assert small.shape == (12, 16, 3)
    rows = half_blocks(small, 40)
    assert len(rows) == 6
    assert [row.cell_length for row in rows] == [40] * 6
    assert rows[0].text == " " * 12 + "▀" * 16 + " " * 12
    assert [colours(row)[20] for row in rows] == ["#f00000"] * 3 + ["#000000"] * 3


def test_a_picture_keeps_its_middle_and_its_proportions() -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[:, 280:360] = (255, 0, 0)  # blue, as cameras order colours
    small = middle(picture, 20, 40)
    assert small.shape == (40, 20, 3)
    assert small[20, 10].tolist() == [0, 0, 255]
    assert small[20, 0].tolist() == [0, 0, 0]
    columns_of_blue = int((small[20, :, 2] > 127).sum())
    assert abs(columns_of_blue - 80 / 180 * 20) <= 1


def test_a_code_is_outlined_where_it_is() -> None:
    corners = ((160.0, 90.0), (480.0, 90.0), (480.0, 270.0), (160.0, 270.0))
    small = whole(np.full((360, 640, 3), 99, np.uint8), 64, 36, [corners])
    drawn = {(x, y) for y in range(36) for x in range(64) if tuple(small[y, x]) == OUTLINE}
    across, down = range(16, 49), range(9, 28)
    assert drawn == {(x, y) for x in across for y in down if x in {16, 48} or y in {9, 27}}


@pytest.mark.parametrize("draw", [half_blocks, letters])
def test_a_grey_picture_can_be_drawn(draw: object) -> None:
    assert callable(draw)
    rows = draw(whole(np.full((4, 4), 128, np.uint8), 10, 6), 10)
    assert [row.cell_length for row in rows] == [10] * 3


def test_without_unicode_light_is_told_by_letters() -> None:
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:, 4:] = 255
    (first, *_) = letters(whole(pixels, 8, 4), 8)
    assert first.text == "    @@@@"


def test_equal_neighbours_are_drawn_in_one_go() -> None:
    (row,) = half_blocks(np.full((2, 30, 3), RED, np.uint8), 30)
    assert [segment.text for segment in row if segment.text] == ["▀" * 30]


def test_colours_of_pictures_long_gone_are_not_kept() -> None:
    console = Console(color_system="truecolor", force_terminal=True, file=StringIO())
    rng = np.random.default_rng(1)
    most = 0
    for _ in range(10):
        for row in half_blocks(rng.integers(0, 255, (40, 40, 3), np.uint8), 40):
            row.render(console)
        most = max(most, Strip.render_ansi.cache_info().currsize)
    one_picture = 20 * 40
    assert most <= 2048 + one_picture
