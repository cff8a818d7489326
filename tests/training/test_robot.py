from pathlib import Path
from statistics import mean, stdev

import pytest

from scanner.training.auto import ROBOTS, Rates
from scanner.training.records import read_library
from scanner.training.scenario import Scenario
from tests.training.scenarios import play_dry

SHIPPED = read_library(Path("/nowhere")).scenarios


@pytest.mark.parametrize("played", SHIPPED, ids=lambda each: each.key)
@pytest.mark.parametrize("seed", range(8))
def test_the_perfect_robot_loses_nothing_in_any_scenario(played: Scenario, seed: int) -> None:
    done = play_dry(played, seed, ROBOTS["perfect"])
    assert done.score.percent == 100
    assert done.score.passed
    assert (done.expected_loss, done.score.left) == (0, 0)
    assert done.score.patrons == played.patrons


@pytest.mark.parametrize("played", SHIPPED[:14], ids=lambda each: each.key)
def test_a_careless_robot_loses_what_its_rates_say(played: Scenario) -> None:
    runs = [play_dry(played, seed, ROBOTS["careless"]) for seed in range(60)]
    differences = [run.score.loss - run.expected_loss for run in runs]
    error = stdev(differences) / len(runs) ** 0.5
    assert abs(mean(differences)) < 4 * error
    assert mean(run.score.loss for run in runs) > 0.5


@pytest.mark.parametrize(
    ("rates", "field"),
    [
        (Rates(lets_in=1), "wrongly_let_in"),
        (Rates(turns_away=1), "wrongly_turned_away"),
        (Rates(wrong_reason=1), "wrong_reason"),
    ],
)
def test_each_rate_makes_its_own_mistake_and_no_other(rates: Rates, field: str) -> None:
    found = play_dry(SHIPPED[4], 1, rates).score.as_dict()
    mistakes = ("wrongly_let_in", "wrongly_turned_away", "wrong_reason", "wrong_procedure")
    assert [name for name in mistakes if found[name]] == [field]


def test_a_wrong_procedure_is_counted_as_one() -> None:
    found = play_dry(SHIPPED[9], 1, Rates(wrong_procedure=1)).score
    assert (found.procedure_right, found.procedure_of, found.wrong_procedure) == (0, 1, 1)


def test_a_slow_gate_has_a_longer_queue_and_loses_those_without_patience() -> None:
    from dataclasses import replace

    quick = play_dry(SHIPPED[0], 1, Rates()).score
    crowded = replace(
        SHIPPED[0], arrivals=replace(SHIPPED[0].arrivals, minutes=0.1, patience=(5, 15))
    )
    slow = play_dry(crowded, 1, Rates()).score
    assert slow.longest_queue > quick.longest_queue
    assert slow.left > 0
    assert slow.percent < 100
