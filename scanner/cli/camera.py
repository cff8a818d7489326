"""The camera that a command's `--camera` names, as a source of scans."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.scanning.camera_source import CameraSource


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
