from pathlib import Path

import pytest

from tests.tui.training.stands import Stand


@pytest.fixture
def training(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "training")
