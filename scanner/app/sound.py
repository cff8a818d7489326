"""The verdicts' sounds, through the platform's own player; silence is no fault of the gate."""

import array
import contextlib
import io
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from scanner.admission.verdict import LIGHTS
from scanner.paths import assets_folder

CANNOT_RECORD = "cannot_record"
SOUNDS = (*(kind.value for kind in LIGHTS), CANNOT_RECORD)
"""The names of the sounds: one for each kind of verdict, and one for no verdict at all."""

LOUDEST = 100
STEP = 20
"""Per cent; what a volume key changes."""

_PLAY_SECONDS = 3.0
_PLAYERS = {
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q")),
    "darwin": (("afplay",),),
}

Play = Callable[[Path], None]
"""Plays a WAV file and returns when it has been heard; raises `OSError` where it can't."""


class Sounds(Protocol):
    """What makes the sounds; `Loudspeaker` is one."""

    @property
    def audible(self) -> bool:
        """Tell whether sounds can be heard, as far as is known."""
        ...

    def play(self, name: str, volume: int, /) -> None:
        """Play a sound soon, `volume` in per cent; never waits, never raises."""
        ...


def find_player() -> Play | None:
    """Return the first player that the platform has, if any."""
    if sys.platform == "win32":
        return _play_on_windows
    for command, *flags in _PLAYERS.get(sys.platform, ()):
        if found := shutil.which(command):
            return partial(_run, [found, *flags])
    return None


class Loudspeaker:
    """Plays one sound at a time in a thread of its own; of several that wait, the last."""

    def __init__(self, play: Play | None, folder: Path | None = None) -> None:
        self._player = play
        self._folder = folder or assets_folder() / "sounds"
        self._waiting: queue.Queue[tuple[str, int]] = queue.Queue(maxsize=1)
        self._scaled: dict[tuple[str, int], bytes] = {}
        self._thread: threading.Thread | None = None

    @property
    def audible(self) -> bool:
        """Tell whether a player was found and has not failed."""
        return self._player is not None

    def play(self, name: str, volume: int) -> None:
        """Play a sound soon in place of one that still waits."""
        if not self._player or volume <= 0:
            return
        if not self._thread:
            self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
            self._thread.start()
        with contextlib.suppress(queue.Empty):
            self._waiting.get_nowait()
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait((name, volume))

    def _run(self) -> None:
        while play := self._player:
            name, volume = self._waiting.get()
            try:
                self._play(play, name, volume)
            except (OSError, wave.Error, subprocess.SubprocessError) as error:
                self._player = None
                structlog.get_logger("sound").warning("no sound from now on", exc_info=error)

    def _play(self, play: Play, name: str, volume: int) -> None:
        """Play the sound's file, or a quieter one, which is there as long as it is heard.

        Not every player can make it quieter itself, and a gate that is killed leaves nothing.
        """
        source = self._folder / f"{name}.wav"
        if volume >= LOUDEST:
            play(source)
            return
        if (name, volume) not in self._scaled:
            self._scaled[name, volume] = _scaled(source, volume / LOUDEST)
        with tempfile.TemporaryDirectory(prefix="scanner-sound-", ignore_cleanup_errors=True) as at:
            file = Path(at) / f"{name}-{volume}.wav"
            file.write_bytes(self._scaled[name, volume])
            play(file)


def _scaled(source: Path, factor: float) -> bytes:
    """Return a WAV of 16-bit samples, every one times `factor` squared: ears hear in powers."""
    with wave.open(str(source), "rb") as file:
        settings, frames = file.getparams(), file.readframes(file.getnframes())
    values = array.array("h", frames)
    if sys.byteorder == "big":
        values.byteswap()
    quieter = array.array("h", (round(value * factor * factor) for value in values))
    if sys.byteorder == "big":
        quieter.byteswap()
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams(settings)
        file.writeframes(quieter.tobytes())
    return written.getvalue()


def _run(words: list[str], file: Path) -> None:
    subprocess.run(  # noqa: S603 - a player found on the path, a file of our own
        [*words, str(file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_PLAY_SECONDS,
        check=True,
    )


def _play_on_windows(file: Path) -> None:
    if sys.platform == "win32":
        import winsound

        try:
            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_NODEFAULT)
        except RuntimeError as error:
            raise OSError(str(error)) from error
