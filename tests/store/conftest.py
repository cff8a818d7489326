import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store import wrecks
from tests.store.worlds import SERIALS, filled, row


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gate.sqlite3"


@pytest.fixture
def conn(file: Path) -> Iterator[sqlite3.Connection]:
    """A filled database: twelve tickets of the Floor."""
    with closing(filled(file, [row(serial) for serial in SERIALS])) as opened:
        yield opened


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a whole evening; a test copies it before it breaks it."""
    file = tmp_path_factory.mktemp("evening") / "gate.sqlite3"
    with wrecks.evening(file):
        pass
    return file
