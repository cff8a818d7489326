"""Reads the codes in one file: a picture without a time budget, a video frame by frame."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.facts import Fact
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.frame_processor import create_decoder
from scanner.scanning.frame_sources import open_source
from scanner.scanning.picture_files import PICTURES, VIDEOS, PictureFiles

MS_AT_LEISURE = 60_000.0
"""Of one file: two dozen pages of small print without a code."""


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """What was read in one file.

    Attributes:
        file: as it was named; what isn't UTF-8 in its name is replaced.
        payloads: each once, in the order of reading.
        ms: the decoder's milliseconds; a video's is the sum over its frames.
        by: the library and the pass that read each payload first.
        fault: why there may be more in it than was read.
    """

    file: str
    payloads: tuple[str, ...]
    ms: float
    by: tuple[str, ...]
    fault: Fact | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs; `ms` has two decimals."""
        return {
            "file": self.file,
            "payloads": list(self.payloads),
            "ms": round(self.ms, 2),
            "by": list(self.by),
        }


def files_in(named: Path) -> list[Path]:
    """Return the file itself, or the pictures and videos in the folder and below it, by name.

    An empty folder and folders without permission are listed too: `read_file` raises for each what
    is wrong with it.
    """
    if not os.path.isdir(named):  # noqa: PTH112 - no error yet where it can't be reached
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
    """Read one picture without a time budget, or each frame of a video within a camera's.

    A file of many pictures has `MS_AT_LEISURE` without a budget, and a camera's from then on.

    Raises:
        NoPictures: the file is missing, lacks permission, or is neither a picture nor a video.
        NoDecoder: no library that reads codes is installed.
    """
    _check(file)
    # A path that is all digits would name a camera.
    source = open_source(str(file.resolve()), as_fast=True)
    at_leisure = isinstance(source, PictureFiles)
    decoder = create_decoder(None) if at_leisure else create_decoder()
    read: dict[str, str] = {}
    spent_ms, fault = 0.0, None
    try:
        while (frame := source.read()) is not None:
            decoded = decoder.decode(frame.pixels)
            spent_ms += decoded.spent_ms
            for reading in decoded.readings:
                read.setdefault(reading.text, reading.by)
            if at_leisure and spent_ms > MS_AT_LEISURE:
                at_leisure, decoder = False, create_decoder()
    except NoPictures as error:
        fault = error.fact
    finally:
        source.close()
    name = os.fsencode(file).decode("utf-8", "replace")
    return DecodedFile(name, tuple(read), spent_ms, tuple(read.values()), fault)


def _place(error: OSError) -> Path:
    return Path(error.filename)


def _check(file: Path) -> None:
    """Raise what is wrong with a file before it is opened: OpenCV gives no reason."""
    try:
        mode = file.stat().st_mode
    except PermissionError as error:
        raise _refused(file) from error
    except OSError as error:
        raise NoPictures(PictureFault.DECODE_ABSENT, file=file) from error
    if not os.access(file, os.R_OK):
        raise _refused(file)
    if stat.S_ISDIR(mode):
        raise NoPictures(PictureFault.DECODE_FOLDER_EMPTY, file=file)
    if not stat.S_ISREG(mode):
        raise NoPictures(PictureFault.DECODE_NO_FILE, file=file)


def _refused(file: Path) -> NoPictures:
    return NoPictures(PictureFault.DECODE_NOT_PERMITTED, file=file)
