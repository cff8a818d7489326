"""What the first start needs, as protocols."""

from collections.abc import Callable, Sequence
from typing import Protocol

from scanner.qr.frame import Pixels
from scanner.sync.opening import Opened
from scanner.tui.ports import ScanSource
from scanner.tui.wizard.answers import Answers

OnFrame = Callable[[Pixels], None]
"""Called with each picture, from the camera's thread."""


class Setup(Protocol):
    """Cameras, sound, server and settings of a gate that is not open yet."""

    def cameras(self) -> Sequence[tuple[str, str]]:
        """List the cameras: what `look` takes, and its name for a person."""

    def look(self, spec: str, on_frame: OnFrame, /) -> ScanSource:
        """Return a source that is not started yet; it shows its pictures to `on_frame`."""

    def play(self) -> bool:
        """Play the sound of an admission; tells whether this computer has any."""

    async def open(self, answers: Answers, on_progress: Callable[[int, int], None], /) -> Opened:
        """Open the session and fetch its tickets.

        Raises:
            ScannerError: what stood in the way.
        """
        ...

    def keep(self, answers: Answers, /) -> None:
        """Save the answers for the next start.

        Raises:
            ScannerError: they can't be saved.
        """
