"""What the first start is given; not how it works."""

from collections.abc import Callable, Sequence
from typing import Protocol

from scanner.qr.frame import Pixels
from scanner.sync.opening import Opened
from scanner.tui.ports import ScanSource
from scanner.tui.wizard.answers import Answers

OnFrame = Callable[[Pixels], None]
"""Called with each picture, from the camera's thread."""


class Setup(Protocol):
    """The world around a gate that is not open yet."""

    def cameras(self) -> Sequence[tuple[str, str]]:
        """List what can be looked through: what names it to `look`, and its name for a person."""

    def look(self, spec: str, on_frame: OnFrame, /) -> ScanSource:
        """Return eyes that are not started yet."""

    def play(self) -> bool:
        """Play the sound of an admission; tells whether this computer has any."""

    async def open(self, answers: Answers, on_progress: Callable[[int, int], None], /) -> Opened:
        """Open the session and fetch its tickets.

        Raises:
            ScannerError: what stood in the way.
        """
        ...

    def keep(self, answers: Answers, /) -> None:
        """Keep what the next start should know.

        Raises:
            ScannerError: it can't be kept.
        """
