import array
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from scanner.app import sound
from scanner.app.sound import SOUNDS, Loudspeaker, find_player
from scanner.paths import assets_folder


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def samples(file: Path) -> "array.array[int]":
    with wave.open(str(file), "rb") as opened:
        return array.array("h", opened.readframes(opened.getnframes()))


class Player:
    """Hears, and can be held."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.go = threading.Event()
        self.error: Exception | None = None

    def __call__(self, file: Path) -> None:
        self.heard.append((file.name, max(samples(file))))
        assert self.go.wait(10)
        if self.error:
            raise self.error


@pytest.fixture
def player() -> Player:
    found = Player()
    found.go.set()
    return found


@pytest.mark.parametrize("name", SOUNDS)
def test_every_verdict_has_a_short_loud_sound(name: str) -> None:
    file = assets_folder() / "sounds" / f"{name}.wav"
    with wave.open(str(file), "rb") as opened:
        assert (opened.getnchannels(), opened.getsampwidth()) == (1, 2)
        assert 0.1 < opened.getnframes() / opened.getframerate() < 0.7
    assert 20_000 < max(map(abs, samples(file))) < 32_768


def test_no_two_sounds_are_alike() -> None:
    drawn = [samples(assets_folder() / "sounds" / f"{name}.wav") for name in SOUNDS]
    for one, other in combinations(drawn, 2):
        shorter = min(len(one), len(other))
        assert one[shorter // 2 : shorter] != other[shorter // 2 : shorter]


def test_a_lower_volume_is_quieter_and_none_is_silence(player: Player) -> None:
    speaker = Loudspeaker(player)
    speaker.play("admitted", 100)
    until(lambda: len(player.heard) == 1)
    speaker.play("admitted", 50)
    until(lambda: len(player.heard) == 2)
    speaker.play("admitted", 0)
    (loud, half) = (peak for _, peak in player.heard)
    assert half == pytest.approx(loud / 4, rel=0.01)
    assert [name for name, _ in player.heard] == ["admitted.wav", "admitted-50.wav"]


def test_nothing_is_left_of_a_sound_that_was_heard(
    player: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    speaker = Loudspeaker(player)
    for heard in (1, 2):
        speaker.play("admitted", 50)
        until(lambda heard=heard: len(player.heard) == heard)  # type: ignore[misc]
        until(lambda: not any(tmp_path.iterdir()))


def test_of_several_that_wait_the_last_is_played(player: Player) -> None:
    player.go.clear()
    speaker = Loudspeaker(player)
    speaker.play("admitted", 100)
    until(lambda: len(player.heard) == 1)
    for name in ("unknown", "withdrawn", "gate_closed"):
        speaker.play(name, 100)
    player.go.set()
    until(lambda: len(player.heard) == 2)
    assert player.heard[1][0] == "gate_closed.wav"


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError("no player"),
        subprocess.CalledProcessError(1, "aplay"),
        subprocess.TimeoutExpired("aplay", 3),
    ],
)
def test_a_player_that_fails_is_not_asked_again(player: Player, error: Exception) -> None:
    player.error = error
    speaker = Loudspeaker(player)
    assert speaker.audible
    speaker.play("admitted", 100)
    until(lambda: not speaker.audible)
    speaker.play("admitted", 100)
    assert len(player.heard) == 1


def test_a_gate_without_a_player_is_quiet() -> None:
    speaker = Loudspeaker(None)
    speaker.play("admitted", 100)
    assert not speaker.audible


@pytest.mark.skipif(sys.platform != "linux", reason="the players are Linux's")
def test_the_first_player_on_the_path_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_player() is None
    for name in ("paplay", "aplay"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {name} $* > {tmp_path}/heard\n")
        program.chmod(0o755)
    play = find_player()
    assert play
    play(Path("/a.wav"))
    assert (tmp_path / "heard").read_text() == "paplay /a.wav\n"
    (tmp_path / "paplay").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(subprocess.CalledProcessError):
        play(Path("/a.wav"))
    assert sound.CANNOT_RECORD in SOUNDS
