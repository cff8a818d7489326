"""`scanner decode`: what codes say in pictures, videos and folders."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.settings import load

if TYPE_CHECKING:
    from scanner.scanning.decode_files import DecodedFile

_LONGEST = 4096
"""Characters of a sentence with a file's name in it: as many as a path may have (PATH_MAX)."""


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
    from scanner.desk.token_view import visible
    from scanner.errors import ScannerError
    from scanner.scanning.decode_files import files_in, read_file

    load()
    failed = False
    for file in (each for named in files for each in files_in(named)):
        try:
            answer = read_file(file)
        except ScannerError as error:
            typer.echo(visible(str(error), _LONGEST), err=True)
            failed = True
            continue
        # In plain ASCII: a payload may hold what the terminal obeys, or can't show.
        typer.echo(json.dumps(answer.facts()) if as_json else _words(answer))
    if failed:
        raise typer.Exit(1)


def _words(answer: "DecodedFile") -> str:
    from scanner.desk.token_view import visible

    file = visible(answer.file, _LONGEST)
    if not answer.payloads:
        return f"{file}: no code was read ({answer.ms:.0f} ms)."
    told = ", ".join(
        f"{visible(payload)} (by {by})"
        for payload, by in zip(answer.payloads, answer.by, strict=True)
    )
    return f"{file}: {told}, {answer.ms:.0f} ms."
