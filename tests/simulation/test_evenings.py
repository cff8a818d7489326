"""Thousands of evenings, each from one seed; a failing one is played again with `--seed`."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.simulation.evening import simulate
from tests.simulation.personality import Mishap, Personality, mishaps, personalities

CHUNKS = 40


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_happens_every_green_light_ends_in_one_known_state(
    chunk: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    first, count = int(request.config.getoption("--seed")), int(request.config.getoption("--seeds"))
    for seed in range(first + chunk, first + count, CHUNKS):
        try:
            simulate(seed, tmp_path)
        except BaseException as error:
            error.add_note(f"Play it again: pytest tests/simulation --seed {seed} --seeds 1")
            raise


def test_each_kind_of_server_has_its_evenings() -> None:
    met = Counter(each for seed in range(2000) for each in personalities(seed))
    assert all(met[each] >= 100 for each in Personality)
    befell = Counter(each for seed in range(2000) for each in mishaps(seed))
    assert all(befell[each] >= 100 for each in Mishap)
