"""One patron's showing of a code counts once: over a row of frames, and over all sources. Pure."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from scanner.admission.serial import LooksLike
from scanner.facts import Fact
from scanner.scanning.scan_source import SourceStatus
from scanner.scanning.ticket_codes import TicketCodes

SAME_SECONDS = 2.0
"""Read again this soon after its last reading, a code is the same presentation."""

GONE_AFTER_SECONDS = 1.0
"""The debounce time: out of view for this long, a code counts again. A trembling hand's gaps are
shorter."""

IN_TURN_SECONDS = 0.5
"""The longest gap between two codes that one screen shows in turn, as an animated picture does.
People who follow one another take longer."""

RETURNS_SECONDS = 30.0
"""How long a code may be away while others take its place on such a screen, and still be the same
presentation: it was judged, and would be again each time that its turn comes."""

BLIND_AFTER_SECONDS = 5.0
"""After a gap in the frames this long, every code in view counts again: another may stand there."""

IN_VIEW_SECONDS = 0.5
"""How often it is told that a presented code is still in view."""

SETTLE_SECONDS = 0.3
"""After two codes were in view, the remaining one must be alone for this long: a single frame may
have missed the other."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """A patron shows a code: judge it.

    Attributes:
        payload: the code's text.
        by: which library and pass read it; None where that isn't known.
    """

    payload: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class InView:
    """A code that was presented is still shown."""

    payload: str


@dataclass(frozen=True, slots=True)
class TwoInView:
    """Different codes are in view at once, so that it isn't clear whose turn it is."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A code that is no ticket's is in view beside the one ticket that is presented.

    Attributes:
        payload: the code's text, which may be a secret, as a Wi-Fi code's is.
        looks_like: what it seems to be.
    """

    payload: str
    looks_like: LooksLike

    @property
    def fact(self) -> Fact:
        """What to tell people, without the text."""
        return Fact(SourceStatus.BESIDE_TICKET, {"what": Fact(self.looks_like)})


Event = Presentation | InView | TwoInView | Beside


def divide(
    payloads: Sequence[str], codes: TicketCodes | None = None
) -> tuple[list[str], list[Beside]]:
    """Divide what is in view: those whose turn it is, and those that are only beside them.

    Tickets go before other codes, such as an advertisement's on the same page. Where there are no
    tickets, it is any code's turn.
    """
    looks_like = (codes or TicketCodes()).looks_like
    forms = {payload: looks_like(payload) for payload in payloads}
    tickets = [payload for payload, form in forms.items() if form is None]
    others = [Beside(payload, form) for payload, form in forms.items() if form]
    return (tickets, others) if tickets else (list(payloads), [])


Answer = TypeVar("Answer")


class Presentations(Generic[Answer]):
    """The door of one gate: what was read lately there, by whatever source; for any thread.

    Times are monotonic seconds.

    Args:
        codes: tells the codes of tickets.
    """

    def __init__(self, codes: TicketCodes | None = None) -> None:
        self._identity = (codes or TicketCodes()).identity
        self._guard = threading.Lock()
        self._read: dict[str, float] = {}  # code -> when it was read last
        self._answers: dict[str, Answer] = {}

    def begins(self, payload: str, at: float) -> bool:
        """Note a reading; tell whether it begins a presentation, which is to be judged."""
        code = self._identity(payload)
        with self._guard:
            for each in [each for each, last in self._read.items() if at - last > SAME_SECONDS]:
                self._drop(each)
            begins = code not in self._read
            self._read[code] = at
        return begins

    def keep(self, payload: str, answer: Answer) -> None:
        """Keep what a presentation was answered."""
        with self._guard:
            self._answers[self._identity(payload)] = answer

    def answer(self, payload: str) -> Answer:
        """Return what the presentation that a reading belongs to was answered."""
        with self._guard:
            return self._answers[self._identity(payload)]

    def forget(self, payload: str) -> None:
        """Have the next reading judged: nothing could be recorded of this one."""
        with self._guard:
            self._drop(self._identity(payload))

    def _drop(self, code: str) -> None:
        self._read.pop(code, None)
        self._answers.pop(code, None)


class Debouncer:
    """Finds the presentations in a row of frames.

    Args:
        gone_after: seconds out of view after which the same code counts again.
        codes: tells the codes of tickets.
    """

    def __init__(
        self, gone_after: float = GONE_AFTER_SECONDS, codes: TicketCodes | None = None
    ) -> None:
        self._codes = codes
        self._gone_after = gone_after
        self._presented: dict[str, float] = {}  # payload -> when it was last in view
        self._told: dict[str, float] = {}  # payload -> when that was told last
        self._crowded: dict[str, float] = {}  # payload -> when it was last in view with another
        self._several_at: float | None = None
        self._alone_at = -math.inf  # when a code was last alone in view
        self._turns_since = -math.inf  # from when codes have followed one another without a gap
        self._updated_at: float | None = None

    def may_present(self, payload: str, at: float) -> bool:
        """Tell whether a code that is alone in a frame of that time would be a presentation."""
        presented, crowded = self._presented.get(payload), self._crowded.get(payload)
        return (presented is None or at - presented >= self._gone_after) and (
            crowded is None or at - crowded >= SETTLE_SECONDS
        )

    def update(self, payloads: Sequence[str], at: float, *, crowded: bool = False) -> list[Event]:
        """Take one frame's codes; return the events that follow.

        A code beside a single ticket counts as presented with it: it is named once, and it is not
        judged when a later frame shows it alone.

        Args:
            payloads: what was read in the frame; the same payload twice is one code.
            at: when the frame was taken, in seconds; never earlier than the last frame's.
            crowded: whether another code is in view that could not be read.
        """
        at = at if self._updated_at is None else max(at, self._updated_at)
        in_turn, beside = divide(list(dict.fromkeys(payloads)), self._codes)
        in_view = [*in_turn, *(other.payload for other in beside)]
        self._expire(in_view, at)
        self._updated_at = at
        if len(in_turn) > 1 or (crowded and in_turn):
            return self._several(in_view, at)
        events = [event for payload in in_turn for event in self._alone(payload, at)]
        for other in beside:
            self._presented[other.payload] = at
        begun = any(isinstance(event, Presentation) for event in events)
        return [*events, *beside] if begun else events

    def _expire(self, in_view: Sequence[str], at: float) -> None:
        """Drop the codes that a frame lacks, long enough after they were last in view."""
        blind = self._updated_at is not None and at - self._updated_at >= BLIND_AFTER_SECONDS
        if len(in_view) > 1 or at - self._alone_at >= IN_TURN_SECONDS:
            self._turns_since = at
        if len(in_view) == 1:
            self._alone_at = at
        for payload, last in list(self._presented.items()):
            away = at - last
            taking_turns = last >= self._turns_since and away < RETURNS_SECONDS
            if payload not in in_view and away >= self._gone_after:
                self._told.pop(payload, None)
                if not taking_turns:
                    del self._presented[payload]
        self._crowded = {
            each: last for each, last in self._crowded.items() if at - last < SETTLE_SECONDS
        }
        if blind:
            for memory in (self._presented, self._told, self._crowded):
                memory.clear()

    def _several(self, in_view: Sequence[str], at: float) -> list[Event]:
        told = self._several_at is not None and at - self._several_at < self._gone_after
        self._several_at = at
        for payload in in_view:
            self._crowded[payload] = at
            if payload in self._presented:
                self._presented[payload] = at
        return [] if told else [TwoInView()]

    def _alone(self, payload: str, at: float) -> list[Event]:
        if payload in self._presented:
            self._presented[payload] = at
            if at - self._told.get(payload, at) < IN_VIEW_SECONDS:
                return []  # or it only stood beside a ticket
            self._told[payload] = at
            return [InView(payload)]
        if payload in self._crowded:
            return []
        self._presented[payload] = self._told[payload] = at
        return [Presentation(payload)]
