import pytest

from tests.tui.kiosk.lane import DbWorker


@pytest.fixture
def lane() -> DbWorker:
    return DbWorker()
