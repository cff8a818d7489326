"""The measurement of streams, with decoders whose time is known."""

import numpy as np
import pytest
from rich.console import Console

from scanner.bench.contestants import PRODUCT
from scanner.bench.stream import (
    EMPTY_FRAMES,
    Kind,
    Line,
    Outcome,
    Report,
    Stream,
    play,
    summary,
)
from scanner.qr.frame import Frame


class Drawn(Stream):
    """A stream whose frames take no time to draw; the code is in view from its third one."""

    first = 2

    def frame(self, number: int) -> Frame:
        return Frame(np.zeros((1, 1, 3), np.uint8), number, number / 30)


class SlowJudge:
    """Takes a time for each frame, by its own clock, and judges the first from a number on."""

    def __init__(self, seconds: float, reads_from: int) -> None:
        self.now = 0.0
        self.saw: list[int] = []
        self._seconds, self._reads_from = seconds, reads_from

    def __call__(self, frame: Frame) -> bool:
        self.now += self._seconds
        self.saw.append(frame.number)
        return frame.number >= self._reads_from


def _played(seconds: float, reads_from: int) -> tuple[Outcome, list[int]]:
    judge = SlowJudge(seconds, reads_from)
    outcome = play(Drawn(Kind.TREMBLE, 0.2, 0, 0), judge, clock=lambda: judge.now)
    return outcome, judge.saw[EMPTY_FRAMES:]


def test_a_decoder_within_its_slot_sees_every_frame() -> None:
    outcome, saw = _played(0.010, reads_from=5)

    assert saw == [2, 3, 4, 5]
    assert outcome.ms == pytest.approx(3 * 1000 / 30 + 10)
    assert (outcome.seen, outcome.dropped) == (4, 0)


def test_a_slow_decoder_drops_what_came_meanwhile_and_is_late() -> None:
    outcome, saw = _played(0.090, reads_from=8)

    assert saw == [2, 4, 7, 10]
    assert outcome.dropped == 5
    assert outcome.ms == pytest.approx(4 * 90)


def test_what_is_not_judged_while_it_is_in_view_is_missed() -> None:
    outcome, saw = _played(0.010, reads_from=1000)

    assert outcome.ms is None
    assert saw[-1] == 89


def test_a_missed_stream_counts_as_the_longest() -> None:
    outcomes = [Outcome(0.2, ms, 1, 1) for ms in (30.0, 10.0, None, 20.0)]

    assert summary(outcomes) == Line(4, missed=1, p50_ms=20.0, p95_ms=None, dropped=0.5)
    assert summary(outcomes[:2]).p95_ms == 30.0


@pytest.mark.parametrize("kind", list(Kind))
def test_the_same_seed_draws_the_same_moving_code(kind: Kind) -> None:
    stream, again = (Stream(kind, 0.2, 7, 1) for _ in range(2))
    first = stream.first
    one, later = stream.frame(first).pixels, stream.frame(first + 6).pixels

    assert stream.text == again.text
    assert np.array_equal(one, again.frame(first).pixels)
    assert np.abs(one.astype(int) - later).max() > 100
    assert one.shape == (720, 1280, 3)


def test_the_table_has_a_line_for_each_difficulty_and_fits_80_columns() -> None:
    report = Report({PRODUCT: [Outcome(0.2, 40.0, 1, 0), Outcome(0.5, None, 9, 1)]})
    console = Console(width=80, record=True)

    console.print(report.table())

    lines = [line.split() for line in console.export_text().splitlines() if PRODUCT in line]
    assert [line[3:] for line in lines] == [
        ["0.2", "1", "0", "40", "40", "0%"],
        ["0.5", "1", "1", "missed", "missed", "10%"],
        ["all", "2", "1", "40", "missed", "9%"],
    ]
