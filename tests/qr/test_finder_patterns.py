import cv2
import numpy as np
import pytest

from scanner.qr.deblur import disc_kernel
from scanner.qr.finder_patterns import BINARIZATIONS, Binarization, locate_finder_patterns
from scanner.qr.frame import Pixels
from scanner.qr.symbol_geometry import symbol_of_three
from tests.qr.pictures import code, cracked, noisy

PAPER = np.pad(code(module=8), 60, constant_values=235)


FAINT = np.pad(code(module=8, dark=90, light=170), 30, constant_values=170)


def test_finder_patterns_are_located() -> None:
    found = locate_finder_patterns(PAPER)
    places = sorted((round(each.x, -1), round(each.y, -1)) for each in found)
    assert places == [(120, 120), (120, 230), (230, 120)]
    assert all(each.score > 0.8 and not each.inverted for each in found)
    assert [each.module(1, 0) for each in found] == pytest.approx([8] * 3, rel=0.1)
    assert all(each.inverted for each in locate_finder_patterns(255 - PAPER))


def unfocused(module: int, radius: float) -> Pixels:
    """Draw a defocused code; the radius is in modules."""
    paper = np.pad(code(module=module), 30, constant_values=235)
    lens = disc_kernel(radius * module)
    return np.asarray(cv2.filter2D(paper, -1, lens, borderType=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("picture", "binarization"),
    [
        (unfocused(5, 1.0), BINARIZATIONS[1]),
        (unfocused(6, 1.1), BINARIZATIONS[2]),
        (noisy(FAINT, 60), BINARIZATIONS[3]),
        (cracked(PAPER, 4), BINARIZATIONS[4]),
    ],
    ids=["blurred", "more so", "faint and noisy", "cracked"],
)
def test_each_binarization_finds_what_the_first_misses(
    picture: Pixels, binarization: Binarization
) -> None:
    assert symbol_of_three(locate_finder_patterns(picture)) is None
    assert symbol_of_three(locate_finder_patterns(picture, binarization)) is not None
