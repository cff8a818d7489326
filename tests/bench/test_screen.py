"""The screen's bench on a small list: that it measures something, not how much."""

from pathlib import Path

import pytest

from scanner.bench import screen
from scanner.bench.terminal import running


def test_a_gate_is_timed_from_its_start_to_its_rest(tmp_path: Path) -> None:
    (seconds,) = screen.start(tmp_path / "start", 1000, 1)
    assert seconds > 0
    times = screen.use(tmp_path / "gate", 1000, 1, 3, 0.3)
    assert len(times.repaints) == 3
    assert all(0 < each < screen.START_SECONDS * 10 for each in times.repaints)
    assert all(each > 0 for key in times.answers.values() for each in key)
    assert times.busy >= 0


def test_a_program_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    with (
        running(["scanner", "gate", "--nonsense"], {"SCANNER_HOME": str(tmp_path)}) as gate,
        pytest.raises(AssertionError, match="did not come"),
    ):
        gate.wait_for(b"This gate admits")
