from collections.abc import Iterable

import pytest

from scanner.qr import decoder
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.errors import NoDecoder
from scanner.scanning.frame_processor import OUTLINED_SECONDS, FrameProcessor, create_decoder
from scanner.scanning.presentation import Beside, Event, InView, Presentation, TwoInView
from tests.qr.pictures import OTHER, SERIAL, beside, code, on_wall, turned
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


def film(pictures: Iterable[Pixels], every: float = 0.1) -> list[Event]:
    """Show pictures one after another; return the events but those of a code still in view."""
    processor = FrameProcessor(Decoder())
    return [
        event
        for number, pixels in enumerate(pictures)
        for event in processor.process(Frame(pixels, number, number * every))
        if not isinstance(event, InView)
    ]


def small(picture: Pixels) -> Pixels:
    """Cut the place of one code out of a wall."""
    return picture[150:450, 450:750]


def test_an_animated_picture_of_two_tickets_is_two_presentations() -> None:
    one, other = (small(on_wall(code(text))) for text in (SERIAL, OTHER))
    assert film(([one] * 15 + [other] * 25) * 4) == [
        Presentation(SERIAL, "zxing"),
        Presentation(OTHER, "zxing"),
    ]


def test_a_code_that_turns_is_one_presentation() -> None:
    picture = small(on_wall(code()))
    shown = film(turned(picture, 12.0 * number) for number in range(60))
    assert [event.payload for event in shown if isinstance(event, Presentation)] == [SERIAL]
    assert len(shown) == 1


def test_a_ticket_beside_an_advertisement_is_judged_and_the_other_named() -> None:
    pictures = [beside(code(), code("https://example.com/app"))] * 12
    first, second = film(pictures)
    assert (first, type(second)) == (Presentation(SERIAL, "zxing"), Beside)
    assert film([beside(code(), code(OTHER))] * 12) == [TwoInView()]


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
