from itertools import count

import numpy as np
import pytest

from scanner.bench.gate_frames import codeless_frames
from scanner.facts import Fact
from scanner.qr.decoded import Decoded, Reading, Symbology
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.frame_processor import FrameDecoder, FrameProcessor, create_decoder
from scanner.scanning.presentation import Presentation, TwoInView
from scanner.scanning.scan_hints import Hint
from scanner.scanning.scan_source import SourceStatus
from scanner.scanning.symbologies import (
    AGREEING_FRAMES,
    NAMED_SECONDS,
    Agreement,
    SymbologyDecoder,
    UnreadKinds,
    has_weak_check,
)
from scanner.wording.sentences import sentence
from tests.qr.pictures import OTHER, SERIAL, beside, code, noisy, on_wall, symbol

QR_ALONE = (Symbology.QR,)
TICKET_KINDS = [
    Symbology.AZTEC,
    Symbology.PDF417,
    Symbology.DATA_MATRIX,
    Symbology.RMQR,
    Symbology.MICRO_QR,
    Symbology.CODE_128,
    Symbology.CODE_39,
    Symbology.CODE_93,
]
"""Those that can hold a serial's letters and its hyphen."""

PRODUCTS = {
    Symbology.EAN_13: "4006381333931",
    Symbology.EAN_8: "40123455",
    Symbology.ITF: "12345678901231",
    Symbology.CODE_39: "PALLET7",
    Symbology.CODE_128: "SN-0042",
}
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def hung(picture: Pixels) -> Pixels:
    return on_wall(picture, left=300)


def shown(pixels: Pixels, codes: tuple[Symbology, ...], frames: int = 8) -> list[object]:
    """Show a picture to a gate for some frames; return the events."""
    processor = FrameProcessor(create_decoder(codes=codes), unread=UnreadKinds(codes))
    return [
        event
        for number in range(frames)
        for event in processor.process(Frame(pixels, number, number / 30))
    ]


def named(picture: Pixels, seconds: float = 1.0) -> Fact | None:
    """Return what a gate for QR says of a picture that is held before it."""
    processor = FrameProcessor(create_decoder(), unread=UnreadKinds(QR_ALONE))
    for number in range(round(30 * seconds)):
        processor.process(Frame(picture, number, number / 30))
        if fact := processor.fact:
            return fact
    return None


@pytest.mark.parametrize("kind", TICKET_KINDS)
def test_a_ticket_in_a_kind_that_is_on_is_presented_and_signed(kind: Symbology) -> None:
    read = shown(hung(symbol(kind)), (Symbology.QR, kind))
    assert read == [Presentation(SERIAL, f"zxing {kind}")]


@pytest.mark.parametrize("kind", TICKET_KINDS)
def test_a_ticket_in_a_kind_that_is_off_is_named_before_any_advice(kind: Symbology) -> None:
    expected = Fact(SourceStatus.OTHER_KIND, {"kind": kind.label, "codes": "QR"})
    assert named(hung(symbol(kind))) == expected


def test_a_code_is_outlined_where_it_is_though_a_part_of_the_frame_was_read() -> None:
    picture = hung(symbol(Symbology.AZTEC))
    decoder = SymbologyDecoder((Symbology.AZTEC,))
    textured, whole = (decoder.decode(picture).readings[0].corners for _ in range(2))
    assert np.allclose(textured, whole, atol=4)
    assert min(x for x, _ in whole) > 300


def test_a_frame_is_searched_for_one_group_of_kinds_and_a_few_are_enough() -> None:
    decoder = SymbologyDecoder(tuple(Symbology))
    picture = hung(symbol(Symbology.DATA_MATRIX))
    read = [decoder.decode(picture).texts for _ in range(6)]
    assert sorted(read) == [()] * 4 + [(SERIAL,)] * 2


def test_the_words_name_the_kind_and_what_is_read() -> None:
    codes = (Symbology.QR, Symbology.PDF417)
    fact = UnreadKinds(codes).find(hung(symbol(Symbology.AZTEC)))
    assert fact
    assert sentence(fact) == "A code of another kind (Aztec): this gate reads QR, PDF417."


def test_a_gate_without_qr_names_a_qr_code() -> None:
    assert shown(on_wall(code()), (Symbology.AZTEC,)) == []
    fact = UnreadKinds((Symbology.AZTEC,)).find(on_wall(code()))
    assert fact == Fact(SourceStatus.OTHER_KIND, {"kind": "QR", "codes": "Aztec"})


@pytest.mark.parametrize("kind", PRODUCTS)
def test_a_bar_code_that_is_no_tickets_is_not_shown_at_a_gate(kind: Symbology) -> None:
    picture = hung(symbol(kind, PRODUCTS[kind]))
    assert shown(picture, tuple(Symbology)) == []
    assert named(picture) is None


