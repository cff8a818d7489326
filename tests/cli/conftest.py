from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.mock.server import Ready, mock_server


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.fixture(scope="module")
def server() -> Iterator[Ready]:
    with mock_server(tickets=90) as ready:
        yield ready
