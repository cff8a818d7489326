import gc
import os
import time

import pytest
from hypothesis import settings

# A busy machine may stall any single example; that says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure() -> None:
    """Let the wall clock show UTC, wherever the tests run."""
    os.environ["TZ"] = "UTC"
    time.tzset()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=2000, help="how many evenings to simulate")
    parser.addoption("--seed", type=int, default=0, help="the first evening's seed")
    parser.addoption("--pretix", action="store_true", help="start a pretix and test against it")
    parser.addoption("--venue", action="store_true", help="run what starts several nodes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, in words, what takes several nodes or long, unless that was asked for."""
    if config.getoption("--venue"):
        return
    unasked = pytest.mark.skip(reason="venues of several nodes run only by scripts/test --venue")
    for item in items:
        if item.get_closest_marker("venue"):
            item.add_marker(unasked)


def pytest_collection_finish() -> None:
    """Keep the collector from looking at every library and test again and again: they stay."""
    gc.collect()
    gc.freeze()
