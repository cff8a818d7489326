"""Thousands of evenings at a venue, each from one seed; one that fails is played by `--seed`."""

from collections import Counter
from collections.abc import Iterator
from unittest import mock

import pytest

from scanner.venue.claims import claimant, mirror, settling
from tests.simulation.venue.evening import simulate
from tests.simulation.venue.trouble import Trouble, troubles

CHUNKS = 40


class Loud:
    """A log that fails the test where the program went on after what it should never meet."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def info(self, said: str, **_: object) -> None:
        """Nothing is wrong."""

    warning = info

    def error(self, said: str, **known: object) -> None:
        self.said.append(f"{said}: {known}")

    exception = error


@pytest.fixture(autouse=True)
def log() -> Iterator[Loud]:
    loud = Loud()
    with (
        mock.patch.object(claimant, "_log", loud),
        mock.patch.object(mirror, "_log", loud),
        mock.patch.object(settling, "_log", loud),
    ):
        yield loud


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_ticket_has_two_claimed_lights_and_each_double_entry_is_told(
    chunk: int, request: pytest.FixtureRequest, log: Loud
) -> None:
    first, count = int(request.config.getoption("--seed")), int(request.config.getoption("--seeds"))
    for seed in range(first + chunk, first + count, CHUNKS):
        try:
            simulate(seed)
            assert not log.said
        except BaseException as error:
            error.add_note(f"Play it again: pytest tests/simulation/venue --seed {seed} --seeds 1")
            raise


def test_each_trouble_has_its_evenings() -> None:
    met = Counter(each for seed in range(2000) for each in troubles(seed))
    assert all(met[each] >= 100 for each in Trouble)
