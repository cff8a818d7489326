"""Decodes one frame after another: presentations, hints, outlines and counts."""

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from scanner.facts import Fact
from scanner.qr.decoded import Corners, Decoded, Symbology
from scanner.qr.decoder import FRAME_BUDGET_MS, Decoder
from scanner.qr.frame import Frame, Pixels
from scanner.qr.readers import NoReader
from scanner.scanning.errors import CameraFault, NoDecoder
from scanner.scanning.presentation import Debouncer, Event, Presentation, divide
from scanner.scanning.scan_hints import Hint, ScanHints, exposure_of, hint_for
from scanner.scanning.scan_source import View
from scanner.scanning.symbologies import SymbologyDecoder, UnreadKinds
from scanner.scanning.ticket_codes import TicketCodes
from scanner.scanning.unread_codes import Candidate, find_candidate

OUTLINED_SECONDS = 0.5
"""How long a code stays outlined when the next frames don't read it, so that it doesn't flicker."""

HINTED_MS = 20.0
"""A frame that took longer to decode leaves no time to find out why it wasn't read."""

MOST_SKIPPED = 4
"""Such frames in a row; the next is examined all the same, and delays the frame after it."""


class FrameDecoder(Protocol):
    """Reads codes in a picture; `scanner.qr.decoder.Decoder` is one."""

    def decode(self, pixels: Pixels, /) -> Decoded:
        """Read a picture, in BGR or in grey."""
        ...

    def look_around(self, pixels: Pixels, decoded: Decoded, /) -> Decoded:
        """Look for another code beside what was read in the picture."""
        ...


def create_decoder(
    budget_ms: float | None = FRAME_BUDGET_MS,
    codes: Collection[Symbology] = (Symbology.QR,),
    tickets: TicketCodes | None = None,
) -> FrameDecoder:
    """Return a decoder with the libraries that are installed.

    Args:
        budget_ms: the time for one frame; None for all that a picture needs.
        codes: the symbologies that it reads.
        tickets: tells the codes of tickets.

    Raises:
        NoDecoder: no library that reads these codes is installed.
    """
    try:
        if set(codes) == {Symbology.QR}:
            return Decoder(budget_ms)
        return SymbologyDecoder(codes, budget_ms, tickets=tickets)
    except NoReader as error:
        raise NoDecoder(CameraFault.NO_DECODER) from error


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done so far.

    Attributes:
        frames_read: frames that came from the source.
        frames_decoded: frames that were decoded; a live source's may be dropped.
        frames_with_code: frames in which at least one code was read.
        presentations: what was reported to be judged.
        reads_by: how many codes each library and pass read, over all frames.
    """

    frames_read: int = 0
    frames_decoded: int = 0
    frames_with_code: int = 0
    presentations: int = 0
    reads_by: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class FrameProcessor:
    """Processes frames in one thread; any thread may ask for counts, facts and view.

    Args:
        decoder: reads codes.
        debouncer: tells one presentation from the next.
        unread: names codes of kinds that the decoder isn't set to read; None to name none.
        tickets: tells the codes of tickets.
    """

    def __init__(
        self,
        decoder: FrameDecoder,
        debouncer: Debouncer | None = None,
        unread: UnreadKinds | None = None,
        tickets: TicketCodes | None = None,
    ) -> None:
        self._decoder = decoder
        self._tickets = tickets
        self._debouncer = debouncer or Debouncer(codes=tickets)
        self._unread = unread
        self._hints = ScanHints()
        self._guard = threading.Lock()
        self._frames = self._with_code = self._presented = 0
        self._by: Counter[str] = Counter()
        self._outlines: tuple[Corners, ...] = ()
        self._outlined_at = 0.0
        self._view: View | None = None
        self._candidate: Candidate | None = None
        self._skipped = 0

    def process(self, frame: Frame) -> list[Event]:
        """Decode one frame; return the events that follow from it."""
        decoded = self._decoder.decode(frame.pixels)
        in_turn, _ = divide(decoded.texts, self._tickets)
        if len(in_turn) == 1 and self._debouncer.may_present(in_turn[0], frame.at):
            decoded = self._decoder.look_around(frame.pixels, decoded)
        self._update_hints(frame, decoded)
        by = {reading.text: reading.by for reading in decoded.readings}
        events: list[Event] = [
            replace(event, by=by.get(event.payload)) if isinstance(event, Presentation) else event
            for event in self._debouncer.update(decoded.texts, frame.at, crowded=decoded.crowded)
        ]
        self._count(decoded, sum(isinstance(event, Presentation) for event in events))
        self._view = View(frame.pixels, self._outlines_at(frame.at, decoded))
        return events

    @property
    def hint(self) -> Hint | None:
        """What keeps the last frames from being read."""
        return self._hints.hint

    @property
    def fact(self) -> Fact | None:
        """What to tell a patron whose code isn't read: its kind if that is why, else a hint."""
        kind, hint = self._unread.fact if self._unread else None, self.hint
        return kind or (Fact(hint) if hint else None)

    @property
    def view(self) -> View | None:
        """The newest frame, with its codes outlined."""
        return self._view

    def counts(self) -> Counts:
        """Return how much was done until now."""
        with self._guard:
            by = MappingProxyType(dict(self._by))
            return Counts(self._frames, self._frames, self._with_code, self._presented, by)

    def _update_hints(self, frame: Frame, decoded: Decoded) -> None:
        """Update the hints by one frame; where no time is left, the last candidate still holds.

        There is none while a code may be, or is, of a kind that isn't read: no light would help it.
        """
        if decoded.readings:
            self._candidate = None
            self._hints.update(None, read=True)
            if self._unread:
                self._unread.read()
            return
        self._skipped += 1
        if decoded.spent_ms < HINTED_MS or self._skipped > MOST_SKIPPED:
            self._candidate, self._skipped = find_candidate(frame.pixels), 0
            if self._unread:
                self._unread.search(frame.pixels, frame.at)
        if self._unread and (self._unread.searching or self._unread.fact):
            return
        hint = hint_for(exposure_of(frame.pixels), decoded, self._candidate)
        self._hints.update(hint, read=False)

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
