import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Fact
from scanner.pin import (
    FREE_TRIES,
    MOST,
    RULE,
    WAIT,
    Identified,
    Pin,
    PinCheck,
    PinError,
    PinFault,
    Tries,
    may_be_pin,
)
from scanner.wording.sentences import sentence

PIN = "471182"
NOW = datetime(2026, 6, 12, 21, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash fast: what is tested is not what a guess costs."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("argon2.PasswordHasher", cheap)


@dataclass
class Shelf:
    held: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, /) -> str | None:
        return self.held.get(name)

    def set(self, name: str, secret: str, /) -> None:
        self.held[name] = secret

    def delete(self, name: str, /) -> None:
        self.held.pop(name, None)

    def fetch(self, name: str, /) -> str | None:
        return self.get(name)

    def put(self, name: str, secret: str, /) -> None:
        self.held[name] = secret


@dataclass
class Watch:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def made(shelf: Shelf, watch: Watch) -> Pin:
    pin = Pin(shelf, watch)
    pin.set(PIN)
    return pin


def test_the_right_pin_is_right_and_only_its_hash_is_kept() -> None:
    shelf = Shelf()
    pin = made(shelf, Watch())
    assert pin.check(PIN) is PinCheck.RIGHT
    assert PIN not in "".join(shelf.held.values())
    assert shelf.held["supervisor-pin"].startswith("$argon2id$")


def test_before_one_is_set_no_pin_is_right() -> None:
    pin = Pin(Shelf(), Watch())
    assert not pin.is_set
    assert pin.check("") is PinCheck.UNSET


def test_after_three_wrong_tries_the_right_one_must_wait_too() -> None:
    watch = Watch()
    pin = made(Shelf(), watch)
    assert [pin.check("0815") for _ in range(FREE_TRIES)] == [PinCheck.WRONG] * FREE_TRIES
    assert pin.check(PIN) is PinCheck.WAIT
    watch.now += WAIT
    assert pin.check(PIN) is PinCheck.RIGHT
    assert pin.remaining() == timedelta(0)


def test_the_wait_outlives_a_restart() -> None:
    shelf = Shelf()
    first = made(shelf, Watch())
    for _ in range(FREE_TRIES):
        first.check("0815")
    assert Pin(shelf, Watch()).check(PIN) is PinCheck.WAIT


def test_a_right_try_forgives_the_wrong_ones() -> None:
    pin = made(Shelf(), Watch())
    for _ in range(FREE_TRIES - 1):
        pin.check("0815")
    assert pin.check(PIN) is PinCheck.RIGHT
    assert [pin.check("0815") for _ in range(FREE_TRIES)] == [PinCheck.WRONG] * FREE_TRIES


@pytest.mark.parametrize(
    "pin",
    ["", "123", PIN[:5], "1" * 13, "12a456", "١٢٣٤٥٦", "111111", "123456", "987654", "0 9999"],
)
def test_what_is_no_good_pin_is_refused(pin: str) -> None:
    with pytest.raises(PinError):
        Pin(Shelf(), Watch()).set(pin)


@given(st.integers(0, 10_000), st.integers(-(10**7), 10**7))
def test_no_wait_is_longer_than_the_longest_or_shorter_than_nothing(wrong: int, ago: int) -> None:
    wait = Tries(wrong, NOW).wait(NOW + timedelta(seconds=ago))
    assert timedelta(0) <= wait <= WAIT
    if wrong < FREE_TRIES:
        assert not wait


def test_a_clock_that_was_set_back_lets_nobody_in_sooner() -> None:
    assert Tries(FREE_TRIES, NOW).wait(NOW - timedelta(days=400)) == WAIT


def test_a_clock_that_was_years_ahead_does_not_lock_it_for_years() -> None:
    watch = Watch(NOW + timedelta(days=400))
    pin = made(Shelf(), watch)
    for _ in range(FREE_TRIES):
        pin.check("0815")
    watch.now = NOW
    assert pin.check(PIN) is PinCheck.WAIT
    watch.now += WAIT
    assert pin.check(PIN) is PinCheck.RIGHT


def test_a_damaged_hash_is_no_open_door() -> None:
    shelf = Shelf({"supervisor-pin": PIN})
    assert Pin(shelf, Watch()).check(PIN) is PinCheck.WRONG


