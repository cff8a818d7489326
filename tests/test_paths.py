import errno
import os
from pathlib import Path

import pytest

from scanner.paths import (
    assets_folder,
    config_file,
    data_folder,
    database_file,
    log_file,
    replace_file,
)


def test_one_folder_holds_everything_when_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "gate"))
    folder = data_folder()
    assert folder == tmp_path / "gate"
    assert config_file() == folder / "config.toml"
    assert database_file(folder) == folder / "gate.sqlite3"
    assert log_file(folder) == folder / "scanner.log"
    assert not folder.exists()  # asking where does not make it


def test_a_folder_may_be_named_from_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SCANNER_HOME", "~/gate")
    assert data_folder() == tmp_path / "gate"
    assert config_file() == tmp_path / "gate" / "config.toml"


@pytest.mark.parametrize("unset", [True, False])
def test_otherwise_data_and_configuration_are_where_the_platform_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unset: bool
) -> None:
    if unset:
        monkeypatch.delenv("SCANNER_HOME", raising=False)
    else:
        monkeypatch.setenv("SCANNER_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert data_folder() == tmp_path / "data" / "scanner"
    assert config_file() == tmp_path / "config" / "scanner" / "config.toml"


def test_the_shipped_files_are_there() -> None:
    assert assets_folder().is_dir()
    assert (assets_folder() / "README").is_file()


def test_a_file_is_replaced_whole_or_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.json"
    replace_file(file, b"first")
    assert file.stat().st_mode & 0o777 == 0o600

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        replace_file(file, b"second")
    assert (file.read_bytes(), [*tmp_path.iterdir()]) == (b"first", [file])
