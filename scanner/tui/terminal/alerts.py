"""A verdict's sound, and the terminal's bell where that is wanted."""

from collections.abc import Callable

from scanner.admission.verdict import Kind
from scanner.app.preferences import Preferences
from scanner.app.sound import CANNOT_RECORD, Sounds
from scanner.wording.catalogue import say

BELL_SECONDS = 0.25
"""From one stroke of the bell to the next: told apart in every terminal that was tried."""

_STROKES = {Kind.ADMITTED.value: 1, CANNOT_RECORD: 3}
_OTHER_STROKES = 2

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after a number of seconds."""


class Alerts:
    """Plays what the screen shows; the bell rings once for come in, twice for stop, three times
    for a fault.

    Args:
        speaker: returns what makes the sounds now, or nothing.
        preferences: returns the settings as they are now.
        bell: rings the terminal's bell once.
        later: calls after a time.
    """

    def __init__(
        self,
        speaker: Callable[[], Sounds | None],
        preferences: Callable[[], Preferences],
        bell: Callable[[], None],
        later: Later,
    ) -> None:
        self._speaker = speaker
        self._preferences = preferences
        self._bell = bell
        self._later = later

    @property
    def audible(self) -> bool:
        """Tell whether sounds can be heard, as far as is known."""
        speaker = self._speaker()
        return speaker is not None and speaker.audible

    def words(self) -> str:
        """Say how verdicts are heard now."""
        if self._preferences().muted:
            return say("Sound off.")
        if not self.audible:
            return say("This computer has no sound; the terminal's bell rings instead.")
        return say("Sound on, volume {volume} %.", volume=self._preferences().volume)

    def play(self, name: str) -> None:
        """Play one of `sound.SOUNDS`; never waits."""
        now = self._preferences()
        if now.muted:
            return
        if speaker := self._speaker():
            speaker.play(name, now.volume)
        if now.bell == "always" or (now.bell == "auto" and self._has_no_player()):
            for stroke in range(_STROKES.get(name, _OTHER_STROKES)):
                if stroke:
                    self._later(stroke * BELL_SECONDS, self._bell)
                else:
                    self._bell()

    def _has_no_player(self) -> bool:
        """Tell whether a player was meant to be there and isn't."""
        speaker = self._speaker()
        return speaker is not None and not speaker.audible
