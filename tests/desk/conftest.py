from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.keystore import KeyStore, open_keystore
from tests.mock.api import Api, administrator
from tests.mock.server import Ready, mock_server


@pytest.fixture(scope="module")
def ready() -> Iterator[Ready]:
    with mock_server(tickets=12, sections=3) as server:
        yield server


@pytest.fixture
def admin(ready: Ready) -> Api:
    return administrator(ready)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, its secrets in a file, and no setting from outside."""
    for name in ("API", "API_KEY", "NAME", "DEVICE"):
        monkeypatch.delenv(f"SCANNER_{name}", raising=False)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    monkeypatch.setenv("SCANNER_KEYSTORE", "file")
    return tmp_path


@pytest.fixture
def keystore(home: Path) -> KeyStore:
    return open_keystore(home)
