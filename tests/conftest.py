import gc
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
UNMEASURED = (
    "simulation",
    "faults/test_damage.py",
    "faults/test_network.py",
    "bench",
    "test_gate_machine.py",
    "training/test_auto.py",
    "store/recovery",
)
"""They go through the same lines thousands of times; tracing each doubles the time they take."""

MEASURED_PARAMETERS = 2
"""Of a test with many parameters, so many are traced: the others go through much the same lines."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=2000, help="how many evenings to simulate")
    parser.addoption("--seed", type=int, default=0, help="the first evening's seed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests that repeat themselves, or others, out of the coverage."""
    unmeasured = [HERE / each for each in UNMEASURED]
    met: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        met[test] += 1
        repeats = any(item.path.is_relative_to(each) for each in unmeasured)
        if repeats or met[test] > MEASURED_PARAMETERS or "snapshots" in item.path.stem:
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """Keep the collector from looking at every library and test again and again: they stay."""
    gc.collect()
    gc.freeze()
