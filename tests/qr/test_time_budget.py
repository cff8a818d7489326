import pytest

from scanner.qr.time_budget import (
    BURST_FACTOR,
    ISOLATED_BURST_MS,
    MIN_BURST_MS,
    REFILL_SHARE,
    IdleBudget,
)


def test_a_burst_on_a_new_scene_is_paid_back_before_more_is_spent() -> None:
    budget = IdleBudget(33)
    budget.refill(4)
    lent = budget.allowance(4, new=True)
    assert lent == pytest.approx(BURST_FACTOR * 4 + REFILL_SHARE * 4)
    budget.spend(lent)
    assert budget.allowance(4, new=True) == 0
    for _ in range(47):
        budget.refill(4)
    assert not budget.in_debt
    assert budget.allowance(4, new=False) == 0


def test_a_burst_is_larger_where_a_region_is_isolated() -> None:
    budget = IdleBudget(33)
    assert budget.allowance(1, new=True) == MIN_BURST_MS
    assert budget.allowance(1, new=True, isolated=True) == ISOLATED_BURST_MS
    assert budget.allowance(4, new=True, isolated=True) == BURST_FACTOR * 4


def test_the_budget_is_spent_only_when_enough_is_saved() -> None:
    budget = IdleBudget(33)
    frames = 0
    while not budget.allowance(4, new=False):
        budget.refill(4)
        frames += 1
    assert budget.allowance(4, new=False) >= 0.6 * 33
    assert frames == 33
