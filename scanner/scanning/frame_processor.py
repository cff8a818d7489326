"""One frame in, what it means out: decoding and telling presentations apart, and the counts."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from scanner.qr.decoded import Corners, Decoded
from scanner.qr.decoder import FRAME_BUDGET_MS, Decoder
from scanner.qr.frame import Frame, Pixels
from scanner.qr.readers import NoReader
from scanner.scanning.coaching import Advice, ScanHints, advise, measure
from scanner.scanning.errors import NoDecoder
from scanner.scanning.presentation import Event, Presentations, Presented
from scanner.scanning.unread_codes import Suspect, suspect
from scanner.scanning.view import View

OUTLINED_SECONDS = 0.5
"""How long a code stays outlined when the next frames don't read it, so that it doesn't flicker."""


COACHED_MS = 20.0
"""With more spent on a frame than this there is no time left to look for why it wasn't read."""

MOST_SKIPPED = 4
"""Such frames in a row; the next is looked at all the same, and a frame comes late for it."""


class Reads(Protocol):
    """Whatever reads codes in a picture; `scanner.qr.decoder.Decoder` is one."""

    def decode(self, pixels: Pixels, /) -> Decoded:
        """Read a picture, in blue, green, red or in grey."""
        ...

    def look_around(self, pixels: Pixels, decoded: Decoded, /) -> Decoded:
        """Look for another code beside what was read in the picture."""
        ...


def create_decoder(budget_ms: float | None = FRAME_BUDGET_MS) -> Decoder:
    """Return a decoder with the libraries that are installed.

    Args:
        budget_ms: the time for one frame; None for all that a picture needs.

    Raises:
        NoDecoder: no library that reads codes is installed.
    """
    try:
        return Decoder(budget_ms)
    except NoReader as error:
        raise NoDecoder("No library that reads QR codes is here; install zxing-cpp.") from error


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done so far.

    Attributes:
        frames_read: frames that came from the source.
        frames_decoded: frames that were looked at; of a live source, some never are.
        frames_with_code: frames in which at least one code was read.
        presentations: what was handed on to be judged.
        reads_by: how many codes each library and pass read, in all frames.
    """

    frames_read: int = 0
    frames_decoded: int = 0
    frames_with_code: int = 0
    presentations: int = 0
    reads_by: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class FrameProcessor:
    """Looks at frames one after another; one thread looks, any thread may ask for the counts."""

    def __init__(self, decoder: Reads, presentations: Presentations | None = None) -> None:
        self._decoder = decoder
        self._presentations = presentations or Presentations()
        self._coach = ScanHints()
        self._guard = threading.Lock()
        self._frames = self._with_code = self._presented = 0
        self._by: Counter[str] = Counter()
        self._outlines: tuple[Corners, ...] = ()
        self._outlined_at = 0.0
        self._view: View | None = None
        self._suspect: Suspect | None = None
        self._skipped = 0

    def look(self, frame: Frame) -> list[Event]:
        """Decode one frame, and return what is new in it."""
        decoded = self._decoder.decode(frame.pixels)
        texts = decoded.texts
        if len(texts) == 1 and self._presentations.may_present(texts[0], frame.at):
            decoded = self._decoder.look_around(frame.pixels, decoded)
        self._coach_by(frame.pixels, decoded)
        by = {reading.text: reading.by for reading in decoded.readings}
        events: list[Event] = [
            replace(event, by=by.get(event.payload)) if isinstance(event, Presented) else event
            for event in self._presentations.seen(decoded.texts, frame.at, crowded=decoded.crowded)
        ]
        self._count(decoded, sum(isinstance(event, Presented) for event in events))
        self._view = View(frame.pixels, self._outlines_at(frame.at, decoded))
        return events

    @property
    def advice(self) -> Advice | None:
        """What stands in the way of reading, as the last frames show it."""
        return self._coach.advice

    @property
    def view(self) -> View | None:
        """The newest picture, with the codes in it."""
        return self._view

    def counts(self) -> Counts:
        """Return how much was done until now."""
        with self._guard:
            by = MappingProxyType(dict(self._by))
            return Counts(self._frames, self._frames, self._with_code, self._presented, by)

    def _coach_by(self, pixels: Pixels, decoded: Decoded) -> None:
        """Let the coach hear what stands in the way of reading this frame.

        Where all of a frame's time is gone, what was seen in one before still holds, for a while.
        """
        if decoded.readings:
            self._suspect = None
            self._coach.hear(None, read=True)
            return
        self._skipped += 1
        if decoded.spent_ms < COACHED_MS or self._skipped > MOST_SKIPPED:
            self._suspect, self._skipped = suspect(pixels), 0
        self._coach.hear(advise(measure(pixels), decoded, self._suspect), read=False)

    def _outlines_at(self, at: float, decoded: Decoded) -> tuple[Corners, ...]:
        if decoded.readings:
            self._outlines = tuple(reading.corners for reading in decoded.readings)
            self._outlined_at = at
        elif at - self._outlined_at > OUTLINED_SECONDS:
            self._outlines = ()
        return self._outlines

    def _count(self, decoded: Decoded, presented: int) -> None:
        with self._guard:
            self._frames += 1
            self._with_code += bool(decoded.readings)
            self._presented += presented
            self._by.update(reading.by for reading in decoded.readings)
