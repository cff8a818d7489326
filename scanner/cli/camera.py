"""`scanner try` and `decode`: what a camera or a picture shows."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanner.cli.output import print_json, print_line, tell
from scanner.cli.settings import Codes, load
from scanner.facts import Code, Fact

if TYPE_CHECKING:
    from scanner.scanning.decode_files import DecodedFile


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("try", epilog="Example: scanner try --camera 0")(try_camera)
    app.command(epilog="Example: scanner decode ticket.jpg --json")(decode)


def try_camera(
    *,
    camera: Annotated[
        str | None,
        typer.Option(help="A camera's number, a video file, a picture or a folder of pictures."),
    ] = None,
    codes: Codes = None,
) -> None:
    """Show live what each decoder sees, its time, frame rate, sharpness, light, and advice."""
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError
    from scanner.scanning.camera_trial import Trial
    from scanner.scanning.frame_sources import open_source
    from scanner.tui.terminal.ascii_only import wanted
    from scanner.tui.try_app import TryApp

    config = load(camera=camera, codes=codes)
    if config.camera == "none":
        raise ScannerError(CliFault.NO_CAMERA_CHOSEN)
    # A missing camera is reported before the screen opens.
    open_source(config.camera).close()
    if not sys.stdout.isatty():
        raise ScannerError(CliFault.LIVE_VIEW_NEEDS_TERMINAL)
    in_ascii = wanted(config.characters)
    TryApp(lambda: open_source(config.camera), Trial(config.codes), in_ascii=in_ascii).run()


_LONGEST_TEXT = 120
"""Characters of a payload that are shown."""


class DecodeNote(Code):
    """What was read in a file."""

    NOTHING = "scanning.nothing_read"
    READ_BY = "scanning.read_by"


def decode(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Pictures, PDFs, videos or folders of them.", readable=False
        ),
    ],
    *,
    as_json: Annotated[
        bool,
        typer.Option("--json", help='One line a file: {"file", "payloads", "ms", "by", "notes"}.'),
    ] = False,
    codes: Codes = None,
) -> None:
    """Read the codes in pictures, in PDFs, in videos frame by frame, and in folders of them.

    Takes all the time that a picture needs. A ticket comes first; another code beside it is named,
    and so is one of a kind that isn't read. What can't be read is said on standard error, the
    other files are read all the same, and the exit code is then 1.
    """
    from scanner.errors import ScannerError
    from scanner.scanning.decode_files import files_in, read_file

    config = load(codes=codes)
    failed = False
    for file in (each for named in files for each in files_in(named)):
        try:
            decoded = read_file(file, config.codes)
        except ScannerError as error:
            tell(error.fact, err=True)
            failed = True
            continue
        if as_json:
            print_json(_as_json(decoded))
        else:
            print_line(_words(decoded))
        if decoded.fault:
            tell(decoded.fault, err=True)
            failed = True
    if failed:
        raise typer.Exit(1)


def _as_json(decoded: "DecodedFile") -> dict[str, Any]:
    from scanner.wording.sentences import in_english

    return {
        "file": decoded.file,
        "payloads": decoded.payloads,
        "ms": round(decoded.ms, 2),
        "by": decoded.by,
        "notes": [{"reason": in_english(note), **note.as_json()} for note in decoded.notes],
    }


def _words(decoded: "DecodedFile") -> str:
    from scanner.wording.plain import plain
    from scanner.wording.sentences import sentence, shown

    codes = [
        sentence(Fact(DecodeNote.READ_BY, {"text": plain(text, _LONGEST_TEXT), "by": by}))
        for text, by in zip(decoded.payloads, decoded.by, strict=True)
    ]
    read = ", ".join(codes) or sentence(Fact(DecodeNote.NOTHING))
    notes = [sentence(note) for note in decoded.notes]
    return " ".join([f"{shown(Path(decoded.file))}: {read}, {decoded.ms:.0f} ms.", *notes])
