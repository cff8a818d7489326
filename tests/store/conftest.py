import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings

from tests.store.worlds import SERIALS, filled, row

# A busy machine may stall any single example; that says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gate.sqlite3"


@pytest.fixture
def conn(file: Path) -> Iterator[sqlite3.Connection]:
    """A filled database: twelve tickets of the Floor."""
    with closing(filled(file, [row(serial) for serial in SERIALS])) as opened:
        yield opened
