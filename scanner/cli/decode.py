"""`scanner decode`: what codes say in pictures, videos and folders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.output import print_json, print_line, tell
from scanner.cli.settings import load
from scanner.facts import Code, Fact

if TYPE_CHECKING:
    from scanner.scanning.decode_files import DecodedFile

_LONGEST_TEXT = 120
"""Characters of a payload that are shown."""


class DecodeNote(Code):
    """What was read in a file."""

    NOTHING = "scanning.nothing_read"
    READ_BY = "scanning.read_by"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner decode ticket.jpg --json")(decode)


def decode(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Pictures, videos or folders of them.", readable=False
        ),
    ],
    *,
    as_json: Annotated[
        bool,
        typer.Option("--json", help='One line a file: {"file", "payloads", "ms", "by"}.'),
    ] = False,
) -> None:
    """Read the codes in pictures, in videos frame by frame, and in folders of them.

    Takes all the time that a picture needs. What can't be opened is said on standard error, the
    other files are read all the same, and the exit code is then 1.
    """
    from scanner.errors import ScannerError
    from scanner.scanning.decode_files import files_in, read_file

    load()
    failed = False
    for file in (each for named in files for each in files_in(named)):
        try:
            decoded = read_file(file)
        except ScannerError as error:
            tell(error.fact, err=True)
            failed = True
            continue
        if as_json:
            print_json(decoded.as_json())
        else:
            print_line(_words(decoded))
    if failed:
        raise typer.Exit(1)


def _words(decoded: "DecodedFile") -> str:
    from scanner.wording.plain import plain
    from scanner.wording.sentences import sentence, shown

    codes = [
        sentence(Fact(DecodeNote.READ_BY, {"text": plain(text, _LONGEST_TEXT), "by": by}))
        for text, by in zip(decoded.payloads, decoded.by, strict=True)
    ]
    read = ", ".join(codes) or sentence(Fact(DecodeNote.NOTHING))
    return f"{shown(Path(decoded.file))}: {read}, {decoded.ms:.0f} ms."
