import time

import numpy as np
import pytest

from scanner.qr.decoder import Decoder
from scanner.stage.scene import FRAMES, Approach, empty
from scanner.stage.ticket_art import Medium

SERIAL = "DAWIER-BACK75580348"
PAYLOADS = [SERIAL, "9f86d081884c7d65" * 4, "https://example.org/t/DAWIER-BACK75580348?from=mail0"]


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = list(Approach(SERIAL, 5)), list(Approach(SERIAL, 5))
    assert len(first) == FRAMES
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_an_approach_can_be_watched_twice() -> None:
    approach = Approach(SERIAL, 5)
    assert all(np.array_equal(a, b) for a, b in zip(approach, approach, strict=True))


def test_another_seed_is_another_patron() -> None:
    pairs = zip(Approach(SERIAL, 5), Approach(SERIAL, 6), strict=True)
    assert not any(np.array_equal(one, other) for one, other in pairs)


def test_frames_have_a_webcams_size_and_colour() -> None:
    for frame in (*Approach(SERIAL, 1), empty(0, 0)):
        assert (frame.shape, frame.dtype) == ((720, 1280, 3), np.uint8)


@pytest.mark.parametrize("medium", Medium)
def test_every_gentle_approach_is_read_in_at_least_one_frame(medium: Medium) -> None:
    decoder = Decoder()
    for seed in range(9):
        payload = PAYLOADS[seed % len(PAYLOADS)]
        read = [decoder.decode(frame).texts for frame in Approach(payload, seed, medium=medium)]
        assert (payload,) in read
        assert set(read) <= {(), (payload,)}


def test_a_hard_approach_is_read_less() -> None:
    def read(difficulty: float) -> int:
        decoder = Decoder()
        frames = (f for seed in range(4) for f in Approach(SERIAL, seed, difficulty=difficulty))
        return sum(bool(decoder.decode(frame).texts) for frame in frames)

    assert read(1.0) < read(0.0)


def test_an_empty_gate_shows_no_code_and_never_twice_the_same_noise() -> None:
    decoder = Decoder()
    frames = [empty(3, number) for number in range(6)]
    assert not any(decoder.decode(frame).texts for frame in frames)
    assert not np.array_equal(frames[0], frames[1])
    assert np.array_equal(frames[1], empty(3, 1))


def test_a_frame_is_drawn_in_the_time_that_a_demo_allows() -> None:
    list(Approach(SERIAL, 1))
    begun = time.process_time()
    frames = list(Approach(SERIAL, 1, frames=40))
    assert (time.process_time() - begun) / len(frames) < 0.030
