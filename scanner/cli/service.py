"""What commands do that can be one of the machine's services: written, printed, removed."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from scanner.facts import Code, Fact
from scanner.wording.catalogue import say

PANEL = "Service"
"""Where the help lists the options."""

Uninstall = Annotated[
    bool, typer.Option("--uninstall", help="Remove that service.", rich_help_panel=PANEL)
]
PrintOnly = Annotated[
    bool,
    typer.Option("--print", help="With --install: print, write nothing.", rich_help_panel=PANEL),
]


def remove_service(places: Iterable[PurePosixPath], root: Path, removed: Code) -> None:
    """Remove a service's files below a folder, and say what is left to do.

    Raises:
        ServiceError: they can't be removed.
    """
    from scanner import systemd
    from scanner.cli.output import print_line, print_text
    from scanner.wording.sentences import sentence

    for path in systemd.remove(places, root):
        print_line(say("Removed: {file}", file=path))
    print_text(sentence(Fact(removed)))


def install_service(
    files: Mapping[PurePosixPath, str], root: Path, steps: Fact, *, print_only: bool
) -> None:
    """Write a service's files below a folder, or print them; then say what comes next.

    Raises:
        ServiceError: they can't be written.
    """
    from scanner import systemd
    from scanner.cli.output import Done, print_text, tell
    from scanner.wording.sentences import sentence

    if print_only:
        for place, text in files.items():
            print_text(f"# {place}\n{text}")
    else:
        for path in systemd.write(files, root):
            tell(Fact(Done.EXPORTED, {"file": path}))
    print_text(sentence(steps), err=print_only)  # several lines