def test_an_older_pin_of_four_digits_stays_valid_until_it_is_changed() -> None:
    shelf = Shelf({"supervisor-pin": PasswordHasher().hash("4711")})
    pin = Pin(shelf, Watch())
    assert pin.check("4711") is PinCheck.RIGHT
    pin.set(PIN)
    assert pin.check("4711") is PinCheck.WRONG


def test_patrons_never_delay_staff_for_longer_than_a_moment_and_are_counted() -> None:
    watch = Watch()
    pin = made(Shelf(), watch)
    for _ in range(200):
        assert pin.check("000000") in (PinCheck.WRONG, PinCheck.WAIT)
        watch.now += timedelta(seconds=1)
    assert pin.wrong_tries() > 30
    assert pin.remaining() <= timedelta(seconds=5)
    watch.now += timedelta(seconds=5)
    assert pin.check(PIN) is PinCheck.RIGHT
    assert pin.wrong_tries() == 0


@pytest.mark.parametrize(
    ("text", "may_be"),
    [("4", True), (PIN, True), ("4711 82", True), ("\uff14\uff17", True), ("1" * 12, True),
     ("1" * 13, False), ("", False), ("47a", False), ("DAWNAT-BALC22349736", False)],
)  # fmt: skip
def test_few_digits_may_be_a_pin(text: str, may_be: bool) -> None:
    assert may_be_pin(text) is may_be


ANNAS, BENS = "902655", "338104"


def test_each_supervisor_is_known_by_a_pin_and_the_houses_stays_valid() -> None:
    shelf = Shelf()
    pin = made(shelf, Watch())
    pin.set(ANNAS, "Anna")
    pin.set(BENS, "Ben")
    assert pin.names() == ("", "Anna", "Ben")
    assert pin.identify(PIN) == Identified(PinCheck.RIGHT, "")
    assert pin.identify(ANNAS) == Identified(PinCheck.RIGHT, "Anna")
    assert Pin(shelf, Watch()).identify(BENS) == Identified(PinCheck.RIGHT, "Ben")
    assert not {PIN, ANNAS, BENS} & set(re.findall(r"\d{6}", "".join(shelf.held.values())))


def test_a_supervisors_name_is_one_however_it_is_written() -> None:
    pin = Pin(Shelf(), Watch())
    pin.set(ANNAS, " Anna  Lund ")
    pin.set(BENS, "ANNA LUND")
    assert pin.names() == ("Anna Lund",)
    assert pin.check(ANNAS) is PinCheck.WRONG


def test_a_new_pin_takes_its_own_old_one_or_for_a_new_name_anybodys() -> None:
    pin = Pin(Shelf(), Watch())
    assert pin.may_set("", "Anna").answer is PinCheck.RIGHT
    pin.set(ANNAS, "Anna")
    assert pin.may_set(ANNAS, "Ben") == Identified(PinCheck.RIGHT, "Anna")
    pin.set(BENS, "Ben")
    assert pin.may_set(BENS, "anna").answer is PinCheck.WRONG
    assert pin.may_set(ANNAS, "anna").answer is PinCheck.RIGHT
    assert pin.wrong_tries() == 0


def test_no_two_have_the_same_pin_and_there_are_only_so_many() -> None:
    pin = made(Shelf(), Watch())
    with pytest.raises(PinError) as taken:
        pin.set(PIN, "Anna")
    assert taken.value.fact == Fact(PinFault.TAKEN)
    pin.set(PIN)  # one's own again
    for number in range(1, MOST):
        pin.set(f"5810{number:02}", f"Anna {number}")
    with pytest.raises(PinError) as many:
        pin.set(BENS, "Ben")
    assert many.value.fact == Fact(PinFault.TOO_MANY, {"most": MOST})


def test_one_is_taken_away_and_the_last_one_stays() -> None:
    shelf = Shelf()
    pin = made(shelf, Watch())
    pin.set(ANNAS, "Anna")
    pin.remove("anna")
    assert pin.check(ANNAS) is PinCheck.WRONG
    assert shelf.held["supervisor-pin"].startswith("$argon2id$")  # as an earlier version reads it
    for name in ("", "Ben"):
        with pytest.raises(PinError):
            pin.remove(name)
    assert pin.check(PIN) is PinCheck.RIGHT


def test_the_rule_tells_what_would_be_refused() -> None:
    assert "6 to 12 digits" in sentence(RULE)
    assert "123456" in sentence(RULE)
