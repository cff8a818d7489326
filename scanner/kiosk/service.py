"""The kiosk as a systemd service: its files, what remains to be done by hand, its signs of life."""

import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scanner import systemd
from scanner.facts import Code, Fact
from scanner.paths import assets_folder

if TYPE_CHECKING:
    from scanner.store.writer import Writer

UNIT = PurePosixPath("/etc/systemd/system/scanner-kiosk.service")
USER = PurePosixPath("/etc/sysusers.d/scanner-kiosk.conf")


class NextSteps(Code):
    """What remains to be done by hand."""

    INSTALLED = "kiosk.installed"
    REMOVED = "kiosk.removed"


def files(words: Sequence[str]) -> dict[PurePosixPath, str]:
    """Return each file's place and text; `words` is the kiosk's command line.

    Raises:
        ServiceError: a word can't be written in a unit.
    """
    folder = assets_folder() / "systemd"
    unit = (folder / "scanner-kiosk.service").read_text("utf-8")
    user = (folder / "scanner-kiosk.sysusers.conf").read_text("utf-8")
    return {UNIT: unit.replace("@EXEC@", systemd.command_line(words)), USER: user}


def next_steps(program: Sequence[str], flags: Sequence[str] = ()) -> Fact:
    """Return what remains to be done by hand, with the command lines for a shell."""
    command = shlex.join([*program, "kiosk", *flags])
    return Fact(NextSteps.INSTALLED, {"program": shlex.join(program), "kiosk": command})


async def notify_alive(writer: "Writer") -> None:
    """Tell the parent that the kiosk is alive, once its ledger has answered.

    Called from the event loop, so that the loop and the ledger's thread are both alive.

    Raises:
        StoreError: the ledger can't go on.
    """
    from scanner.store.database import ping

    await writer.run(ping)
    systemd.notify(systemd.ALIVE)
