"""A camera that comes and goes, and a hand scanner beside it."""

import threading
import time
from collections.abc import Callable

from scanner.facts import Fact
from scanner.qr.frame import Frame
from scanner.scanning.camera_source import CameraSource
from scanner.scanning.errors import CameraAway, CameraFault
from scanner.scanning.scan_source import CompositeSource, SourceState
from tests.scanning.feigned import Scripted, frame

LIMIT = 10.0
BACK_SECONDS = 2.0
DROPOUTS = 3


def until(true: Callable[[], object]) -> float:
    """Return how long it took, in seconds."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < LIMIT
        threading.Event().wait(0.005)
    return time.monotonic() - begun


class Plug:
    """A live camera on a cable that a test pulls."""

    name = "Camera 0"
    live = True

    def __init__(self) -> None:
        self.plugged = True
        self.shown = 1
        self._number = 0

    def open(self) -> "Plug":
        if not self.plugged:
            raise CameraAway(CameraFault.ABSENT, name=self.name)
        return self

    def read(self) -> Frame:
        threading.Event().wait(0.01)
        if not self.plugged:
            raise CameraAway(CameraFault.UNPLUGGED, name=self.name)
        self._number += 1
        return Frame(frame(self.shown).pixels, self._number, time.monotonic())

    def close(self) -> None:
        pass


class Hand:
    """A hand scanner that is always there."""

    def start(
        self, on_payload: Callable[[str, str], None], on_notice: Callable[[Fact], None], /
    ) -> None:
        self.scan = on_payload

    def stop(self) -> None:
        pass

    def state(self) -> SourceState:
        return SourceState(running=True, fact=None)

    pictured = False

    def view(self) -> None:
        pass


def test_a_camera_is_back_within_two_seconds_each_time_and_scanning_goes_on() -> None:
    camera, hand = Plug(), Hand()
    source = CompositeSource(CameraSource(camera.open, Scripted(lambda shown: [f"T{shown}"])), hand)
    heard: list[tuple[str, str]] = []
    source.start(lambda payload, by: heard.append((payload, by)), lambda _: None)
    try:
        until(lambda: ("T1", "script") in heard)
        for number in range(2, 2 + DROPOUTS):
            camera.plugged = False
            assert until(lambda: not source.state().running) < 1.0
            fact = source.state().fact
            assert fact and fact.code in (CameraFault.ABSENT, CameraFault.UNPLUGGED)
            hand.scan(f"H{number}", "serial")
            assert heard[-1] == (f"H{number}", "serial")
            camera.shown, camera.plugged = number, True
            assert until(lambda: heard[-1] == (f"T{camera.shown}", "script")) < BACK_SECONDS
            assert source.state().running
    finally:
        source.stop()
