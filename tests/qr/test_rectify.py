import cv2
import numpy as np
import pytest

from scanner.qr.deblur import disc_kernel
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Pixels
from scanner.qr.passes import HARDER
from scanner.qr.readers import readers
from scanner.qr.rectify import Rectified, rectify
from tests.qr.pictures import SERIAL, code, on_wall, page_of_text, turned

LONG = "0123456789" * 8
"""Version 3: large enough for a bend to move a straight grid by more than half a module."""


LARGE = "0470369" * 43
"""Version 8: there are alignment patterns within it."""


def bent(picture: Pixels, by: float, wave: float) -> Pixels:
    """Displace pixels in waves; amplitude and wavelength are in pixels."""
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    x = across + by * np.sin(down * (2 * np.pi / wave))
    y = down + by * np.sin(across * (2 * np.pi / wave))
    moved = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def read(picture: Pixels) -> list[str]:
    return [each.text for each in readers()["zxing"](picture) if each.text]


def first_readable(picture: Pixels) -> Rectified | None:
    """Return the first drawing that is readable, if any."""
    drawn = (each for each in rectify(picture) if each)
    return next((each for each in drawn if read(each[0])), None)


CLOTH = bent(code(LONG, module=6), 3.0, 180.0)


def test_a_bent_code_is_rectified() -> None:
    assert read(CLOTH) == []
    flat = first_readable(CLOTH)
    assert flat is not None
    assert read(flat[0]) == [LONG]


@pytest.mark.parametrize("degrees", [180, 75, 45, 20])
def test_it_may_be_rotated(degrees: float) -> None:
    flat = first_readable(turned(np.pad(CLOTH, 60, constant_values=235), degrees))
    assert flat is not None
    assert read(flat[0]) == [LONG]


def test_a_flat_codes_corners_transform_back() -> None:
    picture = on_wall(code(module=6))[150:450, 450:750]
    flat = first_readable(np.ascontiguousarray(picture))
    assert flat is not None
    drawn, back = flat
    (found,) = readers()["zxing"](drawn)
    assert found.text == SERIAL
    corners = [back @ (x, y, 1.0) for x, y in found.corners]
    expected = [(74, 74), (200, 74), (200, 200), (74, 200)]
    assert np.allclose(corners, expected, atol=6)


@pytest.mark.parametrize(("text", "module"), [(SERIAL, 4), (LONG, 5)])
def test_a_code_whose_finder_patterns_are_blurred_together_is_rectified(
    text: str, module: int
) -> None:
    paper = np.pad(code(text, module=module, dark=60, light=200), 20, constant_values=200)
    lens = disc_kernel(0.9 * module)
    soft = np.asarray(cv2.filter2D(paper, -1, lens, borderType=cv2.BORDER_REPLICATE), np.uint8)
    assert read(soft) == []
    drawn = first_readable(soft)
    assert drawn is not None
    assert read(drawn[0]) == [text]


def curled(picture: Pixels, by: float) -> Pixels:
    """Pull the lower right corner away; `by` is in pixels."""
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    away = by * np.maximum(0, (across + down) / len(picture) - 0.9) ** 2
    moved = cv2.remap(
        picture, across + away, down + away, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


@pytest.mark.parametrize("inverted", [False, True])
def test_a_corner_that_curls_by_modules_is_found_by_its_alignment_pattern(inverted: bool) -> None:
    paper = np.pad(code(LARGE, module=6), 30, constant_values=235)
    picture = curled(255 - paper if inverted else paper, 60.0)
    flat = first_readable(picture)
    assert flat is not None
    assert read(flat[0]) == [LARGE]


def test_nothing_is_rectified_where_no_code_is() -> None:
    assert not any(rectify(np.full((200, 200), 90, np.uint8)))
    assert not any(rectify(page_of_text()))


def test_the_decoder_reads_a_code_on_cloth_in_a_frames_view() -> None:
    picture = on_wall(CLOTH)
    (reading,) = Decoder(budget_ms=None).decode(picture).readings
    assert reading.text == LONG
    assert reading.by.endswith("rectified")


@pytest.mark.parametrize("degrees", [0, 35, 200])
@pytest.mark.parametrize("hidden", [(24, 24), (108, 24), (24, 108)])
def test_a_code_with_a_covered_finder_pattern_is_rectified(
    hidden: tuple[int, int], degrees: float
) -> None:
    picture = code(module=6)
    x, y = hidden
    cv2.circle(picture, (x + 21, y + 21), 24, 120, -1)
    picture = turned(np.pad(picture, 60, constant_values=235), degrees)
    assert read(picture) == []
    drawn = first_readable(picture)
    assert drawn is not None
    assert read(drawn[0]) == [SERIAL]


def test_the_corners_of_a_code_that_fills_the_picture_transform_back() -> None:
    whole = cv2.resize(np.pad(CLOTH, 20, constant_values=235), (1200, 1200))
    scale = 1200 / (len(CLOTH) + 40)
    small = next(one for one in HARDER if one.name == "small rectified")
    looks = [each for each in small.prepared(np.asarray(whole, np.uint8)) if each]
    prepared = next(each for each in looks if read(each.pixels))
    (found,) = readers()[small.reader](prepared.pixels)
    assert found.text == LONG
    corners = np.array(prepared.to_original(found.corners))
    assert np.allclose(corners[0], 44 * scale, atol=30)
    assert np.allclose(corners[2], (44 + 29 * 6) * scale, atol=30)


def test_an_uncertain_module_is_drawn_flipped_too() -> None:
    """Broken up to one module more than the code's correction mends; that one is almost grey."""
    picture = code(module=6)
    order = np.random.default_rng(5).permutation(9 * 9)
    for number in order.tolist():
        before = picture.copy()
        row, column = (72 + 6 * each for each in divmod(number, 9))
        module = picture[row : row + 6, column : column + 6]
        module[:] = 255 - module
        if not read(picture):
            picture = before
            module = picture[row : row + 6, column : column + 6]
            module[:] = 115 if module[0, 0] > 128 else 145
            break
    drawn = [each[0] for each in rectify(np.pad(picture, 30, constant_values=235)) if each]
    assert read(drawn[0]) == []
    assert [SERIAL] in map(read, drawn)
