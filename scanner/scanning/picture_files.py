"""Frames from files: a video, a folder of pictures, one picture."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

import cv2
import numpy as np

from scanner.facts import Fact
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.opencv import open_file
from scanner.scanning.scan_source import Name, SourceName

PICTURES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
"""Suffixes of pictures that OpenCV's usual builds read."""

_PAGED = frozenset({".tif", ".tiff"})

VIDEOS = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".webm"})
"""Suffixes of videos that folders are searched for; a file that is named may have any."""

SECONDS_A_PICTURE = 10.0
"""Between the times of a folder's pictures, so that each is a presentation of its own."""

SECONDS_SHOWN = 2.0
"""How long a gate's screen shows each picture of a folder, so that a person can follow."""

LARGEST = 16_000_000
"""Pixels of a picture; a larger one is scaled down. The harder passes take seconds on this many."""

LONGEST = 16_384
"""Pixels of a picture's longer side, likewise: zxing takes 65535, and a pass enlarges threefold."""

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
            raise NoPictures(PictureFault.NO_VIDEO, file=file)

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
        self._begun = time.monotonic()
        self._number = 0
        self._pictures: Iterator[Pixels] = chain.from_iterable(map(_pictures, files))
        if len(files) == 1:
            first = next(self._pictures, None)
            if first is None:
                raise NoPictures(PictureFault.NO_PICTURE, file=files[0])
            self._pictures = chain((first,), self._pictures)

    def read(self) -> Frame | None:
        """Return the next readable picture, when its time has come.

        Raises:
            NoPictures: there was none at all.
        """
        pixels = None if self._closed.is_set() else next(self._pictures, None)
        if self._number and pixels is not None:
            self._closed.wait(self._shown_for)
        if self._closed.is_set():
            return None
        if pixels is not None:
            self._number += 1
            at = self._begun + self._number * SECONDS_A_PICTURE
            return Frame(pixels, self._number - 1, at)
        if not self._number:
            raise NoPictures(PictureFault.FOLDER_UNREADABLE, name=self.name)
        return None

    def close(self) -> None:
        """End: `read` returns None from now on."""
        self._closed.set()


def _pictures(file: Path) -> Iterator[Pixels]:
    """Read a file's pictures in colour, scaled down to `LARGEST` and `LONGEST`; a TIFF has pages.

    OpenCV gets the bytes, not the name: a name that isn't UTF-8 would end the program.
    """
    # It may not be read, or says that it is larger than any picture.
    with suppress(OSError, cv2.error):
        data = np.fromfile(file, np.uint8) if file.is_file() else np.empty(0, np.uint8)
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        if pixels is None:
            return
        if pixels.min() == pixels.max():
            pixels = _drawn_by_transparency(data, pixels)
        yield _no_larger(np.asarray(pixels, np.uint8))
        if file.suffix.lower() in _PAGED:
            yield from _later_pages(data)


def _later_pages(data: Pixels) -> Iterator[Pixels]:
    """Read the pages after the first, one at a time: all at once may not fit in memory."""
    for page in count(1):
        there, pages = cv2.imdecodemulti(data, cv2.IMREAD_COLOR, range=(page, page + 1))
        if not there or not pages:
            return
        yield _no_larger(np.asarray(pages[0], np.uint8))


def _drawn_by_transparency(data: Pixels, plain: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Flatten a picture of one colour by its alpha channel: that may hold the shapes."""
    whole = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if whole is None or whole.ndim != 3 or whole.shape[2] != 4 or whole.dtype != np.uint8:  # noqa: PLR2004 - no transparency
        return plain
    cover = np.asarray(whole[:, :, 3], np.uint8)
    shapes = 255 - cover if plain.max() < 128 else cover  # noqa: PLR2004 - half of white
    return cv2.cvtColor(shapes, cv2.COLOR_GRAY2BGR)


def _no_larger(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(math.sqrt(LARGEST / (height * width)), LONGEST / max(height, width))
    if scale >= 1:
        return pixels
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
