"""Saves one setting in the configuration file; its order and comments stay."""

import os
import tempfile
from pathlib import Path

from scanner.config import ConfigError, ConfigFault
from scanner.paths import config_file


def save_setting(name: str, value: str | float | bool) -> None:
    """Save one setting by replacing the file atomically; creates the file where there is none.

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
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ConfigError(ConfigFault.UNSAVED, name=name, file=file, why=why) from error


def _replace(file: Path, text: str) -> None:
    """Replace the file atomically; `mkstemp` makes it of mode 0600, since it may hold a key."""
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
