"""What else a gate may be opened for, as a test says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.app.reopening import GateChoice
from scanner.errors import ScannerError
from scanner.sync.opening import Opened

if TYPE_CHECKING:
    from tests.tui.ports import Stand


@dataclass
class FakeWays:
    """What else the gate may be opened for, as the stand says."""

    stand: "Stand"

    def __call__(self, code: str, other_event: bool, /) -> Opened:
        assert self.stand.open_with is not None
        return self.stand.open_with(code, other_event)

    def chooses(self) -> bool:
        return self.stand.lists is not None

    def earlier(self) -> Sequence[GateChoice]:
        return self.stand.earlier

    def lists(self) -> Sequence[GateChoice]:
        assert self.stand.lists is not None
        if isinstance(self.stand.lists, ScannerError):
            raise self.stand.lists
        return self.stand.lists
