"""What a gate looks with, whatever it is: a camera, hand scanners, a file, the demo's crowd."""

from collections.abc import Callable
from typing import Protocol

from scanner.scanning.source_state import SourceState
from scanner.scanning.view import View

OnPayload = Callable[[str, str], None]
"""Called with each presentation's payload and what read it."""

OnNotice = Callable[[str], None]
"""Called with a sentence that is worth a line for a moment."""


class ScanSource(Protocol):
    """Whatever reads codes: a camera, a file of pictures, the demo's crowd."""

    @property
    def pictured(self) -> bool:
        """Whether it ever has a picture to show: a hand scanner has none."""
        ...

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Begin to look; returns at once.

        `on_payload(payload, by)` is called for each presentation, from a thread of the camera's;
        `by` names the decoder. `on_notice(sentence)` says something worth a line for a moment.
        """
        ...

    def stop(self) -> None:
        """Stop looking and give the camera back; harmless when it isn't running."""
        ...

    def state(self) -> SourceState:
        """Return the latest known state; cheap enough for the event loop."""
        ...

    def view(self) -> View | None:
        """Return the newest picture that was looked at; nothing where none comes. As cheap."""
        ...
