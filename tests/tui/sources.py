"""A source of scans and sounds that a test holds in its hand."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.facts import Fact
from scanner.scanning.scan_hints import Hint
from scanner.tui.ports import SourceState, View

LOOKING = SourceState(running=True, fact=Fact(Hint.STILL))


@dataclass
class FakeSource:
    """Sees what it is told to, in a thread of its own."""

    now: SourceState = LOOKING
    seen: View | None = None
    running: bool = False
    stops: int = 0
    on_payload: Callable[[str, str], None] = lambda _payload, _by: None
    on_notice: Callable[[Fact], None] = lambda _fact: None
    pictured: bool = True

    def start(
        self, on_payload: Callable[[str, str], None], on_notice: Callable[[Fact], None], /
    ) -> None:
        self.on_payload, self.on_notice, self.running = on_payload, on_notice, True

    def stop(self) -> None:
        self.running = False
        self.stops += 1

    def state(self) -> SourceState:
        return self.now

    def view(self) -> View | None:
        return self.seen

    def see(self, payload: str, by: str = "camera") -> None:
        in_thread(lambda: self.on_payload(payload, by))

    def tell(self, fact: Fact) -> None:
        in_thread(lambda: self.on_notice(fact))


@dataclass
class FakeSounds:
    """Notes what would be heard."""

    audible: bool = True
    played: list[tuple[str, int]] = field(default_factory=list)

    def play(self, name: str, volume: int, /) -> None:
        self.played.append((name, volume))


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
