import pytest

from scanner.qr.time_budget import (
    BURST_FACTOR,
    ISOLATED_BURST_MS,
    MIN_BURST_MS,
    REFILL_SHARE,
    IdleBudget,
)


def test_what_is_lent_on_a_new_view_is_paid_back_before_more_is_spent() -> None:
    savings = IdleBudget(33)
    savings.refill(4)
    lent = savings.allowance(4, new=True)
    assert lent == pytest.approx(BURST_FACTOR * 4 + REFILL_SHARE * 4)
    savings.spend(lent)
    assert savings.allowance(4, new=True) == 0
    for _ in range(47):
        savings.refill(4)
    assert not savings.in_debt
    assert savings.allowance(4, new=False) == 0


def test_more_is_lent_on_a_dull_view_where_something_stands_out() -> None:
    savings = IdleBudget(33)
    assert savings.allowance(1, new=True) == MIN_BURST_MS
    assert savings.allowance(1, new=True, isolated=True) == ISOLATED_BURST_MS
    assert savings.allowance(4, new=True, isolated=True) == BURST_FACTOR * 4


def test_savings_are_spent_when_they_are_worth_something() -> None:
    savings = IdleBudget(33)
    frames = 0
    while not savings.allowance(4, new=False):
        savings.refill(4)
        frames += 1
    assert savings.allowance(4, new=False) >= 0.6 * 33
    assert frames == 33
