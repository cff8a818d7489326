"""What every test of the screens needs."""

import time
from collections.abc import Iterator

import pytest

from tests.tui.feeds import Stand


@pytest.fixture(autouse=True)
def greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the wall clock show UTC, wherever the test runs."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def stand() -> Stand:
    return Stand()
