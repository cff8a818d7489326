from datetime import UTC, datetime, timedelta

from scanner.sync.server_time import ServerTime

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)


class Clock:
    """The gate's clock, in the test's hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def test_before_any_answer_the_gates_own_clock_is_all_there_is() -> None:
    time = ServerTime(Clock())
    assert time.offset is None
    assert time.now() == NOW


def test_an_answer_tells_how_far_the_server_is_ahead_and_that_is_kept() -> None:
    clock = Clock()
    time = ServerTime(clock)
    time.note(NOW + timedelta(minutes=7))
    clock.at += timedelta(seconds=30)
    assert time.offset == timedelta(minutes=7)
    assert time.now() == NOW + timedelta(minutes=7, seconds=30)


def test_a_server_that_is_behind_is_believed_too() -> None:
    time = ServerTime(Clock())
    time.note(NOW - timedelta(hours=9))
    assert time.now() == NOW - timedelta(hours=9)


def test_an_answer_without_a_date_changes_nothing() -> None:
    time = ServerTime(Clock())
    time.note(None)
    assert time.offset is None
    time.note(NOW + timedelta(minutes=7))
    time.note(None)
    assert time.offset == timedelta(minutes=7)


def test_the_next_answer_corrects_a_clock_that_has_jumped() -> None:
    clock = Clock()
    time = ServerTime(clock)
    time.note(NOW + timedelta(seconds=5))
    clock.at -= timedelta(days=1)
    assert time.now() == NOW + timedelta(seconds=5) - timedelta(days=1)
    time.note(NOW + timedelta(seconds=5))
    assert time.now() == NOW + timedelta(seconds=5)


def test_an_offset_from_an_earlier_run_is_taken_over() -> None:
    assert ServerTime(Clock(), timedelta(seconds=-3)).now() == NOW - timedelta(seconds=3)
