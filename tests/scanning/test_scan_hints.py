import threading
import time

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.bench.gate_frames import empty_frames
from scanner.facts import Fact
from scanner.qr.decoded import Decoded, Reading
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.camera_source import CameraSource
from scanner.scanning.frame_processor import FrameProcessor
from scanner.scanning.scan_hints import (
    NEEDED_FRAMES,
    Exposure,
    Hint,
    ScanHints,
    exposure_of,
    hint_for,
)
from scanner.scanning.unread_codes import Candidate, find_candidate
from tests.qr.pictures import blurred, checkered, code, noisy, on_wall, page_of_text
from tests.scanning.feigned import Film

NOTHING = Decoded((), code_like=False, spent_ms=0.0)
CODE_LIKE = Decoded((), code_like=True, spent_ms=0.0)
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
READ = Decoded((Reading("A", CORNERS, "test"),), code_like=True, spent_ms=0.0)


def with_glare(picture: Pixels) -> Pixels:
    """Let a lamp shine on a part of the code."""
    shining = picture.copy()
    cv2.circle(shining, (560, 260), 45, 255, -1)
    return shining


def smeared(picture: Pixels, pixels: int) -> Pixels:
    return np.asarray(cv2.blur(picture, (1, pixels)), np.uint8)


def far() -> Pixels:
    small = cv2.resize(code(module=8), None, fx=0.12, fy=0.12, interpolation=cv2.INTER_AREA)
    return on_wall(np.asarray(small, np.uint8))


GATE = on_wall(code())


@pytest.mark.parametrize("grain", [0, 4])
@pytest.mark.parametrize(
    ("picture", "hint"),
    [
        ((GATE * 0.15).astype(np.uint8), Hint.TOO_DARK),
        (with_glare(GATE), Hint.GLARE),
        (blurred(GATE, 4.5), Hint.STILL),
        (smeared(GATE, 18), Hint.STILL),
        (smeared(GATE.T.copy(), 18).T.copy(), Hint.STILL),
        (far(), Hint.CLOSER),
    ],
)
def test_a_code_that_is_not_read_gets_a_hint_by_what_the_picture_lacks(
    picture: Pixels, hint: Hint, grain: int
) -> None:
    grainy = noisy(picture, grain)
    assert hint_for(exposure_of(grainy), NOTHING, find_candidate(grainy)) is hint
    colour = np.repeat(grainy[:, :, None], 3, axis=2)
    assert hint_for(exposure_of(colour), NOTHING, find_candidate(colour)) is hint


def test_what_looks_like_a_code_and_is_sharp_is_too_far() -> None:
    assert hint_for(exposure_of(GATE), CODE_LIKE, find_candidate(GATE)) is Hint.CLOSER


@pytest.mark.parametrize(
    "picture",
    [
        np.full((720, 1280), 120, np.uint8),
        page_of_text(),
        blurred(page_of_text(), 4),
        checkered(),
        blurred(checkered(), 6),
        smeared(checkered(), 20),
    ],
)
def test_an_empty_gate_gets_no_hint(picture: Pixels) -> None:
    assert hint_for(exposure_of(picture), NOTHING, find_candidate(picture)) is None


def test_empty_gates_of_many_kinds_get_no_hint() -> None:
    views = [view.pixels for view in empty_frames(16, seed=3)]
    told = [hint_for(exposure_of(view), NOTHING, find_candidate(view)) for view in views]
    assert told == [None] * len(views)


def test_the_dark_is_said_with_nothing_in_view() -> None:
    assert hint_for(exposure_of(np.zeros((720, 1280, 3), np.uint8)), NOTHING) is Hint.TOO_DARK


@given(st.floats(0, 255), st.floats(0, 1), st.builds(Candidate))
def test_what_is_read_needs_no_hint(light: float, clipped: float, seen: Candidate) -> None:
    assert hint_for(Exposure(light, clipped), READ, seen) is None


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 9), (2, 2, 3), (480, 640, 3), (3000, 4000)])
def test_a_picture_of_any_size_is_measured(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 255, np.uint8)
    assert exposure_of(picture).clipped == (0 if 0 in shape else 1)
    assert find_candidate(picture) is None


def test_measuring_costs_less_than_a_millisecond() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    spent = []
    for _ in range(30):
        begun = time.perf_counter()
        exposure_of(frame)
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.001


def test_a_hint_comes_after_a_moment_and_goes_with_the_first_read() -> None:
    hints = ScanHints()
    for _ in range(NEEDED_FRAMES - 1):
        assert hints.update(Hint.STILL, read=False) is None
    assert hints.update(Hint.STILL, read=False) is Hint.STILL
    assert hints.update(None, read=True) is None


def test_a_hint_stays_through_single_frames_that_differ() -> None:
    hints = ScanHints()
    for _ in range(NEEDED_FRAMES):
        hints.update(Hint.GLARE, read=False)
    mixed = [None, Hint.STILL, Hint.GLARE, None, Hint.GLARE] * 10
    assert {hints.update(hint, read=False) for hint in mixed} == {Hint.GLARE}


def test_a_hint_ends_when_its_cause_is_gone() -> None:
    hints = ScanHints()
    for _ in range(NEEDED_FRAMES):
        hints.update(Hint.GLARE, read=False)
    for _ in range(20):
        hints.update(None, read=False)
    assert hints.hint is None


class Blind:
    """A decoder that sees something like a code and reads nothing."""

    def decode(self, pixels: Pixels) -> Decoded:
        return CODE_LIKE

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        return decoded


def test_the_guard_is_told_once_and_sees_it_while_it_holds() -> None:
    hold, told = threading.Event(), threading.Event()
    notices: list[Fact] = []
    frames = (Frame(blurred(GATE, 4.5), number, number / 30) for number in range(40))
    numbers = iter(range(40))
    film = Film(frames, before=lambda: hold.wait(10) if next(numbers, 40) == 39 else None)
    pipeline = CameraSource(lambda: film, Blind())

    def hear(fact: Fact) -> None:
        notices.append(fact)
        told.set()

    pipeline.start(lambda payload, by: None, hear)
    assert told.wait(10)
    assert pipeline.state().fact == Fact(Hint.STILL)
    hold.set()
    assert pipeline.wait_finished(10)
    pipeline.stop()
    assert notices == [Fact(Hint.STILL)]


class Busy(Blind):
    """A decoder that takes all of a frame's time."""

    def decode(self, pixels: Pixels) -> Decoded:
        return Decoded((), code_like=True, spent_ms=30.0)


def test_frames_that_took_all_their_time_get_hints_now_and_then() -> None:
    processor, looked = FrameProcessor(Busy()), []
    far_away = far()

    def find(pixels: Pixels) -> Candidate | None:
        looked.append(pixels)
        return find_candidate(pixels)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("scanner.scanning.frame_processor.find_candidate", find)
        for number in range(20):
            processor.process(Frame(far_away, number, number / 30))
    assert len(looked) == 4
    assert processor.hint is Hint.CLOSER
