import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.worlds import SERIALS, filled, row


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gate.sqlite3"


@pytest.fixture
def conn(file: Path) -> Iterator[sqlite3.Connection]:
    """A filled database: twelve tickets of the Floor."""
    with closing(filled(file, [row(serial) for serial in SERIALS])) as opened:
        yield opened
