"""Where the project's files are: one folder for data, one for configuration."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from scanner.errors import ScannerError
from scanner.facts import Code


class ExportFault(Code):
    """Why a file for a person is not written."""

    EXISTS = "desk.export_exists"
    UNWRITABLE = "desk.export_unwritable"


def data_folder() -> Path:
    """Return the data folder: `SCANNER_HOME` when set, else the platform's user-data folder."""
    if home := os.environ.get("SCANNER_HOME"):
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("scanner", appauthor=False)


def config_file() -> Path:
    """Return the configuration file's place: beside the data when `SCANNER_HOME` is set."""
    if home := os.environ.get("SCANNER_HOME"):
        return Path(home).expanduser() / "config.toml"
    from platformdirs import user_config_path

    return user_config_path("scanner", appauthor=False) / "config.toml"


def database_file(folder: Path) -> Path:
    """Return the SQLite file that holds the ledger; its cache is beside it."""
    return folder / "gate.sqlite3"


def search_file(database: Path) -> Path:
    """Return the copy of a database's tickets that is searched in, beside it."""
    return database.with_name(f"{database.name}.search")


def log_file(folder: Path) -> Path:
    """Return the log that holds the detail behind every sentence shown."""
    return folder / "scanner.log"


def assets_folder() -> Path:
    """Return the folder of shipped files: inside an installed package, beside it in a checkout."""
    inside = Path(__file__).with_name("assets")
    return inside if inside.is_dir() else Path(__file__).parent.parent / "assets"


def export(file: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a person's file, whole or not at all; nobody but its owner can read it.

    Raises:
        ScannerError: it is there and `overwrite` is not given, or it can't be written.
    """
    try:
        if file.exists() and not overwrite:
            raise ScannerError(ExportFault.EXISTS, file=file)
        replace_file(file, content)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ScannerError(ExportFault.UNWRITABLE, file=file, why=why) from error


def replace_file(file: Path, content: bytes) -> None:
    """Write a file's new content atomically; nobody but its owner can read it (mode 0600).

    Raises:
        OSError: it can't be written; the file is as it was, and nothing is left beside it.
    """
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
