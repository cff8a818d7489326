import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=2000, help="how many evenings to simulate")
    parser.addoption("--seed", type=int, default=0, help="the first evening's seed")
