import gc

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=2000, help="how many evenings to simulate")
    parser.addoption("--seed", type=int, default=0, help="the first evening's seed")


def pytest_collection_finish() -> None:
    """Keep the collector from looking at every library and test again and again: they stay."""
    gc.collect()
    gc.freeze()
