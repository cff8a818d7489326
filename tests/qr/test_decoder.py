import time

import cv2
import numpy as np
import pytest

from scanner.qr.deblur import disc_kernel
from scanner.qr.decoder import FRAME_BUDGET_MS, Decoder
from scanner.qr.frame import Pixels
from scanner.qr.readers import readers
from tests.qr.pictures import (
    OTHER,
    SERIAL,
    beside,
    blurred,
    checkered,
    code,
    noisy,
    on_wall,
    page_of_text,
    shaded,
    speckled,
    tilted,
    turned,
)

READABLE = {
    "upright": on_wall(code()),
    "light on dark": on_wall(code(dark=235, light=20)),
    "one pixel a module": on_wall(code(module=1)),
    "small and out of focus": blurred(on_wall(code(module=2)), 0.8),
    "out of focus": blurred(on_wall(code()), 3.0),
    "badly out of focus": blurred(on_wall(code()), 4.0),
    "noisy": noisy(on_wall(code()), 60),
    "speckled": speckled(on_wall(code()), 0.3),
    "turned a little": turned(on_wall(code()), 10),
    "on a corner": turned(on_wall(code()), 45),
    "leaning back": on_wall(tilted(code(module=9), 0.4)),
    "in uneven light": shaded(on_wall(code())),
    "dim": noisy(on_wall(code(dark=100, light=115)), 1),
    "almost black": on_wall(code(dark=2, light=12)),
}


@pytest.mark.parametrize("kind", READABLE)
def test_a_code_is_read_when_it_is(kind: str) -> None:
    decoded = Decoder(budget_ms=None).decode(READABLE[kind])
    assert decoded.texts == (SERIAL,)
    assert decoded.code_like


@pytest.mark.parametrize(
    "picture",
    [
        np.full((720, 1280), 120, np.uint8),
        checkered(),
        page_of_text(),
        noisy(np.full((720, 1280), 120, np.uint8), 15),
    ],
    ids=["wall", "shirt", "text", "noise"],
)
def test_nothing_is_read_where_no_code_is(picture: Pixels) -> None:
    decoded = Decoder(budget_ms=300).decode(picture)
    assert decoded.readings == ()
    assert not decoded.code_like


def test_a_code_that_is_damaged_beyond_its_correction_is_seen_and_not_read() -> None:
    picture = code(module=8)
    picture[88:200, 88:200] = np.flipud(picture[88:200, 88:200])
    decoded = Decoder(budget_ms=None).decode(on_wall(picture))
    assert decoded.readings == ()
    assert decoded.code_like


def test_colour_and_grey_are_read_alike() -> None:
    grey = on_wall(code())
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    assert Decoder().decode(colour).texts == Decoder().decode(grey).texts == (SERIAL,)


def test_an_empty_picture_holds_nothing() -> None:
    assert Decoder().decode(np.zeros((0, 0, 3), np.uint8)).readings == ()


def test_a_strided_picture_is_read() -> None:
    wide = np.repeat(on_wall(code()), 2, axis=1)
    assert Decoder().decode(wide[:, ::2]).texts == (SERIAL,)


def test_two_codes_in_view_are_both_read() -> None:
    picture = on_wall(code("LEFT01-GATE00000001"), left=100)
    second = code("RIGHT1-GATE00000002")
    picture[200 : 200 + len(second), 700 : 700 + len(second)] = second
    assert set(Decoder().decode(picture).texts) == {"LEFT01-GATE00000001", "RIGHT1-GATE00000002"}


def unfocused(picture: Pixels) -> Pixels:
    return np.asarray(cv2.filter2D(picture, -1, disc_kernel(5.2)), np.uint8)


def test_of_two_blurred_codes_neither_passes_for_the_only_one() -> None:
    both = unfocused(beside(code(), code(OTHER)))
    assert all(each.text is None for each in readers()["zxing"](both))
    assert set(Decoder(None).decode(both).texts) == {SERIAL, OTHER}


def test_a_code_that_is_only_recognized_beside_one_that_is_read_is_looked_at() -> None:
    both = beside(code(), unfocused(code(OTHER)))
    assert {each.text for each in readers()["zxing"](both)} == {SERIAL, None}
    decoded = Decoder(None).decode(both)
    assert decoded.texts == (SERIAL, OTHER)
    first, second = (reading.corners[0][0] for reading in decoded.readings)
    assert first < 640 < second


def test_bytes_that_are_no_text_become_a_text_without_a_crash() -> None:
    texts = Decoder().decode(on_wall(code(b"\xff\xfe\xe9abc\x80"))).texts
    assert len(texts) == 1
    assert "abc" in texts[0]


def test_a_text_beyond_ascii_is_read_as_it_was_written() -> None:
    assert Decoder().decode(on_wall(code("Straße 5, Größe"))).texts == ("Straße 5, Größe",)


def test_the_first_pass_signs_what_it_read_and_says_where() -> None:
    (reading,) = Decoder().decode(on_wall(code(), left=500, top=200)).readings
    assert reading.by == "zxing"
    expected = [(524, 224), (650, 224), (650, 350), (524, 350)]
    assert np.allclose(reading.corners, expected, atol=2)


@pytest.mark.parametrize("kind", ["speckled", "almost black", "badly out of focus"])
def test_a_harder_pass_says_where_the_code_is_in_the_original(kind: str) -> None:
    (reading,) = Decoder(budget_ms=None).decode(READABLE[kind]).readings
    assert reading.by != "zxing"
    expected = [(524, 224), (650, 224), (650, 350), (524, 350)]
    assert np.allclose(reading.corners, expected, atol=6)


def test_where_a_code_was_recognized_is_looked_at_first() -> None:
    picture = READABLE["small and out of focus"]
    # The time of this thread alone, so that other load on the machine does not count.
    decoded = Decoder(clock=time.thread_time).decode(picture)
    (reading,) = decoded.readings
    assert reading.by != "zxing"
    assert np.allclose(reading.corners, [(508, 208), (550, 208), (550, 250), (508, 250)], atol=3)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (20, 1), (21, 21), (22, 600)])
@pytest.mark.parametrize("budget_ms", [FRAME_BUDGET_MS, None])
def test_a_strip_of_any_size_is_looked_at_in_vain(
    size: tuple[int, int], budget_ms: float | None
) -> None:
    strip = ((np.indices(size) // 3).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert Decoder(budget_ms).decode(strip).texts == ()
