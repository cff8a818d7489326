import time
from collections.abc import Iterator

import numpy as np

from scanner.qr.decoder import Decoder
from scanner.qr.frame import Frame
from scanner.scanning.frame_processor import FrameProcessor
from scanner.scanning.presentation import Presentation
from scanner.stage.scene import FRAMES
from scanner.stage.synthetic import Nobody, SyntheticCamera

SERIALS = [f"DAWIER-BACK{number:012}"[:19] for number in range(4)]


def frames_of(camera: SyntheticCamera) -> Iterator[Frame]:
    while frame := camera.read():
        yield frame


def presented(camera: SyntheticCamera) -> list[str]:
    watch = FrameProcessor(Decoder())
    events = (event for frame in frames_of(camera) for event in watch.process(frame))
    return [event.payload for event in events if isinstance(event, Presentation)]


def test_each_patron_is_presented_once_also_the_same_ticket_again() -> None:
    patrons = ["A", "A", "B", "A", "A"]
    assert presented(SyntheticCamera(patrons, seed=1)) == patrons


def test_without_a_pace_a_patron_takes_few_frames_and_the_scenes_time_goes_on() -> None:
    begun = time.monotonic()
    frames = list(frames_of(SyntheticCamera(SERIALS, seed=1)))
    assert len(frames) <= (FRAMES + 1) * len(SERIALS) + 1
    assert frames[-1].at - frames[0].at > 1.2 * (len(SERIALS) - 1)
    assert time.monotonic() - begun < frames[-1].at - frames[0].at + 5
    assert [frame.number for frame in frames] == list(range(len(frames)))
    assert np.all(np.diff([frame.at for frame in frames]) > 0)


def test_the_next_patron_is_asked_for_only_when_the_last_was_seen() -> None:
    judged: list[str] = []
    asked_with: list[int] = []

    def next_payload() -> str | None:
        asked_with.append(len(judged))
        return SERIALS[len(judged)] if len(judged) < len(SERIALS) else None

    watch = FrameProcessor(Decoder())
    for frame in frames_of(SyntheticCamera(next_payload, seed=2)):
        judged += [
            event.payload for event in watch.process(frame) if isinstance(event, Presentation)
        ]
    assert judged == SERIALS
    assert asked_with == list(range(len(SERIALS) + 1))


def test_while_nobody_is_there_the_gate_is_empty() -> None:
    answers = iter([Nobody.YET, Nobody.YET, "A", None])
    camera = SyntheticCamera(lambda: next(answers), seed=1)
    assert presented(camera) == ["A"]


def test_at_a_pace_the_scene_takes_its_time() -> None:
    camera = SyntheticCamera(["A"], seed=1, frames_per_second=20)
    assert camera.live
    begun = time.monotonic()
    frames = [camera.read() for _ in range(11)]
    assert time.monotonic() - begun >= 10 / 20 - 0.01
    times = [frame.at for frame in frames if frame]
    assert np.allclose(np.diff(times), 1 / 20)


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, other = (SyntheticCamera(["A", "B"], seed=7) for _ in range(2))
    for frame, same in zip(frames_of(one), frames_of(other), strict=True):
        assert np.array_equal(frame.pixels, same.pixels)


def test_a_closed_camera_shows_nothing_more() -> None:
    camera = SyntheticCamera(["A", "B"])
    assert camera.read() is not None
    camera.close()
    camera.close()
    assert camera.read() is None
