"""Reads the codes in one file: a picture without a time budget, a video frame by frame."""

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from scanner.facts import Fact
from scanner.qr.decoded import Symbology
from scanner.qr.decoder import FRAME_BUDGET_MS
from scanner.qr.frame import Frame
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.frame_processor import create_decoder
from scanner.scanning.frame_sources import open_source
from scanner.scanning.picture_files import PICTURES, VIDEOS, PictureFiles
from scanner.scanning.presentation import divide
from scanner.scanning.symbologies import UnreadKinds

MS_AT_LEISURE = 60_000.0
"""Of one file: two dozen pages of small print without a code."""


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """What was read in one file.

    Attributes:
        file: as it was named; what isn't UTF-8 in its name is replaced.
        payloads: each once, in the order of reading; of one picture, tickets come first.
        ms: the decoder's milliseconds; a video's is the sum over its frames.
        by: the library and the pass that read each payload first.
        notes: what stands beside a picture's one ticket, and codes of kinds that aren't read.
        fault: why there may be more in it than was read.
    """

    file: str
    payloads: tuple[str, ...]
    ms: float
    by: tuple[str, ...]
    notes: tuple[Fact, ...] = ()
    fault: Fact | None = None


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


def read_file(file: Path, codes: Collection[Symbology] = (Symbology.QR,)) -> DecodedFile:
    """Read one picture without a time budget, or each frame of a video within a camera's.

    A file of many pictures has `MS_AT_LEISURE` without a budget, and a camera's from then on.

    Args:
        file: a picture or a video.
        codes: the symbologies to read.

    Raises:
        NoPictures: the file is missing, lacks permission, or is neither a picture nor a video.
        NoDecoder: no library that reads these codes is installed.
    """
    _check(file)
    # A path that is all digits would name a camera.
    source = open_source(str(file.resolve()), as_fast=True)
    reader, fault = _FrameReader(codes, at_leisure=isinstance(source, PictureFiles)), None
    try:
        while (frame := source.read()) is not None:
            reader.take(frame)
    except NoPictures as error:
        fault = error.fact
    finally:
        source.close()
    name = os.fsencode(file).decode("utf-8", "replace")
    payloads, by = tuple(reader.read), tuple(reader.read.values())
    return DecodedFile(name, payloads, reader.spent_ms, by, tuple(reader.notes), fault)


class _FrameReader:
    """Reads a file's frames; keeps what was read by what, and what is noted."""

    def __init__(self, codes: Collection[Symbology], *, at_leisure: bool) -> None:
        self._codes = codes
        self._at_leisure = at_leisure
        self._decoder = create_decoder(None if at_leisure else FRAME_BUDGET_MS, codes)
        self._unread = UnreadKinds(codes)
        self.read: dict[str, str] = {}
        self.notes: list[Fact] = []
        self.spent_ms = 0.0

    def take(self, frame: Frame) -> None:
        decoded = self._decoder.decode(frame.pixels)
        by = {reading.text: reading.by for reading in decoded.readings}
        in_turn, beside = divide(list(by))
        for text in (*in_turn, *(other.payload for other in beside)):
            self.read.setdefault(text, by[text])
        if not by:
            self._note(self._kind_of_unread(frame))
        elif len(in_turn) == 1:
            for other in beside:
                self._note(other.fact)
        self.spent_ms += decoded.spent_ms
        if self._at_leisure and self.spent_ms > MS_AT_LEISURE:
            self._at_leisure, self._decoder = False, create_decoder(codes=self._codes)

    def _kind_of_unread(self, frame: Frame) -> Fact | None:
        if self._at_leisure:
            return self._unread.find(frame.pixels)
        self._unread.search(frame.pixels, frame.at)
        return self._unread.fact

    def _note(self, fact: Fact | None) -> None:
        if fact and fact not in self.notes:
            self.notes.append(fact)


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
