"""What this program's services have in common: their files, and their signs of life to systemd."""

import contextlib
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from scanner.errors import ScannerError
from scanner.facts import Code

SOCKET = "NOTIFY_SOCKET"
"""Names the socket that takes a datagram of `NAME=value` lines."""

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"

_MARK = "# Written by `scanner "
"""How each file begins; one that begins otherwise was not written by this program."""


class ServiceFault(Code):
    """Why a service's files can't be written or removed."""

    UNWRITABLE = "kiosk.file_unwritable"
    UNREMOVABLE = "kiosk.file_unremovable"
    UNREADABLE = "kiosk.file_unreadable"
    FOREIGN = "kiosk.file_foreign"
    UNPRINTABLE_OPTION = "kiosk.unprintable_option"


class ServiceError(ScannerError):
    """A service's files can't be written or removed."""


def command_line(words: Sequence[str]) -> str:
    """Quote a command line for a unit (systemd.service(5), COMMAND LINES).

    Raises:
        ServiceError: a word can't be written in one.
    """
    return " ".join(_quoted(word) for word in words)


def write(given: Mapping[PurePosixPath, str], root: Path) -> list[Path]:
    """Write files below `root`; returns where they are now.

    Raises:
        ServiceError: one can't be written, or replaces a file that this program didn't write.
    """
    written = []
    for place, text in given.items():
        path = _below(root, place)
        _refuse_foreign(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            path.chmod(0o644)
        except OSError as error:
            raise ServiceError(ServiceFault.UNWRITABLE, file=path, why=_why(error)) from error
        written.append(path)
    return written


def remove(places: Iterable[PurePosixPath], root: Path) -> list[Path]:
    """Remove what `write` wrote; returns what was there.

    Raises:
        ServiceError: one can't be removed, or was not written by this program.
    """
    removed = []
    for place in places:
        path = _below(root, place)
        _refuse_foreign(path)
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ServiceError(ServiceFault.UNREMOVABLE, file=path, why=_why(error)) from error
        removed.append(path)
    return removed


def notify(state: str) -> bool:
    """Send a state as sd_notify(3) does; tells whether a parent listens.

    Never raises, never waits.
    """
    address = os.environ.get(SOCKET, "")
    if address[:1] not in ("/", "@"):
        return False
    target = f"\0{address[1:]}" if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        out.connect(target)
        out.send(state.encode())
        return True
    return False


def _quoted(word: str) -> str:
    if not word.isprintable():
        raise ServiceError(ServiceFault.UNPRINTABLE_OPTION, option=repr(word))
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if not escaped or set(escaped) & set(" \t;'\"\\") else escaped


def _below(root: Path, place: PurePosixPath) -> Path:
    return root / place.relative_to("/")


def _refuse_foreign(path: Path) -> None:
    try:
        if not path.read_text("utf-8", "replace").startswith(_MARK):
            raise ServiceError(ServiceFault.FOREIGN, file=path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ServiceError(ServiceFault.UNREADABLE, file=path, why=_why(error)) from error


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
