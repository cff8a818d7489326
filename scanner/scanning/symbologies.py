"""Codes of other kinds than QR: those that a gate is set to read are read, the others are named.

QR is what `scanner.qr` reads with all its passes; zxing-cpp reads the other symbologies. They share
what a frame's time leaves. Nothing here runs at a gate for QR alone while codes are read.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from scanner.facts import Fact
from scanner.qr.decoded import Decoded, Reading, Symbology
from scanner.qr.decoder import FRAME_BUDGET_MS, Decoder, to_grey
from scanner.qr.frame import Pixels
from scanner.qr.readers import SymbolReader, symbol_reader
from scanner.qr.scene_change import SceneChange
from scanner.qr.texture import Region, textured_regions
from scanner.qr.time_budget import Deadline
from scanner.scanning.presentation import looks_like
from scanner.scanning.scan_source import SourceStatus

_TOGETHER = (
    {
        Symbology.QR,
        Symbology.MICRO_QR,
        Symbology.RMQR,
        Symbology.AZTEC,
        Symbology.PDF417,
    },
    {Symbology.DATA_MATRIX},
    {kind for kind in Symbology if kind.linear},
)
"""What is searched for in one go. On a busy frame each of them takes 10 to 40 ms: looking for Data
Matrix takes as long as for all others."""

AGREEING_FRAMES = 12
"""A one-dimensional code is believed when another of the last frames had it too: less than half a
second of video, in which each group has its turn four times."""

OTHER_SCALE = 0.8
"""The size at which a still picture is read again: bars fall on other pixels."""

CHECK_SECONDS = 0.1
"""Between two looks for what has a code's texture. Where nothing has moved it takes a tenth of a
millisecond, otherwise two."""

STANDING_SHARE = 0.5
"""The shared part of a region's two places, of their whole, from which it stands still: a code in a
hand that trembles does."""

SEARCH_SHARE = 0.1
"""What searches may take of the time, so that a crowd of other things costs a gate no more."""

NAMED_SECONDS = 1.5
"""How long a kind stays named after it was last recognized; at half of that it is looked for again.
"""

PADDING = 0.15
"""Around a textured region, as a share of its longer side: the quiet zone belongs to a code."""

LARGEST_SHARE = 0.5
"""A region of this share of the picture is a page of text or a cloth."""

LARGEST_PIXELS = 350_000
"""A larger region is reduced to this. Each piece of the search stays below a frame's time."""


def has_weak_check(kind: Symbology) -> bool:
    """Tell whether patterns that are no code are soon read as this kind.

    One-dimensional codes have one check digit or none; Micro QR has few bits of error detection.
    """
    return kind.linear or kind is Symbology.MICRO_QR


class Agreement:
    """Keeps what a weak check lets through until it is read again; drops what is no ticket's."""

    def __init__(self) -> None:
        self._frame = 0
        self._seen: dict[tuple[Symbology, str], int] = {}

    def believed(self, readings: Iterable[Reading]) -> list[Reading]:
        """Take one frame's readings; return those that can be believed."""
        self._frame += 1
        found = []
        for one in readings:
            if not has_weak_check(one.kind):
                found.append(one)
            elif looks_like(one.text) is None:
                last = self._seen.get((one.kind, one.text))
                self._seen[one.kind, one.text] = self._frame
                if last is not None and self._frame - last < AGREEING_FRAMES:
                    found.append(one)
        self._seen = {
            key: at for key, at in self._seen.items() if self._frame - at < AGREEING_FRAMES
        }
        return found


@dataclass(slots=True)
class _Group:
    """Kinds that are searched for together, and the milliseconds that it took the last time."""

    read: SymbolReader
    ms: float = 0.0


