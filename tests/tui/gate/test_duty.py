"""A change of shift at an open gate: guard, camera, hand scanner, and another event's token."""

from dataclasses import dataclass, field, replace

from scanner.sync.errors import OtherEvent
from scanner.sync.opening import Opened
from scanner.tui.gate.duty import DutyScreen, GuardScreen
from scanner.tui.gate.token import OtherEventScreen, TokenScreen
from tests.tui.ports import SERIAL, SESSION, STATUS, Stand
from tests.tui.seen import seen, settled
from tests.tui.sources import FakeSource

CODE = "A0F9GG8D"
SMALL = (80, 24)


@dataclass
class FakeReaders:
    """Two cameras and a hand scanner."""

    made: list[tuple[str, str]] = field(default_factory=list)
    source_made: FakeSource = field(default_factory=FakeSource)

    def cameras(self) -> dict[str, str]:
        return {"C920": "C920 (0)", "Lid": "Lid (1)"}

    def camera(self) -> str:
        return "C920"

    def scanners(self) -> dict[str, str]:
        return {"/dev/ttyACM0": "Eyoyo"}

    def source(self, camera: str, scanner: str, /) -> FakeSource | None:
        self.made.append((camera, scanner))
        return None if camera == "none" else self.source_made


async def test_guard_camera_and_hand_scanner_are_changed_at_the_open_gate(stand: Stand) -> None:
    stand.readers = readers = FakeReaders()
    stand.open_with = lambda _code, _other: Opened(SESSION, (), 0)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("d")
        await settled(app, pilot)
        for line in ("Guard               Mo Ek ▸", "Harbour Lights 2026 · Friday · Floor",
                     "Camera              ◂ C920 (0) ▸", "◂ whatever is plugged in ▸"):  # fmt: skip
            assert line in seen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, GuardScreen)
        await pilot.press("enter", *"Bo Li", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, DutyScreen)
        stand.background.now = replace(STATUS, name="Bo Li")

        await pilot.press("down", "down", "right")
        await settled(app, pilot)
        app.screen.look()
        await settled(app, pilot)
        assert "Guard               Bo Li ▸" in seen(app)
        assert "Camera              ◂ Lid (1) ▸" in seen(app)
        await pilot.press("down", "left")
        await settled(app, pilot)
        await pilot.press("left")
        await settled(app, pilot)
        assert "◂ Eyoyo ▸" in seen(app)
        stand.source.see(SERIAL)  # that is read no more
        readers.source_made.see(SERIAL)
        await settled(app, pilot)
    assert readers.made == [("Lid", "auto"), ("Lid", "none"), ("Lid", "/dev/ttyACM0")]
    assert (stand.source.stops, stand.source.running) == (1, False)
    assert [payload for payload, _ in stand.judge.presented] == [SERIAL]
    noted = [each for each in stand.records.asked if each[0] in ("change_guard", "note_readers")]
    assert noted[:3] == [  # the name, then each choice on the way
        ("change_guard", "Bo Li"),
        ("note_readers", "Lid", "auto"),
        ("note_readers", "Lid", "none"),
    ]
    assert dict(stand.kept) == {"camera": "Lid", "scanner": "/dev/ttyACM0"}


async def test_another_events_token_asks_before_it_closes_this_event(stand: Stand) -> None:
    asked: list[tuple[str, bool]] = []

    def open_with(code: str, other_event: bool) -> Opened:
        asked.append((code, other_event))
        if not other_event:
            raise OtherEvent("Late Show")
        assert stand.background.running == 0  # it would go on writing this event's tickets
        return Opened(SESSION, ("Floor",), 12)

    stand.open_with = open_with
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        stand.source.see(SERIAL)
        await pilot.press("d", "down", "enter", *CODE, "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, OtherEventScreen)
        assert "This is for another event or check-in list: Late Show." in seen(app)
        assert "3 admissions are not sent yet." in seen(app)
        await pilot.press("enter", "escape")
        await settled(app, pilot)
        assert isinstance(app.screen, TokenScreen)
        await pilot.press("enter")
        await settled(app, pilot)
        await pilot.press("y")
        await settled(app, pilot)
        await pilot.press("escape")
        await settled(app, pilot)
        assert "Opened: Floor, 12 tickets." in seen(app)
        assert app.gate.last is None  # who was judged for the other event has no remedy here
        assert (stand.background.started, stand.background.running) == (2, 1)
    assert asked == [(CODE, False), (CODE, False), (CODE, True)]
