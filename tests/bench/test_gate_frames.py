import numpy as np
import pytest

from scanner.bench.gate_frames import (
    DISTORTIONS,
    LEVELS,
    draw_frame,
    empty_frames,
    empty_video,
    gate_frames,
)
from scanner.qr.decoder import Decoder

SERIAL = "DAWIER-BACK75580348"


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (list(gate_frames(4, seed)) for seed in (3, 3, 4))
    pairs = list(zip(first, again, strict=True))
    assert all(
        np.array_equal(one.pixels, two.pixels) and one.text == two.text for one, two in pairs
    )
    assert [one.text for one in first] != [one.text for one in other]


def test_frames_are_grey_720p_and_take_turns_in_difficulty() -> None:
    frames = list(gate_frames(8, 1))
    assert all(each.pixels.shape == (720, 1280) for each in frames)
    assert all(each.pixels.dtype == np.uint8 for each in frames)
    assert [each.level for each in frames] == [*LEVELS, *LEVELS]


def test_the_code_is_where_its_corners_say() -> None:
    frame = draw_frame(SERIAL, {"size": 0.1}, np.random.default_rng(5))
    (reading,) = Decoder().decode(frame.pixels).readings
    assert reading.text == SERIAL
    assert frame.corners is not None
    assert np.allclose(sorted(reading.corners), sorted(map(tuple, frame.corners)), atol=4)


@pytest.mark.parametrize("name", DISTORTIONS)
def test_every_distortion_is_gentle_at_first_and_changes_the_frame(name: str) -> None:
    clean = draw_frame(SERIAL, {}, np.random.default_rng(7))
    gentle, heavy = (
        draw_frame(SERIAL, {name: level}, np.random.default_rng(7)) for level in (0.05, 0.9)
    )
    assert Decoder(None).decode(gentle.pixels).texts == (SERIAL,)
    assert not np.array_equal(clean.pixels, heavy.pixels)


@pytest.mark.parametrize("name", ["size", "defocus", "motion", "contrast", "low light", "thumb"])
def test_what_has_gone_too_far_is_read_by_nobody(name: str) -> None:
    wrong = {"size": 0.5, name: 1.0}
    frame = draw_frame(SERIAL, wrong, np.random.default_rng(9))
    assert Decoder().decode(frame.pixels).texts == ()


def test_nothing_is_read_in_frames_without_a_code() -> None:
    decoder = Decoder()
    assert all(decoder.decode(each.pixels).texts == () for each in empty_frames(8, 2))


def test_a_moment_of_video_is_one_view_with_grain() -> None:
    (view,) = (each.pixels for each in empty_frames(1, 3))
    first, second = empty_video(2, view)
    assert 0 < np.abs(first.astype(int) - second).mean() < 12
