import numpy as np
import pytest

from scanner.qr.decoded import Corners
from scanner.qr.finder_scan import has_finder_patterns
from scanner.qr.frame import Pixels
from scanner.qr.readers import Detection
from scanner.qr.regions import LONGEST, crop, is_isolated, looks_like_symbol, regions_of_interest
from scanner.qr.texture import textured_regions
from tests.qr.pictures import blurred, checkered, code, on_wall, page_of_text


def square(left: float, top: float, side: float) -> Corners:
    right, bottom = left + side, top + side
    return (left, top), (right, top), (right, bottom), (left, bottom)


@pytest.mark.parametrize("kind", ["blurred", "inverted", "one corner covered"])
def test_a_code_that_is_hard_to_read_still_looks_like_one(kind: str) -> None:
    if kind == "inverted":
        picture = on_wall(code(dark=235, light=20))
    else:
        picture = blurred(on_wall(code()), 2.0)
    if kind == "one corner covered":
        picture[190:270, 490:570] = 150
    assert looks_like_symbol(picture, textured_regions(picture))


def test_a_code_of_many_modules_that_is_full_of_patterns_looks_like_one() -> None:
    large = blurred(code("0123456789" * 50, module=5), 2.0)
    assert has_finder_patterns(large) is None
    assert looks_like_symbol(on_wall(large), textured_regions(on_wall(large)))


@pytest.mark.parametrize("picture", [checkered(), page_of_text()], ids=["shirt", "text"])
def test_a_shirt_and_a_page_do_not_look_like_a_code(picture: Pixels) -> None:
    assert not looks_like_symbol(picture, textured_regions(picture))
    assert not has_finder_patterns(picture[:300, :300])


def test_a_defocused_code_is_isolated_and_a_shirt_and_a_page_are_not() -> None:
    soft = blurred(on_wall(code()), 6.0)
    assert not looks_like_symbol(soft, textured_regions(soft))
    assert is_isolated(soft, textured_regions(soft))
    for view in (checkered(), page_of_text()):
        assert textured_regions(view)
        assert not is_isolated(view, textured_regions(view))


def test_a_crops_corners_transform_back_to_the_picture() -> None:
    picture = on_wall(code())
    part = crop(picture, (460, 160, 640, 340))
    assert np.array_equal(part.pixels, picture[160:340, 460:640])
    assert part.to_original(square(0, 0, 10))[2] == (470.0, 170.0)


def test_a_large_crop_is_reduced_and_transforms_back() -> None:
    part = crop(on_wall(code()), (0, 0, 1040, 720))
    assert max(part.pixels.shape) == LONGEST
    assert part.to_original(square(0, 0, 260))[2] == (520.0, 520.0)


def test_detected_symbols_come_first_and_each_region_once() -> None:
    picture = on_wall(code())
    found = [Detection(None, square(524, 224, 126)), Detection(None, square(20, 20, 100))]
    corners = [
        part.to_original(square(0, 0, 1))[0]
        for part in regions_of_interest(picture, found, textured_regions(picture))
    ]
    assert corners == [(473, 173), (0, 0)]


def test_what_lies_outside_the_picture_is_no_region() -> None:
    outside = [Detection(None, square(900, 0, 9))]
    assert list(regions_of_interest(np.full((200, 200), 90, np.uint8), outside, ())) == []
