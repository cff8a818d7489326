"""How the eyes are doing, for whoever shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceState:
    """Whether pictures are coming, and one sentence for the guard: what is seen or what to do.

    Attributes:
        running: whether pictures or scans are coming.
        sentence: what is seen, or what to do.
        by_hand: whether it speaks of a hand scanner, and not of a camera.
    """

    running: bool
    sentence: str
    by_hand: bool = False
