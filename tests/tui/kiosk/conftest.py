import pytest

from tests.tui.kiosk.lane import Lane


@pytest.fixture
def lane() -> Lane:
    return Lane()
