"""A node as a systemd service of its user: its keys and its store stay where they are."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from scanner import systemd
from scanner.facts import Code, Fact
from scanner.paths import assets_folder

NAME = "scanner-venue.service"


class NextSteps(Code):
    """What remains to be done by hand."""

    INSTALLED = "node.installed"
    REMOVED = "node.removed"


def place() -> PurePosixPath:
    """Return where the user's own units are (systemd.unit(5))."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    return PurePosixPath(config) / "systemd" / "user" / NAME


def files(words: Sequence[str]) -> dict[PurePosixPath, str]:
    """Return the unit's place and text; `words` is the node's command line.

    Raises:
        ServiceError: a word can't be written in a unit.
    """
    text = (assets_folder() / "systemd" / NAME).read_text("utf-8")
    home = ""
    if set_to := os.environ.get("SCANNER_HOME"):
        named = systemd.command_line([f"SCANNER_HOME={Path(set_to).expanduser().resolve()}"])
        home = f"Environment={named}\n"
    return {place(): text.replace("@EXEC@", systemd.command_line(words)).replace("@HOME@", home)}


def next_steps(user: str) -> Fact:
    """Return what remains to be done by hand, so that it starts with the machine."""
    return Fact(NextSteps.INSTALLED, {"user": shlex.quote(user)})
