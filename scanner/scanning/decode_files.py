"""Reads the codes in one file: a picture with all the time it needs, a video frame by frame."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.scanning.errors import NoPictures
from scanner.scanning.frame_processor import create_decoder
from scanner.scanning.frame_sources import open_source
from scanner.scanning.picture_files import PICTURES, VIDEOS


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """What one file gave.

    Attributes:
        file: as it was named; what isn't UTF-8 in its name is replaced.
        payloads: each once, in the order in which they were read.
        ms: what the decoder took, in milliseconds; a video's is that of all its frames.
        by: the library and the pass that read each payload first.
    """

    file: str
    payloads: tuple[str, ...]
    ms: float
    by: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "file": self.file,
            "payloads": list(self.payloads),
            "ms": round(self.ms, 2),
            "by": list(self.by),
        }


def files_in(named: Path) -> list[Path]:
    """Return the file itself, or the pictures and videos in the folder and below it, by name.

    Folders that may not be read are among them, and so is one that holds nothing: what is wrong
    with each, `read_file` says.
    """
    if not os.path.isdir(named):  # noqa: PTH112 - what can't be reached is no error yet
        return [named]
    shut: list[Path] = []
    files = [
        Path(folder, name)
        for folder, _, names in os.walk(named, onerror=lambda error: shut.append(_place(error)))
        for name in names
        if Path(name).suffix.lower() in PICTURES | VIDEOS
    ]
    return sorted([*files, *shut]) or [named]


def read_file(file: Path) -> DecodedFile:
    """Read one picture, or all frames of one video within a camera's time for each.

    Raises:
        NoPictures: the file is missing or may not be read, or it is neither a picture nor a video.
    """
    _check(file)
    # A path that is all digits would name a camera.
    source = open_source(str(file.resolve()), as_fast=True)
    decoder = create_decoder(None) if file.suffix.lower() in PICTURES else create_decoder()
    read: dict[str, str] = {}
    spent_ms = 0.0
    try:
        while (frame := source.read()) is not None:
            decoded = decoder.decode(frame.pixels)
            spent_ms += decoded.spent_ms
            for reading in decoded.readings:
                read.setdefault(reading.text, reading.by)
    finally:
        source.close()
    name = os.fsencode(file).decode("utf-8", "replace")
    return DecodedFile(name, tuple(read), spent_ms, tuple(read.values()))


def _place(error: OSError) -> Path:
    return Path(error.filename)


def _check(file: Path) -> None:
    """Say what is wrong with a file before it is opened: OpenCV doesn't tell."""
    try:
        mode = file.stat().st_mode
    except PermissionError as error:
        raise _refused(file) from error
    except OSError as error:
        raise NoPictures(f"{file} is not there; give a picture, a video or a folder.") from error
    if not os.access(file, os.R_OK):
        raise _refused(file)
    if stat.S_ISDIR(mode):
        raise NoPictures(f"{file} holds no pictures or videos; choose another folder.")
    if not stat.S_ISREG(mode):
        raise NoPictures(f"{file} is no file; give a picture, a video or a folder.")


def _refused(file: Path) -> NoPictures:
    return NoPictures(f"{file} may not be read by you; choose another, or mend its rights.")
