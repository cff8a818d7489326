from collections.abc import Iterator

import pytest

from tests.mock.api import Api, administrator
from tests.mock.server import Ready, mock_server


@pytest.fixture(scope="session")
def ready() -> Iterator[Ready]:
    with mock_server(tickets=60, sections=3) as server:
        yield server


@pytest.fixture
def api(ready: Ready) -> Api:
    return administrator(ready)
