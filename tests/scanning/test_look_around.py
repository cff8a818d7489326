from scanner.qr.decoded import Decoded
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.frame_processor import FrameProcessor
from scanner.scanning.presentation import SETTLE_SECONDS, Debouncer, InView, Presentation, TwoInView
from tests.qr.pictures import OTHER, beside, code, moving
from tests.scanning.feigned import Scripted, frame


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
    processor = FrameProcessor(decoder)
    events = [event for number in range(20) for event in processor.process(frame(number))]
    assert [type(event) for event in events] == [Presentation, InView]
    assert decoder.looks == 1


def test_a_code_beside_one_that_cannot_be_read_is_presented_when_that_is_gone() -> None:
    decoder = Crowd({0})
    processor = FrameProcessor(decoder)
    assert processor.process(frame(0, at=0.0)) == [TwoInView()]
    assert processor.process(frame(1, at=SETTLE_SECONDS / 2)) == []
    assert processor.process(frame(2, at=SETTLE_SECONDS + 0.01)) == [Presentation("A", "script")]
    assert decoder.looks == 2


def test_the_guard_is_told_of_two_codes_of_which_the_first_pass_reads_one() -> None:
    processor = FrameProcessor(Decoder(None))
    assert processor.process(Frame(beside(code(), moving(code(OTHER))), 0, 0.0)) == [TwoInView()]


def test_a_code_that_is_none_in_view_makes_no_crowd() -> None:
    assert Debouncer().update([], 0.0, crowded=True) == []
