from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from tests.cli.desk.commands import run
from tests.mock.api import SECTION, Api, Stage, administrator, set_up
from tests.mock.server import Ready, mock_server


@pytest.fixture(scope="module")
def ready() -> Iterator[Ready]:
    with mock_server(tickets=12, sections=3) as server:
        yield server


@pytest.fixture
def admin(ready: Ready) -> Api:
    return administrator(ready)


@pytest.fixture
def stage(admin: Api) -> Stage:
    """An event with the sections Pit and Gallery, and nothing but its global token."""
    made = set_up(admin, sections=0)
    uris = [
        made.event + admin.made(f"{made.event}/sections", {"name": name, **SECTION})["self"]
        for name in ("Pit", "Gallery")
    ]
    return Stage(made.event, tuple(uris), "", "", "", "", made.title)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("API", "API_KEY"):
        monkeypatch.delenv(f"SCANNER_{name}", raising=False)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    monkeypatch.setenv("SCANNER_KEYSTORE", "file")
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def with_key(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_API", ready.url)
    monkeypatch.setenv("SCANNER_API_KEY", ready.api_key)


@pytest.fixture
def logged_in(ready: Ready) -> None:
    """A person's session is kept; what it was asked for with isn't given any more."""
    words = ["login", ADMINISTRATOR, "--api", ready.url, "--api-key", ready.api_key]
    assert run(*words, typed=ADMINISTRATOR_PASSWORD).exit_code == 0
