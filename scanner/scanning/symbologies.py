"""Codes of other kinds than QR: those that a gate is set to read are read, the others are named.

QR is what `scanner.qr` reads with all its passes; zxing-cpp reads the other symbologies, a part of
them in each frame. Nothing here runs at a gate for QR alone while codes are read.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
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
from scanner.scanning.scan_source import SourceStatus
from scanner.scanning.ticket_codes import TicketCodes

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
"""What is searched for in one go. On the whole of a busy frame each of them takes 10 to 40 ms:
looking for Data Matrix takes as long as for all others."""

AGREEING_FRAMES = 12
"""A one-dimensional code is believed when another of the last frames had it too: less than half a
second of video, in which a group comes back to the same of three places.
"""

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

    def __init__(self, tickets: TicketCodes | None = None) -> None:
        self._looks_like = (tickets or TicketCodes()).looks_like
        self._frame = 0
        self._seen: dict[tuple[Symbology, str], int] = {}

    def believed(self, readings: Iterable[Reading]) -> list[Reading]:
        """Take one frame's readings; return those that can be believed."""
        self._frame += 1
        found = []
        for one in readings:
            if not has_weak_check(one.kind):
                found.append(one)
            elif self._looks_like(one.text) is None:
                last = self._seen.get((one.kind, one.text))
                self._seen[one.kind, one.text] = self._frame
                if last is not None and self._frame - last < AGREEING_FRAMES:
                    found.append(one)
        self._seen = {
            key: at for key, at in self._seen.items() if self._frame - at < AGREEING_FRAMES
        }
        return found


class SymbologyDecoder:
    """Reads the symbologies that are switched on.

    QR, where it is among them, comes first and with all its passes. Where it finds nothing, the
    others take turns, a group of them in a frame: each at a textured place, at the next one, and
    then in the whole picture.

    Args:
        codes: the symbologies; at least one.
        budget_ms: the time for one frame; None for all that a picture needs.
        clock: a monotonic clock, in seconds.
        tickets: tells the codes of tickets.

    Raises:
        NoReader: the library is not installed.
    """

    def __init__(
        self,
        codes: Collection[Symbology],
        budget_ms: float | None = FRAME_BUDGET_MS,
        clock: Callable[[], float] = time.perf_counter,
        tickets: TicketCodes | None = None,
    ) -> None:
        self._qr = Decoder(budget_ms, clock) if Symbology.QR in codes else None
        self._groups = deque(group_readers(set(codes) - {Symbology.QR}))
        self._budget_ms = budget_ms
        self._clock = clock
        self._agreement = Agreement(tickets)
        self._turns = 0
        self._places = deque([Region(0, 0, 0, 0, 0.0)])

    def decode(self, pixels: Pixels) -> Decoded:
        """Read a picture: rows x columns x 3 in blue, green, red; or rows x columns in grey."""
        begun = self._clock()
        decoded = self._qr.decode(pixels) if self._qr else Decoded((), code_like=False, spent_ms=0)
        if decoded.readings and self._budget_ms is not None:
            return decoded
        grey = to_grey(pixels)
        if self._budget_ms is None:
            found, _ = read_still(grey, list(self._groups))
        else:
            found = self._agreement.believed(self._next_group(grey) if self._groups else [])
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
        found = [one for read in self._groups for one in read(grey)]
        sure = [one for one in found if _is_sure(one)]
        spent_ms = decoded.spent_ms + (self._clock() - begun) * 1e3
        readings = _each_text_once([*around.readings, *sure])
        return around._replace(readings=readings, spent_ms=spent_ms)

    def _next_group(self, grey: Pixels) -> list[Reading]:
        """Look for one group of kinds at one place; the next frame is for another."""
        if self._turns % len(self._groups) == 0:
            self._look_for_places(grey)
        self._turns += 1
        self._groups.rotate(-1)
        part = _part_of(grey, self._places[0])
        return [part.in_whole(one) for one in self._groups[-1](part.pixels)]

    def _look_for_places(self, grey: Pixels) -> None:
        """Choose where all groups look next: at one textured place after another, then at all."""
        self._places.popleft()
        if not self._places:
            whole = Region(0, 0, grey.shape[1], grey.shape[0], 0.0)
            self._places.extend([*_textured_places(grey), whole])


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
        found = [one for one in read(to_grey(_part_of(pixels, region).pixels)) if _is_sure(one)]
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
    return not has_weak_check(one.kind) or TicketCodes().looks_like(one.text) is None


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


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a picture, in colour if that has any, and how it lies in the picture.

    Attributes:
        pixels: rows x columns, or rows x columns x 3.
        left: the first column, in the picture's pixels.
        top: the first row.
        factor: by which it was reduced, 0 to 1.
    """

    pixels: Pixels
    left: int
    top: int
    factor: float

    def in_whole(self, one: Reading) -> Reading:
        """Return a reading of this part with its corners in the picture."""
        a, b, c, d = (
            (self.left + x / self.factor, self.top + y / self.factor) for x, y in one.corners
        )
        return one._replace(corners=(a, b, c, d))


def _part_of(pixels: Pixels, region: Region) -> _Part:
    """Cut out a region with its padding; a large one is reduced to `LARGEST_PIXELS`."""
    longer = max(region.right - region.left, region.bottom - region.top)
    padding = round(PADDING * longer)
    left, top = max(0, region.left - padding), max(0, region.top - padding)
    cut = pixels[top : region.bottom + padding, left : region.right + padding]
    part = np.ascontiguousarray(cut)
    factor = min(1.0, (LARGEST_PIXELS / max(1, part.shape[0] * part.shape[1])) ** 0.5)
    if factor < 1:
        small = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        part = np.asarray(small, np.uint8)
    return _Part(part, left, top, factor)
