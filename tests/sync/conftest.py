from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mock.server import mock_server
from tests.sync.house import House, house_at


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with mock_server(tickets=60) as server, house_at(server, tmp_path) as built:
        yield built
