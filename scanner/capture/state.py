"""How the eyes are doing, for whoever shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraState:
    """Whether pictures are coming, and one sentence for the guard: what is seen or what to do."""

    running: bool
    sentence: str
