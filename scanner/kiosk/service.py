"""The kiosk as a systemd service: its files, what remains to be done by hand, its signs of life."""

import contextlib
import os
import shlex
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scanner.errors import ScannerError
from scanner.facts import Code, Fact
from scanner.paths import assets_folder

if TYPE_CHECKING:
    from scanner.store.writer import Writer

UNIT = PurePosixPath("/etc/systemd/system/scanner-kiosk.service")
USER = PurePosixPath("/etc/sysusers.d/scanner-kiosk.conf")

MARK = "# Written by `scanner kiosk --install`"
"""The first line of each file; a file without it was not written by this program."""


SOCKET = "NOTIFY_SOCKET"
"""Names the socket that takes a datagram of `NAME=value` lines."""

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


class ServiceFault(Code):
    """Why the service's files can't be written or removed."""

    UNWRITABLE = "kiosk.file_unwritable"
    UNREMOVABLE = "kiosk.file_unremovable"
    UNREADABLE = "kiosk.file_unreadable"
    FOREIGN = "kiosk.file_foreign"
    UNPRINTABLE_OPTION = "kiosk.unprintable_option"


class NextSteps(Code):
    """What remains to be done by hand."""

    INSTALLED = "kiosk.installed"
    REMOVED = "kiosk.removed"


class ServiceError(ScannerError):
    """The service's files can't be written or removed."""


def files(words: Sequence[str]) -> dict[PurePosixPath, str]:
    """Return each file's place and text; `words` is the kiosk's command line."""
    folder = assets_folder() / "systemd"
    unit = (folder / "scanner-kiosk.service").read_text("utf-8")
    user = (folder / "scanner-kiosk.sysusers.conf").read_text("utf-8")
    return {UNIT: unit.replace("@EXEC@", _exec(words)), USER: user}


def write(given: Mapping[PurePosixPath, str], root: Path) -> list[Path]:
    """Write the files below `root`; returns where they are now.

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


def remove(root: Path) -> list[Path]:
    """Remove what `write` wrote; returns what was there.

    Raises:
        ServiceError: one can't be removed, or was not written by this program.
    """
    removed = []
    for place in (UNIT, USER):
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


def next_steps(program: Sequence[str], flags: Sequence[str] = ()) -> Fact:
    """Return what remains to be done by hand, with the command lines for a shell."""
    command = shlex.join([*program, "kiosk", *flags])
    return Fact(NextSteps.INSTALLED, {"program": shlex.join(program), "kiosk": command})


def _exec(words: Sequence[str]) -> str:
    """Quote a command line for a unit (systemd.service(5), COMMAND LINES)."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if not word.isprintable():
        raise ServiceError(ServiceFault.UNPRINTABLE_OPTION, option=repr(word))
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if not escaped or set(escaped) & set(" \t;'\"\\") else escaped


def _below(root: Path, place: PurePosixPath) -> Path:
    return root / place.relative_to("/")


def _refuse_foreign(path: Path) -> None:
    try:
        if not path.read_text("utf-8", "replace").startswith(MARK):
            raise ServiceError(ServiceFault.FOREIGN, file=path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ServiceError(ServiceFault.UNREADABLE, file=path, why=_why(error)) from error


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


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


async def notify_alive(writer: "Writer") -> None:
    """Tell the parent that the kiosk is alive, once its ledger has answered.

    Called from the event loop, so that the loop and the ledger's thread are both alive.

    Raises:
        StoreError: the ledger can't go on.
    """
    from scanner.store.database import ping

    await writer.run(ping)
    notify(ALIVE)
