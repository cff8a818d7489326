from pathlib import Path

import pytest

from scanner.config import ConfigError, ConfigFault, load_config, save_setting
from scanner.paths import config_file


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("name", "value"), [("volume", 40), ("muted", True), ("language", "de"), ("sync_seconds", 2.5)]
)
def test_a_saved_setting_is_read_at_the_next_start(name: str, value: object) -> None:
    assert isinstance(value, str | int | float)
    save_setting(name, value)
    assert getattr(load_config(), name) == value


def test_what_a_person_wrote_around_it_stays(home: Path) -> None:
    home.mkdir()
    config_file().write_text('# the north door\nname = "Lee" # tonight\nvolume = 80\n')
    save_setting("volume", 20)
    save_setting("theme", "day")
    assert config_file().read_text() == (
        '# the north door\nname = "Lee" # tonight\nvolume = 20\ntheme = "day"\n'
    )
    assert [file.name for file in home.iterdir()] == ["config.toml"]


def test_the_file_is_its_owners_alone() -> None:
    save_setting("muted", True)
    assert config_file().stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_toml_is_left_alone_and_said(home: Path) -> None:
    home.mkdir()
    config_file().write_text("volume = = 3")
    with pytest.raises(ConfigError, match=ConfigFault.UNSAVED):
        save_setting("volume", 20)
    assert config_file().read_text() == "volume = = 3"
