"""Frames from files: a video, a folder of pictures, one picture."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from scanner.facts import Fact
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.file_kinds import kind_of
from scanner.scanning.opencv import open_file
from scanner.scanning.picture_pages import Page, not_readable, pages_of
from scanner.scanning.scan_source import Name, SourceName

PICTURES = frozenset(
    {".apng", ".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpeg", ".jpg"}
    | {".pdf", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
)
"""Suffixes of pictures and documents that folders are searched for; a file that is named may have
any."""

VIDEOS = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".webm"})
"""Suffixes of videos that folders are searched for; a file that is named may have any."""

SECONDS_SHOWN = 2.0
"""How long a gate's screen shows each picture of a folder, so that a person can follow."""

_USUAL_RATE = 30.0
_LARGEST_RATE = 1000.0


class VideoFile:
    """A video at its own frame rate, or as fast as it is read; frames' times are the video's.

    Args:
        file: where it is.
        as_fast: read on without waiting for each frame's time.

    Raises:
        NoPictures: there is no such file, or it holds no video that can be read.
    """

    def __init__(self, file: Path, *, as_fast: bool = False) -> None:
        self.name = Fact(SourceName.VIDEO, {"file": file.name})
        self.live = not as_fast
        self._begun = time.monotonic()
        self._number = 0
        self._capture = open_file(file)
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self._rate = rate if math.isfinite(rate) and 0 < rate <= _LARGEST_RATE else _USUAL_RATE
        self._next = self._decode()
        if self._next is None:
            self.close()
            raise not_readable(file, kind_of(file))

    def read(self) -> Frame | None:
        """Return the next frame when its time has come."""
        pixels = self._next
        if pixels is None:
            return None
        at = self._begun + self._number / self._rate
        if self.live:
            time.sleep(max(0.0, at - time.monotonic()))
        frame = Frame(pixels, self._number, at)
        self._number += 1
        self._next = self._decode()
        return frame

    def close(self) -> None:
        """Close the file."""
        self._next = None
        self._capture.release()

    def _decode(self) -> Pixels | None:
        there, pixels = self._capture.read()
        return np.asarray(pixels, np.uint8) if there else None


class PictureFiles:
    """Pictures one after another, each for a while, or as fast as they are read.

    Args:
        name: what a person calls them.
        files: where they are, in the order in which to show them; at least one.
        as_fast: read on without a pause after each.

    Raises:
        NoPictures: the only one can't be read. Of several, unreadable ones are left out.
    """

    live = False

    def __init__(self, name: Name, files: Sequence[Path], *, as_fast: bool = False) -> None:
        self.name = name
        self._shown_for = 0.0 if as_fast else SECONDS_SHOWN
        self._closed = threading.Event()
        self._at = time.monotonic()
        self._number = 0
        if len(files) == 1:
            pages = pages_of(files[0])
            self._pages: Iterator[Page] = chain((next(pages),), pages)
        else:
            self._pages = chain.from_iterable(map(_readable_pages, files))

    def read(self) -> Frame | None:
        """Return the next readable picture, when its time has come.

        Raises:
            NoPictures: there was none at all, or the only file has more that can't be read.
        """
        page = None if self._closed.is_set() else next(self._pages, None)
        if self._number and page is not None:
            self._closed.wait(min(self._shown_for, page.seconds))
        if self._closed.is_set():
            return None
        if page is not None:
            self._number += 1
            self._at += page.seconds
            return Frame(page.pixels, self._number - 1, self._at)
        if not self._number:
            raise NoPictures(PictureFault.FOLDER_UNREADABLE, name=self.name)
        return None

    def close(self) -> None:
        """End: `read` returns None from now on."""
        self._closed.set()


def _readable_pages(file: Path) -> Iterator[Page]:
    with suppress(NoPictures):
        yield from pages_of(file)
