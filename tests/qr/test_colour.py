"""Codes whose two colours have one brightness."""

import numpy as np
import pytest

from scanner.qr.colour import colour_regions
from scanner.qr.decoder import Decoder, to_grey
from scanner.qr.frame import Pixels
from tests.qr.pictures import SERIAL, code, in_colours, noisy, on_wall

RED, GREEN = (0, 0, 200), (0, 102, 0)
BLUE, BROWN = (230, 40, 30), (20, 35, 107)
PURPLE, TEAL = (144, 32, 128), (96, 110, 0)
PAIRS = [(RED, GREEN), (GREEN, RED), (BLUE, BROWN), (PURPLE, TEAL)]


@pytest.mark.parametrize(("dark", "light"), PAIRS)
def test_a_code_in_two_colours_of_one_brightness_is_read(
    dark: tuple[int, int, int], light: tuple[int, int, int]
) -> None:
    picture = in_colours(dark, light)
    assert np.ptp(to_grey(picture)[230:370, 530:640]) <= 4

    for sensor in (picture, noisy(picture, 6)):
        assert Decoder(None).decode(sensor).texts == (SERIAL,)


def test_its_corners_are_those_in_the_whole_picture() -> None:
    (reading,) = Decoder(None).decode(in_colours(RED, GREEN)).readings

    assert np.allclose(reading.corners[0], (524, 224), atol=4)


def _in_colour(grey: Pixels) -> Pixels:
    return np.repeat(grey[:, :, None], 3, axis=2)


@pytest.mark.parametrize(
    "picture",
    [
        on_wall(code()),
        _in_colour(on_wall(code())),
        noisy(_in_colour(on_wall(code(dark=110, light=130))), 12),
        in_colours((0, 0, 200), (255, 255, 255)),
        _in_colour(np.full((20, 20), 9, np.uint8)),
    ],
    ids=["grey", "black on white", "colour noise", "red on white", "tiny"],
)
def test_a_picture_that_grey_shows_as_well_has_no_coloured_region(picture: Pixels) -> None:
    assert colour_regions(picture) == []


def test_the_channel_with_most_contrast_is_cropped_around_the_code() -> None:
    (region,) = colour_regions(in_colours(PURPLE, TEAL))

    assert np.ptp(region.pixels) >= 100
    left, top = region.to_original(((0, 0),) * 4)[0]
    assert left < 524 < left + region.pixels.shape[1]
    assert top < 224 < top + region.pixels.shape[0]
