"""What the screens need, as protocols: a judge, background work, a source of scans, records."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from scanner.admission.rules import SupervisorsWord, Word
from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.pin import PinCheck
from scanner.scanning.scan_source import ScanSource, SourceState, View
from scanner.store.acknowledged import SeenTo
from scanner.store.differences import Difference
from scanner.store.double_entries import DoubleEntry
from scanner.store.journal import JournalNote
from scanner.store.ledger import Admission, State
from scanner.store.search import Found, TicketView, Typed
from scanner.store.statistics import Evening
from scanner.sync.status import Status

if TYPE_CHECKING:
    from scanner.app.reopening import GateChoice
    from scanner.sync.opening import Opened  # its client takes a tenth of a start

__all__ = [
    "Background",
    "Clock",
    "Judge",
    "Network",
    "OpenWith",
    "Readers",
    "Records",
    "Reopen",
    "ScanSource",
    "SourceState",
    "View",
]


class Judge(Protocol):
    """Returns recorded verdicts; `scanner.gate.Gate` is one."""

    def present(
        self, payload: str, at: datetime, source: str, word: Word | None = None, /
    ) -> "Future[Judged]":
        """Judge one presentation at an aware moment; callable from any thread.

        `word` is what the guard says to it; it is recorded with the verdict.
        The future raises a `ScannerError` where nothing could be recorded: nobody is admitted.
        """
        ...

    def subscribe(self, subscriber: Callable[[Judged], None], /) -> None:
        """Call `subscriber` with every verdict after its commit, from any thread."""
        ...

    def note_shown(self, judged: Judged, /) -> None:
        """Note that a verdict's light was shown; from any thread, without waiting."""
        ...


class Background(Protocol):
    """The work between this gate and the API: pulling tickets, replaying admissions."""

    async def run(self) -> None:
        """Work until cancelled."""
        ...

    def status(self) -> Status:
        """Return the latest known state; cheap enough for the event loop, no I/O."""
        ...

    def wake(self) -> None:
        """Try now instead of at the next appointed time."""
        ...


Clock = Callable[[], datetime]
"""The time now, aware and in UTC."""

Network = Callable[[], bool]
"""Cuts or restores the demo's network; returns whether it is connected now."""


class OpenWith(Protocol):
    """Opens the gate for the guard and the device of the session before; each method blocks.

    `scanner.app.reopening.Reopening` is one.
    """

    def __call__(self, code: str, other_event: bool, /) -> "Opened":
        """Open it with a token's code, a list's, or what pretix shows for a new device.

        Raises:
            OtherEvent: it is for another event, and the second argument is not set.
            ScannerError: it opens nothing, or the server does not answer.
        """
        ...

    def chooses(self) -> bool:
        """Tell whether the gate is opened for a list that is chosen; without asking a server."""
        ...

    def earlier(self) -> "Sequence[GateChoice]":
        """Return the sessions that it was open for before; without asking a server."""
        ...

    def lists(self) -> "Sequence[GateChoice]":
        """Ask for the lists that the gate may be opened for; raises a `ScannerError`."""
        ...


Reopen = Callable[[str, bool], Awaitable["Opened"]]
"""Does the same from the event loop."""


class Readers(Protocol):
    """The cameras and hand scanners that a gate can read with; each method blocks."""

    def cameras(self) -> Mapping[str, str]:
        """Return the cameras that are there, their names by what stands for them in a setting."""
        ...

    def camera(self) -> str:
        """Return what stands for the camera that is set."""
        ...

    def scanners(self) -> Mapping[str, str]:
        """Return the hand scanners that are there, their names by their devices."""
        ...

    def source(self, camera: str, scanner: str, /) -> ScanSource | None:
        """Return what reads with both, as named in the settings; raises a `ScannerError`."""
        ...


class Records(Protocol):
    """Reads what cache and ledger hold; `scanner.app.records.Records` is one.

    Every method but `keep_names` blocks, so none is for the event loop; each raises a
    `ScannerError` where the database can't be read.
    """

    def keep_names(self, wanted: bool, /) -> None:
        """Keep owners' names, or forget them, from now on; returns before it is done."""

    def prepare(self, *, names: bool) -> None:
        """Build the index of tickets to search in, with names where they may be searched."""
        ...

    def search(self, query: str, /, *, names: bool) -> list[Found]:
        """Find tickets by words in serial or name; names as of the last `prepare`."""
        ...

    def ticket(self, serial: str, /) -> TicketView | None:
        """Return what is known of a ticket; nothing is recorded, and nobody is let in."""
        ...

    def party(self, serial: str, /) -> list[Found]:
        """Return the others of a ticket's order whom the gate would let in now, for the first time.

        Nothing is recorded.
        """
        ...

    def typed(self, text: str, /) -> Typed:
        """Look at what a person typed for a serial, and at what they may have meant."""
        ...

    def admissions(self, state: State | None, most: int, /) -> list[Admission]:
        """Return this gate's admissions and re-entries, the newest first."""
        ...

    def scans(self, kinds: Collection[Kind] | None, most: int, /) -> list[Judged]:
        """Return the last presentations at this event, the newest first; of these verdicts only."""
        ...

    def differences(self) -> list[Difference]:
        """Return what the server's admissions and this gate's differ in, as last compared."""
        ...

    def acknowledged(self) -> SeenTo:
        """Return what was seen to of what is wrong, by journal row and state."""
        ...

    def doubles(self) -> Sequence[DoubleEntry]:
        """Return what was let in here and at another gate of the venue, the newest first."""
        ...

    def acknowledge(self, serial: str, note: str, /) -> None:
        """Note what was done about what is wrong with a ticket; it is no alarm any more."""

    def set_pin(self, old: str, new: str, name: str, /) -> PinCheck:
        """Set or change a PIN, if `old` is what has to be known before."""
        ...

    def evening(self) -> Evening:
        """Count the evening."""
        ...

    def change_guard(self, name: str, /) -> None:
        """Set who stands at the gate from now on, noted in the journal."""

    def note_readers(self, camera: str, scanner: str, /) -> None:
        """Note in the journal what reads codes from now on."""

    def supervisors(self) -> tuple[str, ...]:
        """Return whose PINs there are; the house's is `""`."""
        ...

    def note_end(self, why: JournalNote, waiting: int, /) -> None:
        """Note in the journal that the gate ends though nobody has quit it."""

    def begin_run(self) -> Fact | None:
        """Note that the gate's screen runs; tells how the last one ended unasked, once."""
        ...

    def end_run(self) -> None:
        """Note that the gate's screen ends as it should; does not block."""

    def let_in(self, pin: str, payload: str, word: SupervisorsWord, /) -> PinCheck:
        """Admit on the supervisor's word, or again, after the PIN; the verdict is published."""
        ...

    def open_put_back(self, pin: str, reason: str, /) -> PinCheck:
        """Open a gate whose ledger is an old copy, on the supervisor's word, after the PIN."""
        ...

    def export(self, state: State | None, form: Literal["csv", "json"], /) -> Path:
        """Write this gate's admissions and re-entries to a file, oldest first."""
        ...
