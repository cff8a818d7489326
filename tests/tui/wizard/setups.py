"""A world around the wizard that a test holds in its hand."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from scanner.app.sound import Sounds
from scanner.desk.device_setup import EventsFound
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.pin import LONGEST, SHORTEST, PinError, PinFault
from scanner.pretix.choices import EventChoice
from scanner.store.sessions import StoredSession
from scanner.sync.opening import Opened
from scanner.tui.wizard.answers import Answers, OnFrame, Place
from tests.tui.ports import NOW
from tests.tui.sources import FakeSource

OPENED = Opened(
    StoredSession("http://x/", "/events/1", "Harbour Lights 2026 · Friday", "Lee", "laptop-1", NOW),
    ("Floor", "Balcony"),
    99_812,
)


@dataclass
class FakeSetup:
    """Answers as it was told to."""

    audible: bool = True
    error: ScannerError | None = None
    opened: Opened = OPENED
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    sources: list[FakeSource] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    frames: list[OnFrame] = field(default_factory=list)
    played: int = 0
    pinned: bool = False
    pins: list[tuple[str, str]] = field(default_factory=list)
    asked: list[Answers] = field(default_factory=list)
    kept: list[Answers] = field(default_factory=list)
    wrong: dict[Place, ScannerError] = field(default_factory=dict)
    checked: list[Place] = field(default_factory=list)
    remembered: list[tuple[Answers, Place]] = field(default_factory=list)
    events_there: list[EventChoice] = field(default_factory=list)
    warning: Fact | None = None
    used: list[str] = field(default_factory=list)
    venues_there: tuple[str, ...] = ()
    joined: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.may_end.set()

    def cameras(self) -> Sequence[tuple[str, str]]:
        return [("0", "Built-in camera (0)"), ("2", "USB camera (2)")]

    def look(self, spec: str, on_frame: OnFrame, /) -> FakeSource:
        self.looked.append(spec)
        self.frames.append(on_frame)
        self.sources.append(FakeSource())
        return self.sources[-1]

    def play(self, speaker: Sounds | None) -> bool:
        self.played += 1
        if speaker:
            speaker.play("admitted", 80)
        return self.audible

    def venues(self) -> Sequence[str]:
        return self.venues_there

    def join_venue(self, given: str, gate: str, /) -> str:
        if error := self.wrong.get(Place.VENUE):
            raise error
        self.joined.append((given, gate))
        return self.venues_there[0]

    def has_pin(self) -> bool:
        return self.pinned

    def set_pin(self, pin: str, name: str, /) -> None:
        if len(pin) < SHORTEST:
            raise PinError(PinFault.NOT_DIGITS, shortest=SHORTEST, longest=LONGEST)
        self.pins.append((pin, name))

    async def open(self, answers: Answers, on_progress: Callable[[int, int], None], /) -> Opened:
        self.asked.append(answers)
        if self.error:
            raise self.error
        on_progress(42_000, 99_812)
        await self.may_end.wait()
        return self.opened

    async def events(self, answers: Answers, /) -> EventsFound:
        self._check(Place.CODE)
        return EventsFound([replace(each, lists=()) for each in self.events_there], self.warning)

    async def lists_of(self, answers: Answers, event: EventChoice, /) -> EventChoice:
        return next(each for each in self.events_there if each.slug == event.slug)

    async def check_server(self, answers: Answers, /) -> None:
        self.used.append(answers.new_device)
        self._check(Place.SERVER)

    async def check_token(self, answers: Answers, /) -> None:
        self._check(Place.CODE)

    async def check_names(self, answers: Answers, /) -> None:
        self._check(Place.NAMES)

    def _check(self, place: Place) -> None:
        self.checked.append(place)
        if error := self.wrong.get(place):
            raise error

    def remember(self, answers: Answers, place: Place, /) -> None:
        self.remembered.append((answers, place))

    def keep(self, answers: Answers, /) -> None:
        self.kept.append(answers)
