"""Which codes in view are a patron's showing a ticket, once, however many frames saw it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

GONE_AFTER_SECONDS = 1.0
"""Out of view for so long, a code counts anew when it comes back: a hand's tremble is shorter."""

BLIND_AFTER_SECONDS = 5.0
"""After so long without any frame nobody knows who stands there: what is seen then counts anew."""

SETTLE_SECONDS = 0.3
"""After two codes were in view, the one that is left must be alone for so long: a code that one
frame missed is still there."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A patron shows a code: judge it.

    Attributes:
        payload: what the code says.
        by: which library and pass read it; nothing where that isn't known.
    """

    payload: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class TwoInView:
    """Different codes are in view at once, so that nobody can say whose turn it is."""

    sentence: str = "Two codes in view: show one at a time."


Event = Presented | TwoInView


class Presentations:
    """Tells presentations apart in a row of frames.

    Args:
        gone_after: seconds out of view after which the same code counts anew.
    """

    def __init__(self, gone_after: float = GONE_AFTER_SECONDS) -> None:
        self._gone_after = gone_after
        self._judged: dict[str, float] = {}  # payload -> when it was last in view
        self._crowded: dict[str, float] = {}  # payload -> when it was last in view with another
        self._several_at: float | None = None
        self._looked_at: float | None = None

    def may_present(self, payload: str, at: float) -> bool:
        """Tell whether the code, alone in a frame of that time, may count as a patron's."""
        judged, crowded = self._judged.get(payload), self._crowded.get(payload)
        return (judged is None or at - judged >= self._gone_after) and (
            crowded is None or at - crowded >= SETTLE_SECONDS
        )

    def seen(self, payloads: Sequence[str], at: float, *, crowded: bool = False) -> list[Event]:
        """Take what one frame showed, and say what that means.

        Args:
            payloads: what was read in the frame; the same one twice is one code.
            at: when the frame was taken, in seconds; a time before the last frame's counts as it.
            crowded: whether another code is in view that could not be read.
        """
        at = at if self._looked_at is None else max(at, self._looked_at)
        in_view = list(dict.fromkeys(payloads))
        self._forget(in_view, at)
        self._looked_at = at
        if len(in_view) > 1 or (crowded and in_view):
            return self._several(in_view, at)
        return [event for payload in in_view for event in self._alone(payload, at)]

    def _forget(self, in_view: Sequence[str], at: float) -> None:
        """Drop what has left: a frame looked for it in vain, long enough after it was seen."""
        blind = self._looked_at is not None and at - self._looked_at >= BLIND_AFTER_SECONDS
        for memory, after in ((self._judged, self._gone_after), (self._crowded, SETTLE_SECONDS)):
            for payload, last in list(memory.items()):
                missing = memory is self._crowded or payload not in in_view
                if blind or (missing and at - last >= after):
                    del memory[payload]

    def _several(self, in_view: Sequence[str], at: float) -> list[Event]:
        said = self._several_at is not None and at - self._several_at < self._gone_after
        self._several_at = at
        for payload in in_view:
            self._crowded[payload] = at
            if payload in self._judged:
                self._judged[payload] = at
        return [] if said else [TwoInView()]

    def _alone(self, payload: str, at: float) -> list[Event]:
        if payload in self._judged:
            self._judged[payload] = at
            return []
        if payload in self._crowded:
            return []
        self._judged[payload] = at
        return [Presented(payload)]