def test_a_still_picture_s_bar_code_that_is_no_tickets_is_named() -> None:
    picture = hung(symbol(Symbology.EAN_13, PRODUCTS[Symbology.EAN_13]))
    off, on = UnreadKinds(QR_ALONE).find(picture), UnreadKinds(tuple(Symbology)).find(picture)
    assert off == Fact(SourceStatus.OTHER_KIND, {"kind": "EAN-13", "codes": "QR"})
    assert on == Fact(SourceStatus.NO_TICKETS_FORM, {"kind": "EAN-13"})


def test_a_bar_code_is_believed_when_a_second_frame_agrees() -> None:
    bars = [Reading(SERIAL, CORNERS, "zxing", Symbology.CODE_39)]
    agreement = Agreement()
    assert agreement.believed(bars) == []
    for _ in range(AGREEING_FRAMES - 2):
        agreement.believed([])
    assert agreement.believed(bars) == bars
    for _ in range(AGREEING_FRAMES):
        agreement.believed([])
    assert agreement.believed(bars) == []


def test_two_frames_that_read_different_bar_codes_do_not_agree() -> None:
    agreement = Agreement()
    for text in (SERIAL, OTHER, "DAWIER-VIPX11112222"):
        assert agreement.believed([Reading(text, CORNERS, "zxing", Symbology.ITF)]) == []


def test_one_dimensional_codes_and_micro_qr_have_weak_checks() -> None:
    weak = {kind for kind in Symbology if has_weak_check(kind)}
    assert weak == {kind for kind in Symbology if kind.linear} | {Symbology.MICRO_QR}
    assert {kind for kind in Symbology if not kind.linear} - weak == {
        Symbology.QR,
        Symbology.RMQR,
        Symbology.AZTEC,
        Symbology.PDF417,
        Symbology.DATA_MATRIX,
    }


def test_two_tickets_of_different_kinds_are_two() -> None:
    both = beside(code(), symbol(Symbology.AZTEC, OTHER, module=5))
    assert shown(both, (Symbology.QR, Symbology.AZTEC)) == [TwoInView()]


def test_one_ticket_in_two_kinds_is_one() -> None:
    both = beside(code(), symbol(Symbology.AZTEC, SERIAL, module=5))
    assert shown(both, (Symbology.QR, Symbology.AZTEC)) == [Presentation(SERIAL, "zxing")]


def test_groups_of_kinds_take_turns_in_the_frames_time() -> None:
    ticks = count()
    decoder = SymbologyDecoder(tuple(Symbology), 29.0, clock=lambda: next(ticks) * 0.02)
    codes = [hung(symbol(kind)) for kind in (Symbology.AZTEC, Symbology.DATA_MATRIX)]
    frames = [codes[number // 6] for number in range(12)]
    read = [bool(decoder.decode(pixels).readings) for pixels in frames]
    assert any(read[:6])
    assert any(read[6:])
    assert not all(read)


def test_a_gate_for_qr_alone_has_the_plain_decoder() -> None:
    assert not isinstance(create_decoder(), SymbologyDecoder)
    assert not isinstance(create_decoder(codes=[Symbology.QR]), SymbologyDecoder)


class Blind(FrameDecoder):
    """A decoder that reads nothing at once."""

    def decode(self, pixels: Pixels) -> Decoded:
        return Decoded((), code_like=True, spent_ms=0.0)

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        return decoded


def test_a_kind_that_left_the_view_is_named_no_more() -> None:
    unread = UnreadKinds(QR_ALONE)
    processor = FrameProcessor(Blind(), unread=unread)
    picture, empty = hung(symbol(Symbology.AZTEC)), on_wall(np.full((9, 9), 120, np.uint8))
    for number in range(10):
        processor.process(Frame(picture, number, number / 30))
    assert processor.fact
    processor.process(Frame(empty, 11, 0.4 + NAMED_SECONDS))
    assert processor.fact is None


def test_advice_comes_when_what_stands_still_is_no_code_of_another_kind() -> None:
    unread = UnreadKinds(QR_ALONE)
    processor = FrameProcessor(Blind(), unread=unread)
    small = on_wall(code(module=2)[::2, ::2])
    for number in range(40):
        processor.process(Frame(noisy(small, 2, number), number, number / 30))
    assert processor.fact == Fact(Hint.CLOSER)


def test_an_unchanged_view_is_searched_once() -> None:
    ticks = count()
    searched = UnreadKinds(QR_ALONE, clock=lambda: next(ticks) * 1e-3)
    views = [noisy(on_wall(code(module=2)[::2, ::2]), 2, seed) for seed in range(3)]
    begun = 0
    for number in range(300):
        before = searched.searching
        searched.search(views[number % 3], number / 30)
        begun += searched.searching and not before
    assert begun == 1


def test_nothing_is_read_in_frames_without_a_code_with_every_kind_on() -> None:
    decoder = create_decoder(budget_ms=1.0, codes=tuple(Symbology))
    for pixels in codeless_frames(16, seed=5):
        assert decoder.decode(pixels).readings == ()
