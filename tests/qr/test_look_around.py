import cv2
import numpy as np
import pytest

from scanner.qr import decoder
from scanner.qr.deblur import motion_kernel
from scanner.qr.decoded import Decoded
from scanner.qr.decoder import LOOK_AROUND_MS, Decoder
from scanner.qr.frame import Frame, Pixels
from scanner.qr.readers import Detection
from scanner.qr.regions import mask_symbols
from scanner.scanning.frame_processor import FrameProcessor
from scanner.scanning.presentation import SETTLE_SECONDS, Debouncer, Presentation, TwoInView
from scanner.stage.backdrop import backdrop
from tests.qr.pictures import OTHER, SERIAL, beside, code, noisy, on_wall, page_of_text
from tests.scanning.feigned import Scripted, frame

CODE = code()


def smeared(picture: Pixels) -> Pixels:
    """Apply motion blur of 24 pixels."""
    paper = np.pad(picture, 20, constant_values=120)
    return np.asarray(cv2.filter2D(paper, -1, motion_kernel(24, 0.5)), np.uint8)


SMEARED = smeared(code(OTHER))


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
    around = looked_around(beside(CODE, SMEARED))
    assert around.texts == (SERIAL, OTHER)
    left, right = (reading.corners[0][0] for reading in around.readings)
    assert left < 640 < right


def test_it_is_read_in_colour_too() -> None:
    assert looked_around(np.repeat(beside(CODE, SMEARED)[:, :, None], 3, axis=2)).texts[1:] == (
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


class Crowd(Scripted):
    """A decoder that sees another code in some frames, if it looks around; and counts that."""

    def __init__(self, crowded: set[int]) -> None:
        super().__init__(lambda _: ["A"])
        self._crowded = crowded
        self.looks = 0

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        self.looks += 1
        return decoded._replace(crowded=int(pixels[0, 0]) in self._crowded)


def test_a_code_is_looked_around_once_before_it_is_presented() -> None:
    decoder = Crowd(set())
    watch = FrameProcessor(decoder)
    events = [event for number in range(20) for event in watch.process(frame(number))]
    assert [type(event) for event in events] == [Presentation]
    assert decoder.looks == 1


def test_a_code_beside_one_that_cannot_be_read_is_presented_when_that_is_gone() -> None:
    decoder = Crowd({0})
    watch = FrameProcessor(decoder)
    assert watch.process(frame(0, at=0.0)) == [TwoInView()]
    assert watch.process(frame(1, at=SETTLE_SECONDS / 2)) == []
    assert watch.process(frame(2, at=SETTLE_SECONDS + 0.01)) == [Presentation("A", "script")]
    assert decoder.looks == 2


def test_the_guard_is_told_of_two_codes_of_which_the_first_pass_reads_one() -> None:
    watch = FrameProcessor(Decoder(None))
    assert watch.process(Frame(beside(CODE, SMEARED), 0, 0.0)) == [TwoInView()]


def test_a_code_that_is_none_in_view_makes_no_crowd() -> None:
    assert Debouncer().update([], 0.0, crowded=True) == []
