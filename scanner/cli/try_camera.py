"""`scanner try`: sets up a camera at a gate."""

import sys
from typing import Annotated

import typer

from scanner.cli.settings import load


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
