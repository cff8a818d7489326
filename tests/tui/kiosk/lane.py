"""A lane on feeds that a test holds in its hand."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scanner.facts import Fact
from scanner.pin import PinCheck
from scanner.scanning.ticket_codes import TicketCodes
from scanner.tui.kiosk.app import KioskApp
from tests.tui.ports import NOW, FakeBackground, FakeJudge
from tests.tui.sources import FakeSource

UNLOCKED = 86


@dataclass
class FakeLock:
    """Knows one PIN."""

    pin: str = "4711"
    error: Exception | None = None
    answer: PinCheck = PinCheck.WRONG
    wait: timedelta = timedelta(0)
    tried: list[str] = field(default_factory=list)

    def check(self, pin: str, /) -> PinCheck:
        self.tried.append(pin)
        if self.error:
            raise self.error
        return PinCheck.RIGHT if pin == self.pin else self.answer

    def wrong_tries(self) -> int:
        return sum(each != self.pin for each in self.tried)

    def remaining(self) -> timedelta:
        return self.wait


@dataclass
class Lane:
    """A kiosk's app and all that it was built on."""

    judge: FakeJudge = field(default_factory=FakeJudge)
    background: FakeBackground = field(default_factory=FakeBackground)
    source: FakeSource | None = None
    lock: FakeLock = field(default_factory=FakeLock)
    turnstile: bool = False
    trouble: Fact | None = None
    only_exit: bool = False
    at: datetime = NOW
    tickets: TicketCodes | None = None

    def app(self) -> KioskApp:
        return KioskApp(
            self.judge,
            self.background,
            self.source,
            self.lock,
            clock=lambda: self.at,
            trouble=(lambda: self.trouble) if self.turnstile else None,
            unlocked=UNLOCKED,
            tickets=self.tickets,
            only_exit=self.only_exit,
        )


def seen(app: KioskApp) -> str:
    """Return the characters of the whole screen, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
