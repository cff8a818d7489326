from collections.abc import Callable, Iterator

import numpy as np
import pytest

from scanner.qr import decoder as decoder_module
from scanner.qr import pass_runner
from scanner.qr.decoder import Decoder
from scanner.qr.frame import Pixels
from scanner.qr.passes import HARDER, STEP_MS, Pass, Prepared
from scanner.qr.readers import Detection, Reader
from tests.qr.fake_readers import Clock, nothing, saying, unread, working


def test_the_pass_that_worked_last_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noting(name: str, answer: Callable[[Pixels], list[Detection]]) -> Reader:
        def read(grey: Pixels) -> list[Detection]:
            asked.append(name)
            return answer(grey)

        return read

    monkeypatch.setattr(
        decoder_module,
        "readers",
        lambda: {"zxing": noting("zxing", unread), "wechat": noting("wechat", saying("T"))},
    )
    decoder = Decoder(budget_ms=None)
    picture = np.zeros((100, 100), np.uint8)
    decoder.decode(picture)
    assert len(asked) > 2
    asked.clear()
    decoder.decode(picture)
    assert asked[:2] == ["zxing", "wechat"]


def test_a_frame_takes_no_longer_than_its_budget_and_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    names = ("zxing", "zxing global", "zbar", "wechat")
    monkeypatch.setattr(
        decoder_module, "readers", lambda: {name: working(clock, 8, unread) for name in names}
    )
    decoder = Decoder(budget_ms=33, clock=clock)
    for _ in range(20):
        spent = decoder.decode(np.zeros((100, 100), np.uint8)).spent_ms
        assert 33 - 8 <= spent <= 33 + 8


def test_a_pass_of_many_steps_is_interrupted_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()

    def steps(grey: Pixels) -> Iterator[Prepared | None]:
        for _ in range(1000):
            clock.now += 0.002
            yield None
        yield Prepared(grey)

    monkeypatch.setattr(decoder_module, "readers", lambda: {"zxing": working(clock, 1, unread)})
    long = (Pass("zxing", "steps", steps, 1.0),)
    monkeypatch.setattr(pass_runner, "REGION_FAST", long)
    monkeypatch.setattr(pass_runner, "HARDER", (*HARDER, *long))
    spent = Decoder(budget_ms=33, clock=clock).decode(np.zeros((100, 100), np.uint8)).spent_ms
    assert 33 - 2 * STEP_MS <= spent < 33.5


def test_a_pass_that_was_far_too_slow_is_skipped_in_the_next_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    reads = {"zxing": working(clock, 0.5, unread), "wechat": working(clock, 900, unread)}
    monkeypatch.setattr(decoder_module, "readers", lambda: reads)
    decoder = Decoder(budget_ms=33, clock=clock)
    spent = [decoder.decode(np.zeros((100, 100), np.uint8)).spent_ms for _ in range(30)]
    assert sum(ms > 33 for ms in spent) == 4  # it has four passes: each was tried once
    assert max(spent[4:]) < 33


def test_what_two_passes_read_differently_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([nothing, saying("A"), saying("B")])

    def read(grey: Pixels) -> list[Detection]:
        return next(answers, nothing)(grey)

    monkeypatch.setattr(decoder_module, "readers", lambda: {"zxing": read})
    assert Decoder(budget_ms=None).decode(np.zeros((100, 100), np.uint8)).readings == ()
