from datetime import UTC, datetime, timedelta

from scanner.platform.server_time import ServerTime

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)


class Clocks:
    """The gate's clock, which can be set, and one that only runs."""

    def __init__(self) -> None:
        self.at = NOW
        self.run = 1000.0
        self.time = ServerTime(lambda: self.at, lambda: self.run)

    def pass_seconds(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.run += seconds


def test_before_any_answer_the_gates_own_clock_is_all_there_is() -> None:
    clocks = Clocks()
    assert clocks.time.offset is None
    assert clocks.time.now() == NOW


def test_an_answer_tells_the_time_and_it_runs_on() -> None:
    clocks = Clocks()
    clocks.time.note(NOW + timedelta(minutes=7))
    clocks.pass_seconds(30)
    assert clocks.time.offset == timedelta(minutes=7)
    assert clocks.time.now() == NOW + timedelta(minutes=7, seconds=30)


def test_a_server_that_is_behind_is_believed_too() -> None:
    clocks = Clocks()
    clocks.time.note(NOW - timedelta(hours=9))
    assert clocks.time.now() == NOW - timedelta(hours=9)


def test_an_answer_without_a_date_changes_nothing() -> None:
    clocks = Clocks()
    clocks.time.note(None)
    assert clocks.time.offset is None
    clocks.time.note(NOW + timedelta(minutes=7))
    clocks.time.note(None)
    assert clocks.time.offset == timedelta(minutes=7)


def test_a_gates_clock_that_jumps_moves_the_offset_and_not_the_servers_time() -> None:
    clocks = Clocks()
    clocks.time.note(NOW)
    clocks.at -= timedelta(days=1)
    clocks.pass_seconds(5)
    assert clocks.time.now() == NOW + timedelta(seconds=5)
    assert clocks.time.offset == timedelta(days=1)
