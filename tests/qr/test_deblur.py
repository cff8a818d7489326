import cv2
import numpy as np
import pytest

from scanner.qr.deblur import (
    blur_direction,
    deblur,
    disc_kernel,
    estimate_point_spread,
    motion_kernel,
    wiener_deconvolution,
)
from scanner.qr.frame import Pixels
from scanner.qr.readers import readers
from tests.qr.pictures import SERIAL, code, noisy, on_wall

WALL = np.ascontiguousarray(on_wall(code())[140:440, 440:740])


def spread(picture: Pixels, kernel: np.ndarray) -> Pixels:
    return noisy(np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8), 1)


def read(picture: Pixels) -> list[str]:
    return [found.text for found in readers()["zxing"](picture) if found.text]


@pytest.mark.parametrize("angle", [0.0, 0.6, 1.3, 2.4])
@pytest.mark.parametrize("length", [10.0, 15.0])
def test_direction_and_length_of_motion_blur_are_estimated(angle: float, length: float) -> None:
    picture = spread(WALL, motion_kernel(length, angle))
    off = (blur_direction(picture) - angle + np.pi / 2) % np.pi - np.pi / 2
    assert abs(off) < 0.15
    seen = estimate_point_spread(picture)
    assert seen.is_motion
    assert seen.along == pytest.approx(length, abs=2)
    assert seen.across == pytest.approx(6, abs=2)


@pytest.mark.parametrize("radius", [4.0, 5.0])
def test_defocus_is_told_from_motion_and_its_size_estimated(radius: float) -> None:
    seen = estimate_point_spread(spread(WALL, disc_kernel(radius)))
    assert not seen.is_motion
    assert seen.kernel(1.0).shape[0] == pytest.approx(disc_kernel(radius).shape[0], abs=2)


@pytest.mark.parametrize(
    "kernel", [motion_kernel(16.0, 0.5), disc_kernel(6.0)], ids=["motion", "defocus"]
)
def test_what_zxing_misses_is_read_after_deblurring(kernel: np.ndarray) -> None:
    picture = spread(WALL, kernel)
    assert read(picture) == []
    assert read(deblur(picture)[0]) == [SERIAL]


def test_small_modules_are_enlarged_and_large_ones_reduced() -> None:
    small, large = (np.pad(code(module=size), 20, constant_values=235) for size in (4, 14))
    picture, scale = deblur(small)
    assert scale > 1
    assert picture.shape[0] == pytest.approx(scale * small.shape[0], abs=1)
    assert deblur(large)[1] < 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (40, 41), (300, 50)])
def test_a_uniform_picture_stays_uniform(shape: tuple[int, int]) -> None:
    steady, _ = deblur(np.full(shape, 90, np.uint8))
    assert np.abs(steady.astype(int) - 90).max() <= 3


def test_a_kernel_larger_than_the_picture_is_no_error() -> None:
    strip = noisy(np.full((20, 120), 128, np.uint8), 20)
    assert wiener_deconvolution(strip, disc_kernel(26)).shape == strip.shape
