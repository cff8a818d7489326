"""The camera that a command's `--camera` names, as a source of scans."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.scanning.camera_source import CameraSource

import sys
from typing import Annotated

import typer

from scanner.cli.settings import load


def look_through(spec: str, *, must_be_there: bool = True) -> "CameraSource | None":
    """Return a source that reads a camera; nothing for `none`.

    Args:
        spec: what `scanner.scanning.frame_sources.open_source` takes, or `none`.
        must_be_there: open a file once, so that a missing one is reported before the screen opens.
            A camera is waited for in any case: hand scanners and typed serials work without it,
            and it may come back.

    Raises:
        NoPictures: it must be there, and can't be read.
        NoDecoder: no library that reads codes is installed.
    """
    if spec == "none":
        return None
    from scanner.scanning.camera_source import CameraSource
    from scanner.scanning.errors import CameraAway
    from scanner.scanning.frame_processor import create_decoder
    from scanner.scanning.frame_sources import open_source

    if must_be_there:
        with suppress(CameraAway):
            open_source(spec).close()
    return CameraSource(lambda: open_source(spec), create_decoder())


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("try", epilog="Example: scanner try --camera 0")(try_camera)


def try_camera(
    *,
    camera: Annotated[
        str | None,
        typer.Option(help="A camera's number, a video file, a picture or a folder of pictures."),
    ] = None,
) -> None:
    """Show live what each decoder sees, its time, frame rate, sharpness, light, and advice."""
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError
    from scanner.scanning.camera_trial import Trial
    from scanner.scanning.frame_sources import open_source
    from scanner.tui.desk.try_app import TryApp
    from scanner.tui.terminal.ascii_only import wanted
    from scanner.wording.catalogue import choose_language

    config = load(camera=camera)
    choose_language(config.language)
    if config.camera == "none":
        raise ScannerError(CliFault.NO_CAMERA_CHOSEN)
    # A missing camera is reported before the screen opens.
    open_source(config.camera).close()
    if not sys.stdout.isatty():
        raise ScannerError(CliFault.LIVE_VIEW_NEEDS_TERMINAL)
    in_ascii = wanted(config.characters)
    TryApp(lambda: open_source(config.camera), Trial(), in_ascii=in_ascii).run()
