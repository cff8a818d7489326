"""Writing one setting into a person's configuration file, which stays theirs: order, comments."""

import os
import tempfile
from pathlib import Path

from scanner.config import ConfigError
from scanner.paths import config_file


def save_setting(name: str, value: str | float | bool) -> None:
    """Set one setting; the file is made where there is none, and is whole at every moment.

    Raises:
        ConfigError: the file can't be read or written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = config_file()
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        document = tomlkit.parse(text)
        document[name] = value
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(file, tomlkit.dumps(document))
    except (OSError, TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The setting {name!r} can't be saved in {file} ({error}); mend or remove the file."
        ) from error


def _replace(file: Path, text: str) -> None:
    """Write beside the file, then put it in the file's place; a key in it stays private."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
