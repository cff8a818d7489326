from pathlib import Path

from scanner.bench import training


def test_starts_and_two_sessions_are_really_measured(tmp_path: Path) -> None:
    listed, opened, own, server, played = training.measure(tmp_path, "first-ten", 1)
    assert (listed.work, opened.work, own.work, played.work) == (1, 1, 10, 10)
    for start in (listed, opened):
        assert 100 < start.measured < 60_000
    assert own.measured > server.measured > 10
    assert played.measured > own.measured
