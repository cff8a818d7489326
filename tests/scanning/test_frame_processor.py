import pytest

from scanner.qr import decoder
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Frame
from scanner.scanning.errors import NoDecoder
from scanner.scanning.frame_processor import OUTLINED_SECONDS, FrameProcessor, create_decoder
from scanner.scanning.presentation import Presentation, TwoInView
from tests.qr.pictures import SERIAL, code, on_wall
from tests.scanning.feigned import Scripted, frame


def test_a_frame_with_a_code_is_a_presentation_signed_by_what_read_it() -> None:
    processor = FrameProcessor(Decoder())
    assert processor.process(Frame(on_wall(code()), 0, 0.0)) == [Presentation(SERIAL, "zxing")]
    assert processor.process(Frame(on_wall(code()), 1, 0.03)) == []


def test_the_time_between_presentations_is_the_frames_own() -> None:
    processor = FrameProcessor(Scripted(lambda number: ["A"] if number in (0, 2) else []))
    looked = [processor.process(frame(number, at=number * 1.1)) for number in range(3)]
    assert looked == [[Presentation("A", "script")], [], [Presentation("A", "script")]]


def test_two_codes_are_a_notice() -> None:
    assert FrameProcessor(Scripted(lambda _: ["A", "B"])).process(frame(0)) == [TwoInView()]


def test_the_counts_say_what_was_done() -> None:
    processor = FrameProcessor(Scripted(lambda number: ["A"] if number % 2 else []))
    for number in range(10):
        processor.process(frame(number))
    counts = processor.counts()
    assert (counts.frames_read, counts.frames_decoded, counts.frames_with_code) == (10, 10, 5)
    assert (counts.presentations, dict(counts.reads_by)) == (1, {"script": 5})


def test_the_view_is_the_newest_frame_with_its_codes_outlined_for_a_moment() -> None:
    processor = FrameProcessor(Scripted(lambda number: ["A"] if number == 0 else []))
    outlines: list[int] = []
    for number, at in enumerate((0.0, 0.1, OUTLINED_SECONDS + 0.2)):
        shown = frame(number, at=at)
        processor.process(shown)
        view = processor.view
        assert view
        assert view.pixels is shown.pixels
        outlines.append(len(view.outlines))
    assert outlines == [1, 1, 0]


def test_a_missing_library_is_reported_as_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "readers", dict)
    with pytest.raises(NoDecoder):
        create_decoder()
