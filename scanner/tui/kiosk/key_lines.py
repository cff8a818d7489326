"""Lines out of key presses: what a hand scanner types, ended by Enter or Tab. Pure."""

from scanner.admission.serial import LONGEST_PAYLOAD

PAUSE_SECONDS = 2.0
"""Of a hand scanner: it never pauses so long, an elbow does."""


class KeyLines:
    """Gathers characters; a line longer than any code is dropped to its end.

    Args:
        pause_seconds: after such a pause a new line begins.
    """

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._pause_seconds = pause_seconds
        self._characters: list[str] = []
        self._last = float("-inf")

    @property
    def length(self) -> int:
        """How many characters wait for their Enter."""
        return len(self._characters)

    def add(self, character: str, at: float) -> None:
        """Take one character; `at` in seconds that only rise."""
        if at - self._last > self._pause_seconds:
            self._characters.clear()
        self._last = at
        if len(self._characters) <= LONGEST_PAYLOAD:
            self._characters.append(character)

    def rub_out(self) -> None:
        """Take the last character back."""
        del self._characters[-1:]

    def end(self, at: float) -> str | None:
        """Take Enter or Tab; returns the line, or nothing where there is none worth judging."""
        if at - self._last > self._pause_seconds:
            self._characters.clear()
        line = "".join(self._characters)
        self._characters.clear()
        return line.strip() if len(line) <= LONGEST_PAYLOAD and line.strip() else None

    def clear(self) -> None:
        """Forget what was typed."""
        self._characters.clear()
