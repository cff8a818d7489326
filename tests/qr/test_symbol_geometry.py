import cv2
import numpy as np
import pytest

from scanner.qr.finder_patterns import locate_finder_patterns
from scanner.qr.frame import Pixels
from scanner.qr.symbol_geometry import symbol_of_three
from tests.qr.pictures import checkered, code, page_of_text, turned

PAPER = np.pad(code(module=8), 60, constant_values=235)


MIDDLES = [(120, 120), (232, 120), (120, 232)]
"""Of the finder patterns: 60 of paper, 4 modules of quiet zone and 3.5 of the pattern; 14 apart."""


@pytest.mark.parametrize("picture", [checkered()[:400, :400], page_of_text()[:500, :500]])
def test_a_shirt_and_a_page_have_no_three_finder_patterns(picture: Pixels) -> None:
    assert symbol_of_three(locate_finder_patterns(picture)) is None


@pytest.mark.parametrize("degrees", [0, 50, 100, 200])
def test_the_three_corners_are_identified(degrees: float) -> None:
    found = symbol_of_three(locate_finder_patterns(turned(PAPER, degrees)))
    assert found is not None
    middle = (PAPER.shape[1] / 2, PAPER.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1)
    expected = [matrix @ (x + 0.5, y + 0.5, 1) for x, y in MIDDLES]
    assert np.allclose([(each.x, each.y) for each in found.patterns], expected, atol=4)
    assert found.nearest_spacing == 14
    assert found.likely_spacings() == [14]
