"""A verdict for ears: its sound, and the terminal's bell where there is to be one."""

from collections.abc import Callable

from scanner.admission.verdict import Kind
from scanner.app.preferences import Preferences
from scanner.app.sound import CANNOT_RECORD, Sounds

BELL_SECONDS = 0.25
"""From one stroke of the bell to the next: told apart in every terminal that was tried."""

_STROKES = {Kind.ADMITTED.value: 1, CANNOT_RECORD: 3}
_OTHER_STROKES = 2

Later = Callable[[float, Callable[[], None]], object]
"""Calls something after so many seconds."""


class Announcer:
    """Sounds what the screen shows: one stroke for come in, two for stop, three for a fault.

    Args:
        sounds: makes the sounds, or nothing.
        wishes: the settings as they are now.
        bell: one stroke of the terminal's bell.
        later: calls after a time.
    """

    def __init__(
        self,
        sounds: Sounds | None,
        wishes: Callable[[], Preferences],
        bell: Callable[[], None],
        later: Later,
    ) -> None:
        self._sounds = sounds
        self._wishes = wishes
        self._bell = bell
        self._later = later

    @property
    def audible(self) -> bool:
        """Tell whether sounds can be heard, as far as is known."""
        return self._sounds is not None and self._sounds.audible

    def announce(self, name: str) -> None:
        """Sound one of `sound.SOUNDS`; never waits."""
        wishes = self._wishes()
        if wishes.muted:
            return
        if self._sounds:
            self._sounds.play(name, wishes.volume)
        if wishes.bell == "always" or (wishes.bell == "auto" and self._deaf()):
            for stroke in range(_STROKES.get(name, _OTHER_STROKES)):
                if stroke:
                    self._later(stroke * BELL_SECONDS, self._bell)
                else:
                    self._bell()

    def _deaf(self) -> bool:
        """Tell whether a player was meant to be there and isn't."""
        return self._sounds is not None and not self._sounds.audible
