"""Reads the codes in one file: a picture with all the time it needs, a video frame by frame."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.capture.decode import Decoder
from scanner.capture.errors import NoPictures
from scanner.capture.files import PICTURES
from scanner.capture.sources import open_source

VIDEOS = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".webm"})
"""Endings of videos that are looked for in folders; a file that is named may have any."""


@dataclass(frozen=True, slots=True)
class Answer:
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


def files_in(folder: Path) -> list[Path]:
    """Return the pictures and videos in a folder and below it, by name.

    Raises:
        NoPictures: there are none.
    """
    endings = PICTURES | VIDEOS
    files = sorted(
        file for file in folder.rglob("*") if file.suffix.lower() in endings and not file.is_dir()
    )
    if not files:
        raise NoPictures(f"{folder} holds no pictures or videos; choose another folder.")
    return files


def read_file(file: Path) -> Answer:
    """Read one picture, or all frames of one video within a camera's time for each.

    Raises:
        NoPictures: the file is missing, or can be read neither as a picture nor as a video.
    """
    if not file.exists():
        raise NoPictures(f"{file} is not there; give a picture, a video or a folder.")
    if not file.is_file():
        raise NoPictures(f"{file} is no file; give a picture, a video or a folder.")
    # A path that is all digits would name a camera.
    source = open_source(str(file.resolve()), as_fast=True)
    decoder = Decoder(None) if file.suffix.lower() in PICTURES else Decoder()
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
    return Answer(name, tuple(read), spent_ms, tuple(read.values()))
