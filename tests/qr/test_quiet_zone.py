import cv2
import numpy as np
import pytest

from scanner.qr.decoder import Decoder
from scanner.qr.frame import Pixels
from scanner.qr.quiet_zone import restore_quiet_zone
from scanner.qr.readers import readers
from tests.qr.pictures import SERIAL, code, noisy, on_wall, tilted, turned

QUIET = 4 * 6


def bare(*, dark: int = 20, light: int = 235) -> Pixels:
    """Draw a code on ground of its dark tone, without the zone that readers need."""
    modules = code(dark=dark, light=light)[QUIET:-QUIET, QUIET:-QUIET]
    return np.pad(modules, 60, constant_values=dark)


@pytest.mark.parametrize(
    "picture",
    [
        bare(),
        bare(dark=235, light=20),
        turned(np.pad(bare(), 30, constant_values=20), 25)[30:-30, 30:-30],
        tilted(bare(), 0.15),
        noisy(bare(), 12),
    ],
    ids=["dark", "inverted", "turned", "tilted", "noisy"],
)
def test_a_code_on_ground_of_its_own_dark_tone_is_read(picture: Pixels) -> None:
    grey = on_wall(picture)
    read = readers()["zxing"]
    assert not any(found.text for found in read(grey)), "it needs no quiet zone"
    assert SERIAL in {found.text for given in restore_quiet_zone(picture) for found in read(given)}
    (reading,) = Decoder(None).decode(grey).readings
    assert reading.text == SERIAL
    assert abs(float(np.mean(reading.corners, axis=0)[0]) - (500 + picture.shape[1] / 2)) < 15


def test_the_decoder_restores_a_missing_quiet_zone() -> None:
    assert [each.by for each in Decoder(None).decode(on_wall(bare())).readings] == [
        "zxing quiet zone"
    ]


def test_the_code_itself_is_left_as_it_is() -> None:
    picture = bare()
    inside = np.s_[62:-62, 62:-62]
    for given in restore_quiet_zone(picture):
        assert np.array_equal(given[inside], picture[inside])
        assert given[10, 10] == 235


@pytest.mark.parametrize("side", [1, 2, 5, 21, 60])
def test_a_uniform_picture_gives_nothing(side: int) -> None:
    assert not list(restore_quiet_zone(np.full((side, side + 3), 90, np.uint8)))


def test_any_picture_may_be_asked() -> None:
    random = np.random.default_rng(1)
    for side in range(1, 40):
        grey = random.integers(0, 255, (side, 41 - side), np.uint8)
        assert all(given.shape == grey.shape for given in restore_quiet_zone(grey))
    line = np.zeros((80, 80), np.uint8)
    cv2.line(line, (20, 40), (60, 40), 255)
    assert all(given.shape == line.shape for given in restore_quiet_zone(line))
