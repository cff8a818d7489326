import cv2
import numpy as np
import pytest

from scanner.qr import decoder
from scanner.qr.decoded import Decoded
from scanner.qr.decoder import LOOK_AROUND_MS, Decoder
from scanner.qr.frame import Pixels
from scanner.qr.readers import Detection
from scanner.qr.regions import mask_symbols
from scanner.stage.backdrop import backdrop
from tests.qr.pictures import OTHER, SERIAL, beside, code, moving, noisy, on_wall, page_of_text

CODE = code()


MOVING = moving(code(OTHER))


def broken() -> Pixels:
    """Draw a code that is damaged beyond its correction, its function patterns left."""
    picture = code(OTHER)
    data = picture[24 + 9 * 6 : 24 + 21 * 6, 24 + 9 * 6 : 24 + 21 * 6]
    data[:] = np.flipud(data)
    return picture


def looked_around(picture: Pixels) -> Decoded:
    decoder = Decoder(None)
    decoded = decoder.decode(picture)
    assert decoded.texts == (SERIAL,)
    return decoder.look_around(picture, decoded)


def test_a_code_that_the_first_pass_did_not_see_beside_another_is_read() -> None:
    around = looked_around(beside(CODE, MOVING))
    assert around.texts == (SERIAL, OTHER)
    left, right = (reading.corners[0][0] for reading in around.readings)
    assert left < 640 < right


def test_it_is_read_in_colour_too() -> None:
    assert looked_around(np.repeat(beside(CODE, MOVING)[:, :, None], 3, axis=2)).texts[1:] == (
        OTHER,
    )


def test_a_code_for_sure_that_cannot_be_read_is_told() -> None:
    around = looked_around(beside(CODE, broken()))
    assert around.texts == (SERIAL,)
    assert around.crowded


@pytest.mark.parametrize("place", ["wall", "page", "gate"])
def test_nothing_is_seen_beside_a_code_that_is_alone(place: str) -> None:
    view = {
        "wall": np.full((720, 1280), 120, np.uint8),
        "page": page_of_text(),
        "gate": np.asarray(cv2.cvtColor(backdrop(1, 2), cv2.COLOR_BGR2GRAY), np.uint8),
    }[place]
    view[200 : 200 + len(CODE), 500 : 500 + len(CODE)] = CODE
    around = looked_around(view)
    assert around.texts == (SERIAL,)
    assert not around.crowded


def test_a_code_is_masked_in_the_tone_around_it() -> None:
    picture = on_wall(CODE)
    (reading,) = Decoder().decode(picture).readings
    blank = mask_symbols(picture, [reading.corners])
    assert np.unique(blank[220:355, 520:655]).tolist() == [235]
    assert Decoder(None).decode(blank).readings == ()
    assert (picture == on_wall(CODE)).all()


def test_when_reading_took_all_of_the_time_a_little_more_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, asked = 0.0, 0

    def reads_nothing(grey: Pixels) -> list[Detection]:
        nonlocal now, asked
        now, asked = now + 0.002, asked + 1
        return []

    monkeypatch.setattr(decoder, "readers", lambda: {"zxing": reads_nothing})
    noise = noisy(np.full((200, 200), 120, np.uint8), 60)
    spent = Decoded((), code_like=True, spent_ms=40.0)
    monkeypatch.setattr(decoder, "has_finder_patterns", lambda region: True)
    around = Decoder(29, lambda: now).look_around(on_wall(noise), spent)
    assert asked > 1
    assert 40 < around.spent_ms <= 40 + LOOK_AROUND_MS
