import numpy as np
import pytest

from scanner.qr import decoder as decoder_module
from scanner.qr.decoder import UNLIMITED_MS, Decoder
from scanner.qr.frame import Pixels
from scanner.qr.readers import Detection, Reader
from tests.qr.fake_readers import Clock, nothing, saying, unread, working


def test_an_empty_view_costs_little_more_than_the_first_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    names = ("zxing", "zxing global", "zbar", "wechat")
    monkeypatch.setattr(
        decoder_module, "readers", lambda: {name: working(clock, 4, nothing) for name in names}
    )
    decoder = Decoder(budget_ms=33, clock=clock)
    decoder.decode(np.zeros((100, 100), np.uint8))
    begun = clock.now
    for _ in range(300):
        decoder.decode(np.zeros((100, 100), np.uint8))
    assert (clock.now - begun) * 1e3 / 300 <= 1.3 * 4


def slow_reader_of_bright_pictures(clock: Clock) -> dict[str, Reader]:
    def answer(grey: Pixels) -> list[Detection]:
        return saying("T")(grey) if grey.mean() > 128 else []

    return {"zxing": working(clock, 0.5, nothing), "wechat": working(clock, 2, answer)}


def plain_view(level: int) -> Pixels:
    return np.full((100, 100), level, np.uint8)


def test_a_view_in_which_nothing_is_recognized_is_looked_at_harder_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(decoder_module, "readers", lambda: slow_reader_of_bright_pictures(clock))
    decoder = Decoder(budget_ms=33, clock=clock)
    decoder.decode(plain_view(120))
    read = [bool(decoder.decode(plain_view(130)).texts) for _ in range(600)]
    assert not read[0]
    assert any(read)


def test_a_new_view_is_looked_at_harder_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(decoder_module, "readers", lambda: slow_reader_of_bright_pictures(clock))
    decoder = Decoder(budget_ms=33, clock=clock)
    for _ in range(5):
        decoder.decode(plain_view(60))
        assert decoder.decode(plain_view(200)).texts == ("T",)


@pytest.mark.parametrize("like", [True, False])
def test_what_looks_like_a_code_is_given_a_whole_frames_time_whenever_it_moved(
    like: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(decoder_module, "readers", lambda: {"zxing": working(clock, 3, nothing)})
    monkeypatch.setattr(decoder_module, "looks_like_symbol", lambda grey, dense: like)
    decoder = Decoder(budget_ms=24, clock=clock)
    moving = [decoder.decode(plain_view(90 + 4 * number)) for number in range(6)][1:]
    assert all(each.code_like == like for each in moving)
    assert all((each.spent_ms > 18) == like for each in moving)
    still = [decoder.decode(plain_view(110)) for _ in range(6)]
    assert all(each.code_like == like for each in still)
    assert all(each.spent_ms < 6 for each in still)


def test_a_picture_is_worth_seconds_and_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(
        decoder_module, "readers", lambda: {"zxing": working(clock, UNLIMITED_MS / 3, unread)}
    )
    Decoder(None, clock).decode(np.zeros((100, 100), np.uint8))
    assert clock.now * 1e3 <= 5 * UNLIMITED_MS / 3
