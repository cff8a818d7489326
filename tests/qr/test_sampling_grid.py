import cv2
import numpy as np
import pytest
import segno

from scanner.qr.equalizer import equalize
from scanner.qr.finder_patterns import locate_finder_patterns
from scanner.qr.frame import Pixels
from scanner.qr.sampling_grid import affine_grid, extend_grid, initial_grid
from scanner.qr.symbol_geometry import symbol_of_three
from tests.qr.pictures import SERIAL, code, cracked, noisy, tilted, turned

PAPER = np.pad(code(module=8), 60, constant_values=235)


def rolled(picture: Pixels, radius: float) -> Pixels:
    """Show it on a cylinder with a radius in pixels, seen from slightly above."""
    height, width = picture.shape
    down, across = np.mgrid[:height, :width].astype(np.float32)
    turn = (across - width / 2) / radius
    x = width / 2 + radius * np.arcsin(np.clip(turn, -1, 1))
    y = down + 0.3 * radius * (np.sqrt(np.clip(1 - turn * turn, 0, 1)) - 1)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderValue=235), np.uint8)


@pytest.mark.parametrize(
    "picture",
    [PAPER, tilted(PAPER, 0.4), rolled(PAPER, 190), noisy(turned(PAPER, 30), 25), cracked(PAPER)],
    ids=["flat", "tilted", "rolled", "turned and noisy", "cracked"],
)
def test_each_module_is_classified_on_a_bent_or_damaged_surface(picture: Pixels) -> None:
    found = symbol_of_three(locate_finder_patterns(picture))
    assert found is not None
    values, fit = equalize(picture, extend_grid(picture, initial_grid(picture, found, 14)))
    truth = np.array([list(row) for row in segno.make_qr(SERIAL, error="m").matrix], bool)
    assert fit == 1.0
    assert ((values < 0) == truth).all()


def test_an_affine_grid_fits_flat_paper() -> None:
    picture = turned(PAPER, 30)
    found = symbol_of_three(locate_finder_patterns(picture))
    assert found is not None
    values, fit = equalize(picture, affine_grid(found, 14))
    truth = np.array([list(row) for row in segno.make_qr(SERIAL, error="m").matrix], bool)
    assert fit == 1.0
    assert ((values < 0) == truth).all()


def test_a_grid_of_the_wrong_size_does_not_agree_with_the_function_patterns() -> None:
    found = symbol_of_three(locate_finder_patterns(PAPER))
    assert found is not None
    assert equalize(PAPER, extend_grid(PAPER, initial_grid(PAPER, found, 18)))[1] < 0.85
