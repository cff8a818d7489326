from collections.abc import Callable

import pytest

from scanner.admission.verdict import Kind
from scanner.app.preferences import Preferences
from scanner.app.sound import CANNOT_RECORD
from scanner.tui.terminal.alerts import Alerts
from tests.tui.sources import FakeSounds


def strokes(sounds: FakeSounds | None, wishes: Preferences, name: str) -> list[float]:
    rung: list[float] = []

    def later(after: float, do: Callable[[], None]) -> None:
        rung.append(after)

    Alerts(lambda: sounds, lambda: wishes, lambda: rung.append(0.0), later).play(name)
    return rung


@pytest.mark.parametrize(
    ("name", "count"), [(Kind.ADMITTED.value, 1), (Kind.UNKNOWN.value, 2), (CANNOT_RECORD, 3)]
)
def test_the_bell_alone_tells_in_from_stop_from_fault(name: str, count: int) -> None:
    rung = strokes(FakeSounds(), Preferences(bell="always"), name)
    assert len(rung) == count
    assert sorted(set(rung)) == rung


@pytest.mark.parametrize(
    ("bell", "audible", "rings"),
    [
        ("auto", True, False),
        ("auto", False, True),
        ("never", False, False),
        ("always", True, True),
    ],
)
def test_the_bell_rings_where_it_is_wanted(bell: str, audible: bool, rings: bool) -> None:
    sounds = FakeSounds(audible=audible)
    assert bool(strokes(sounds, Preferences(bell=bell), "unknown")) == rings


def test_a_muted_gate_makes_no_sound_at_all() -> None:
    sounds = FakeSounds()
    assert strokes(sounds, Preferences(bell="always", muted=True), "unknown") == []
    assert sounds.played == []


def test_a_sound_is_played_as_loud_as_is_set() -> None:
    sounds = FakeSounds()
    strokes(sounds, Preferences(volume=40), "unknown")
    assert sounds.played == [("unknown", 40)]
