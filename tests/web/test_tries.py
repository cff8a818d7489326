import pytest

from scanner.web import tries as module
from scanner.web.tries import IN_ALL, PER_ADDRESS, PER_ADDRESS_SECONDS, Tries, network_of


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def allowed(tries: Tries, address: str, count: int) -> int:
    return sum(not tries.take(address).wait for _ in range(count))


def test_an_address_has_its_tries_at_once_and_then_one_after_a_while() -> None:
    clock = Clock()
    tries = Tries(clock)
    assert allowed(tries, "10.0.0.1", 60) == PER_ADDRESS
    assert 0 < tries.take("10.0.0.1").wait <= PER_ADDRESS_SECONDS
    clock.now += PER_ADDRESS_SECONDS
    assert allowed(tries, "10.0.0.1", 60) == 1
    clock.now += 10_000
    assert allowed(tries, "10.0.0.1", 60) == PER_ADDRESS


def test_what_one_address_spends_costs_another_nothing() -> None:
    tries = Tries(Clock())
    allowed(tries, "10.0.0.1", 1000)
    turn = tries.take("10.0.0.2")
    assert (turn.wait, turn.is_first) == (0.0, True)
    assert not tries.take("10.0.0.2").is_first


def test_a_right_password_costs_nothing() -> None:
    tries = Tries(Clock())
    for _ in range(10 * IN_ALL):
        assert not tries.take("10.0.0.1").wait
        tries.give_back("10.0.0.1")
    tries.give_back("10.0.0.1")
    assert allowed(tries, "10.0.0.1", 60) == PER_ADDRESS


def test_many_addresses_together_have_one_try_each_beyond_what_all_have() -> None:
    tries, seen = Tries(Clock()), 0
    for last in range(250):
        seen += allowed(tries, f"127.0.0.{last}", 20)
    assert seen == IN_ALL + 250 - IN_ALL // PER_ADDRESS
    assert not tries.take("10.0.0.1").wait
    assert tries.take("10.0.0.1").wait


def test_an_address_that_was_wrong_once_waits_moments_while_others_attack() -> None:
    clock = Clock()
    tries = Tries(clock)
    tries.take("10.0.0.1")
    for last in range(250):
        allowed(tries, f"127.0.0.{last}", 20)
    assert tries.take("10.0.0.1").wait
    clock.now += PER_ADDRESS_SECONDS
    assert not tries.take("10.0.0.1").wait


def test_the_memory_of_addresses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ADDRESSES", 3)
    tries = Tries(Clock())
    for last in range(9):
        allowed(tries, f"10.0.0.{last}", 99)
    assert len(tries._addresses) == 3
    assert tries.take("10.0.0.8").wait


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "unknown", False),
    ],
)
def test_what_one_party_holds_counts_as_one(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