class SymbologyDecoder:
    """Reads the symbologies that are switched on.

    QR, where it is among them, comes first and with all its passes. Where it finds nothing, the
    others take turns in the rest of the frame's time, one group of them at least.

    Args:
        codes: the symbologies; at least one.
        budget_ms: the time for one frame; None for all that a picture needs.
        clock: a monotonic clock, in seconds.

    Raises:
        NoReader: the library is not installed.
    """

    def __init__(
        self,
        codes: Collection[Symbology],
        budget_ms: float | None = FRAME_BUDGET_MS,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._qr = Decoder(budget_ms, clock) if Symbology.QR in codes else None
        self._groups = deque(_Group(read) for read in group_readers(set(codes) - {Symbology.QR}))
        self._budget_ms = budget_ms
        self._clock = clock
        self._agreement = Agreement()

    def decode(self, pixels: Pixels) -> Decoded:
        """Read a picture: rows x columns x 3 in blue, green, red; or rows x columns in grey."""
        begun = self._clock()
        decoded = self._qr.decode(pixels) if self._qr else Decoded((), code_like=False, spent_ms=0)
        if decoded.readings and self._budget_ms is not None:
            return decoded
        grey = to_grey(pixels)
        if self._budget_ms is None:
            found, _ = read_still(grey, [group.read for group in self._groups])
        else:
            left_ms = self._budget_ms - (self._clock() - begun) * 1e3
            found = self._agreement.believed(self._take_turns(grey, left_ms))
        readings = _each_text_once([*decoded.readings, *found])
        spent_ms = (self._clock() - begun) * 1e3
        return Decoded(readings, decoded.code_like or bool(readings), spent_ms)

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        """Search for another code of any kind beside those that were read.

        A one-dimensional ticket counts at once here: it keeps another from being judged, no more.
        """
        begun = self._clock()
        around = self._qr.look_around(pixels, decoded) if self._qr else decoded
        grey = to_grey(pixels)
        found = [one for group in self._groups for one in self._timed(group, grey)]
        sure = [one for one in found if _is_sure(one)]
        spent_ms = decoded.spent_ms + (self._clock() - begun) * 1e3
        readings = _each_text_once([*around.readings, *sure])
        return around._replace(readings=readings, spent_ms=spent_ms)

    def _take_turns(self, grey: Pixels, left_ms: float) -> Iterator[Reading]:
        deadline = Deadline(left_ms, self._clock)
        for number in range(len(self._groups)):
            group = self._groups[0]
            if number and not deadline.allows(group.ms):
                break
            self._groups.rotate(-1)
            yield from self._timed(group, grey)

    def _timed(self, group: _Group, grey: Pixels) -> list[Reading]:
        begun = self._clock()
        readings = group.read(grey)
        group.ms = (self._clock() - begun) * 1e3
        return readings


def group_readers(kinds: Collection[Symbology]) -> list[SymbolReader]:
    """Return a reader for each group of kinds that are searched for together.

    Raises:
        NoReader: the library is not installed.
    """
    return [symbol_reader(chosen) for group in _TOGETHER if (chosen := group & set(kinds))]


def read_still(
    grey: Pixels, readers: Sequence[SymbolReader]
) -> tuple[list[Reading], list[Reading]]:
    """Read a picture that no other frame confirms; weak checks must hold at another size too.

    Returns:
        What can be believed, and what is no ticket's behind a weak check.
    """
    found = [one for read in readers for one in read(grey)]
    weak = [one for one in found if has_weak_check(one.kind)]
    if weak:
        size = cv2.resize(grey, None, fx=OTHER_SCALE, fy=OTHER_SCALE, interpolation=cv2.INTER_AREA)
        small = np.asarray(size, np.uint8)
        again = {(one.kind, one.text) for read in readers for one in read(small)}
        found = [one for one in found if one not in weak or (one.kind, one.text) in again]
    return [one for one in found if _is_sure(one)], [one for one in found if not _is_sure(one)]


def _each_text_once(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    once: dict[str, Reading] = {}
    for one in readings:
        once.setdefault(one.text, one)
    return tuple(once.values())


@dataclass(slots=True)
class UnreadKinds:
    """Names a code of a kind that the gate isn't set to read, once it stands still unread.

    The work is done in small pieces, one a frame, and only where something has a code's texture
    and was not there when the last search was in vain.

    Args:
        codes: the symbologies that the gate reads.
        clock: a monotonic clock, in seconds.

    Attributes:
        searching: whether something that stands still is being searched; advice can wait for that.
    """

    codes: Collection[Symbology]
    clock: Callable[[], float] = time.perf_counter
    searching: bool = False
    _readers: list[SymbolReader] | None = None
    _regions: list[Region] = field(default_factory=list)
    _pieces: deque[tuple[Region, SymbolReader]] = field(default_factory=deque)
    _checked_at: float = -np.inf
    _again_at: float = -np.inf
    _spent: float = 0.0
    _scene: SceneChange = field(default_factory=SceneChange)
    _named: Symbology | None = None
    _named_at: float = -np.inf

    def find(self, pixels: Pixels) -> Fact | None:
        """Name what is in a still picture of which nothing was read; takes some 100 ms."""
        kinds = set(Symbology) - ({Symbology.QR} & set(self.codes))
        sure, weak = read_still(to_grey(pixels), group_readers(kinds))
        found = next(iter([*sure, *weak]), None)
        if found and found.kind in self.codes:
            return Fact(SourceStatus.NO_TICKETS_FORM, {"kind": found.kind.label})
        return self._fact(found.kind) if found else None

    @property
    def fact(self) -> Fact | None:
        """What is in view, in words that name its kind; None where nothing is known."""
        named = self._named  # the frames' thread may change it
        return self._fact(named) if named else None

    def read(self) -> None:
        """Take note of a frame in which a code was read."""
        self._named = None
        self._stop(self._again_at)

    def search(self, pixels: Pixels, at: float) -> None:
        """Take a frame in which nothing was read, and spend some milliseconds at most on it.

        Args:
            pixels: rows x columns, or rows x columns x 3.
            at: when the frame was taken, in seconds.
        """
        if self._named and at - self._named_at >= NAMED_SECONDS:
            self._named = None
        if self._pieces:
            self._search_piece(pixels, at)
        elif at - self._checked_at >= CHECK_SECONDS:
            self._checked_at = at
            self._check(pixels, at)

    def _check(self, pixels: Pixels, at: float) -> None:
        """Begin a search where something with a code's texture stands still."""
        self._scene.is_cut(pixels if pixels.ndim == 2 else pixels[:, :, 1])  # noqa: PLR2004 - green is near grey, and free
        if at < self._again_at or not self._scene.has_moved():
            return
        before, self._regions = self._regions, _textured_places(to_grey(pixels))
        standing = [one for one in self._regions if any(_same_place(one, old) for old in before)]
        self._pieces.extend((one, read) for one in standing for read in self._all_readers())
        self.searching = bool(standing)

    def _search_piece(self, pixels: Pixels, at: float) -> None:
        begun = self.clock()
        region, read = self._pieces.popleft()
        found = [one for one in read(to_grey(_cropped(pixels, region))) if _is_sure(one)]
        self._spent += self.clock() - begun
        if found:
            self._named, self._named_at = found[0].kind, at
            self._stop(at + NAMED_SECONDS / 2)
        elif not self._pieces:
            self._scene.mark_exhausted()
            self._stop(at + self._spent / SEARCH_SHARE)

    def _stop(self, again_at: float) -> None:
        self.searching = False
        self._pieces.clear()
        self._again_at, self._spent = again_at, 0.0

    def _all_readers(self) -> list[SymbolReader]:
        if self._readers is None:
            self._readers = group_readers(set(Symbology) - set(self.codes))
        return self._readers

    def _fact(self, kind: Symbology) -> Fact:
        codes = ", ".join(each.label for each in self.codes)
        return Fact(SourceStatus.OTHER_KIND, {"kind": kind.label, "codes": codes})


def _is_sure(one: Reading) -> bool:
    """Tell whether a single reading is enough to be told of."""
    return not has_weak_check(one.kind) or looks_like(one.text) is None


def _textured_places(grey: Pixels) -> list[Region]:
    """Return the densest regions; the fringe of the first is no other one."""
    found = textured_regions(grey, either=True)
    found = [one for one in found if _area(one) < LARGEST_SHARE * grey.size]
    return [one for one in found if one is found[0] or not _same_place(found[0], one)]


def _area(one: Region) -> int:
    return (one.right - one.left) * (one.bottom - one.top)


def _same_place(one: Region, other: Region) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    both = max(0, across) * max(0, down)
    return both >= STANDING_SHARE * (_area(one) + _area(other) - both)


def _cropped(pixels: Pixels, region: Region) -> Pixels:
    longer = max(region.right - region.left, region.bottom - region.top)
    padding = round(PADDING * longer)
    rows = slice(max(0, region.top - padding), region.bottom + padding)
    columns = slice(max(0, region.left - padding), region.right + padding)
    part = np.ascontiguousarray(pixels[rows, columns])
    factor = (LARGEST_PIXELS / max(1, part.shape[0] * part.shape[1])) ** 0.5
    if factor >= 1:
        return part
    small = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
