from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.pin import FIRST_WAIT, FREE_TRIES, LONGEST_WAIT, Pin, PinCheck, PinError, Tries

NOW = datetime(2026, 6, 12, 21, 4, tzinfo=UTC)


@dataclass
class Shelf:
    held: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, /) -> str | None:
        return self.held.get(name)

    def set(self, name: str, secret: str, /) -> None:
        self.held[name] = secret

    def delete(self, name: str, /) -> None:
        self.held.pop(name, None)


@dataclass
class Watch:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def made(shelf: Shelf, watch: Watch) -> Pin:
    pin = Pin(shelf, watch)
    pin.set("4711")
    return pin


def test_the_right_pin_is_right_and_only_its_hash_is_kept() -> None:
    shelf = Shelf()
    pin = made(shelf, Watch())
    assert pin.check("4711") is PinCheck.RIGHT
    assert "4711" not in "".join(shelf.held.values())
    assert shelf.held["supervisor-pin"].startswith("$argon2id$")


def test_before_one_is_set_no_pin_is_right() -> None:
    pin = Pin(Shelf(), Watch())
    assert not pin.is_set
    assert pin.check("") is PinCheck.UNSET


def test_after_three_wrong_tries_the_right_one_must_wait_too() -> None:
    watch = Watch()
    pin = made(Shelf(), watch)
    assert [pin.check("0815") for _ in range(FREE_TRIES)] == [PinCheck.WRONG] * FREE_TRIES
    assert pin.check("4711") is PinCheck.WAIT
    watch.now += FIRST_WAIT
    assert pin.check("4711") is PinCheck.RIGHT
    assert pin.remaining() == timedelta(0)


def test_the_wait_outlives_a_restart() -> None:
    shelf = Shelf()
    first = made(shelf, Watch())
    for _ in range(FREE_TRIES):
        first.check("0815")
    assert Pin(shelf, Watch()).check("4711") is PinCheck.WAIT


def test_a_right_try_forgives_the_wrong_ones() -> None:
    pin = made(Shelf(), Watch())
    for _ in range(FREE_TRIES - 1):
        pin.check("0815")
    assert pin.check("4711") is PinCheck.RIGHT
    assert [pin.check("0815") for _ in range(FREE_TRIES)] == [PinCheck.WRONG] * FREE_TRIES


@pytest.mark.parametrize(
    "pin", ["", "123", "1" * 13, "12a4", "١٢٣٤", "1111", "1234", "9876", "0 99"]
)
def test_what_is_no_good_pin_is_refused(pin: str) -> None:
    with pytest.raises(PinError):
        Pin(Shelf(), Watch()).set(pin)


@given(st.integers(0, 10_000), st.integers(-(10**7), 10**7))
def test_no_wait_is_longer_than_the_longest_or_shorter_than_nothing(wrong: int, ago: int) -> None:
    wait = Tries(wrong, NOW).wait(NOW + timedelta(seconds=ago))
    assert timedelta(0) <= wait <= LONGEST_WAIT
    if wrong < FREE_TRIES:
        assert not wait


def test_a_clock_that_was_set_back_lets_nobody_in_sooner() -> None:
    assert Tries(FREE_TRIES, NOW).wait(NOW - timedelta(days=400)) == FIRST_WAIT


def test_a_clock_that_was_years_ahead_does_not_lock_it_for_years() -> None:
    watch = Watch(NOW + timedelta(days=400))
    pin = made(Shelf(), watch)
    for _ in range(FREE_TRIES):
        pin.check("0815")
    watch.now = NOW
    assert pin.check("4711") is PinCheck.WAIT
    watch.now += FIRST_WAIT
    assert pin.check("4711") is PinCheck.RIGHT


def test_a_damaged_hash_is_no_open_door() -> None:
    shelf = Shelf({"supervisor-pin": "4711"})
    assert Pin(shelf, Watch()).check("4711") is PinCheck.WRONG
