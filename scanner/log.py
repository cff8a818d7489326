"""The log: detail for debugging, one JSON object a line, without secrets."""

import json
import logging
import logging.handlers
import os
import re
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import structlog

LARGEST_LOG = 5_000_000
"""Bytes of one log file; three older ones are kept."""

_OWNER_ONLY = 0o600
_SECRET_NAMES = frozenset({"key", "api_key", "password", "pin", "code", "token", "x-api-key"})
_KEY = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Fa-f])")


def open_log(file: Path) -> None:
    """Log to `file`, mode 0600; where it can't be written, log nothing.

    Nothing goes to the console: what a person reads is printed by the command itself.
    """
    handler: logging.Handler
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=_OWNER_ONLY)
        file.chmod(_OWNER_ONLY)
        handler = _OwnersFileHandler(file, maxBytes=LARGEST_LOG, backupCount=3, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_secrets,
                structlog.processors.JSONRenderer(_in_ascii),
            ],
            foreign_pre_chain=_SHARED,
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _without_secrets(_: Any, __: str, event: structlog.typing.EventDict) -> Any:
    """Blank what is named as a secret, and everything that looks like an API key."""
    return {
        name: "(secret)" if name.lower() in _SECRET_NAMES else _blanked(value)
        for name, value in event.items()
    }


def _blanked(value: Any) -> Any:
    match value:
        case str():
            return _KEY.sub("(key)", value)
        case dict():
            return _without_secrets(None, "", {_blanked(str(name)): value[name] for name in value})
        case list() | tuple() | set() | frozenset():
            return [_blanked(each) for each in value]
        case None | bool() | int() | float():
            return value
        case _:
            return _KEY.sub("(key)", repr(value))


def _in_ascii(event: Any, **options: Any) -> str:
    """Write JSON that a terminal shows and does not obey (`json` leaves DEL as it is)."""
    return json.dumps(event, **options).replace("\x7f", "\\u007f")


class _OwnersFileHandler(logging.handlers.RotatingFileHandler):
    """Creates each file, after a rotation too, with mode 0600."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, _OWNER_ONLY)

        return open(self.baseFilename, "a", encoding=self.encoding, opener=opener)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Drop the line: a full disk must not print on a screen, or between verdicts."""


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
