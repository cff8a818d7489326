"""Hundreds of evenings at a pretix, each from one seed; a failing one is played again by it."""

from pathlib import Path

import pytest

from tests.simulation.pretix.evening import simulate
from tests.simulation.test_evenings import quiet

__all__ = ["quiet"]

CHUNKS = 20
_SHARE = 8
"""There is one such evening to so many at TickeTing."""


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_at_a_pretix_too_every_green_light_ends_in_one_known_state(
    chunk: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    first, count = int(request.config.getoption("--seed")), int(request.config.getoption("--seeds"))
    for seed in range(first + chunk, first + max(1, count // _SHARE), CHUNKS):
        try:
            simulate(seed, tmp_path)
        except BaseException as error:
            error.add_note(f"Play it again: pytest tests/simulation --seed {seed} --seeds 1")
            raise
