"""Bands over a code on a dim display."""

import numpy as np
import pytest

from scanner.qr.bands import without_bands
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Pixels
from tests.qr.pictures import SERIAL, banded, code, noisy, turned


@pytest.mark.parametrize("period", [24, 45, 80])
@pytest.mark.parametrize("degrees", [0, 90, 7, 30, 83])
def test_a_code_behind_bands_is_read(period: int, degrees: float) -> None:
    picture = banded(period=period, degrees=degrees)

    (reading,) = Decoder(None).decode(picture).readings

    assert reading.text == SERIAL
    assert np.allclose(reading.corners[0], (528, 228), atol=6)


@pytest.mark.parametrize("degrees", [0, 15, 90])
def test_a_code_that_is_turned_behind_bands_is_read(degrees: float) -> None:
    picture = banded(period=45, degrees=degrees, roll=45)

    assert Decoder(None).decode(picture).texts == (SERIAL,)


@pytest.mark.parametrize("degrees", [0, 7, 30, 45, 83, 90])
@pytest.mark.parametrize("roll", [0, 10, 45])
def test_the_bands_own_direction_is_found_whichever_way_the_code_is_turned(
    degrees: float, roll: float
) -> None:
    found = without_bands(banded(period=40, degrees=degrees, roll=roll)[180:520, 480:820])

    assert found
    (along, across) = found[1][:, 0]
    apart = np.degrees(np.arctan2(-across, along)) - degrees
    assert (apart + 90) % 180 - 90 == pytest.approx(0, abs=3)


@pytest.mark.parametrize("degrees", [0, 90])
def test_a_sensor_s_noise_does_not_hide_it(degrees: float) -> None:
    picture = noisy(banded(period=45, degrees=degrees), 3)

    assert Decoder(None).decode(picture).texts == (SERIAL,)


@pytest.mark.parametrize(
    "picture",
    [code(), code(dark=110, light=130), turned(code(), 30), np.full((30, 9), 7, np.uint8)],
    ids=["black on white", "pale", "turned", "empty"],
)
def test_a_picture_without_bands_is_left_to_the_other_passes(picture: Pixels) -> None:
    assert without_bands(picture) is None


def test_rows_are_evened_out() -> None:
    flat = without_bands(banded(period=45, degrees=0)[180:424, 480:724])

    assert flat is not None
    lights = np.percentile(flat[0][40:-40, 30:-30], 85, axis=1)
    assert np.ptp(lights) < 40
