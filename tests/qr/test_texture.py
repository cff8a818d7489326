import numpy as np

from scanner.qr.texture import textured_regions
from tests.qr.pictures import blurred, code, on_wall


def test_the_densest_region_is_where_the_code_is() -> None:
    region = textured_regions(blurred(on_wall(code(), left=300, top=150), 2.0))[0]
    assert abs((region.left + region.right) / 2 - 387) < 24
    assert abs((region.top + region.bottom) / 2 - 237) < 24
    assert 100 <= region.right - region.left <= 200


def test_a_plain_wall_has_no_textured_region() -> None:
    assert textured_regions(np.full((720, 1280), 120, np.uint8)) == []


def test_a_picture_smaller_than_the_window_has_no_region() -> None:
    assert textured_regions(np.zeros((9, 400), np.uint8)) == []
