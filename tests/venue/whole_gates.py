"""Gates of a real venue: real files, the real gate, a real node."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scanner.admission.claim import Claim, ClaimState
from scanner.admission.ticket import Unclaimed
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store import double_entries, venue_claims
from scanner.store.database import open_reader
from scanner.store.double_entries import DoubleEntry
from scanner.store.sessions import read_standing
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.venue.members.membership import Membership
from scanner.venue.sealing import VenueKey
from scanner.venue.venue import Venue
from tests.store.worlds import SERIALS, filled, row

_SECONDS = 20.0


class VenueGate:
    """One gate, as the assembly puts it together, as far as its venue is concerned."""

    def __init__(self, writer: Writer, venue: Venue, gate: Gate) -> None:
        self.writer, self.venue, self.gate = writer, venue, gate
        self.reader = open_reader(writer.file)

    @classmethod
    def at(cls, file: Path, membership: Membership, policy: Unclaimed) -> "VenueGate":
        """Make one that has nothing but its venue."""
        writer = Writer(file)
        venue = Venue(membership, lambda _: None, writer, policy, utc_now, search=None)
        gate = Gate(writer, claims=venue.claims)
        gate.subscribe(venue.on_verdict)
        return cls(writer, venue, gate)

    def present(self, serial: str) -> Judged:
        return self.gate.present(serial, utc_now(), "test").result(_SECONDS)

    def doubles(self) -> list[DoubleEntry]:
        """Return the double entries that the journal tells of."""
        return list(double_entries.read(self.reader))

    @property
    def device(self) -> str:
        """Its name as it is sent."""
        return read_standing(self.reader).device or ""

    def claim(self, serial: str) -> Claim | None:
        """Return a ticket's claim as the mirror has it."""
        key = VenueKey(self.venue.membership.secret).name(serial)
        found = venue_claims.read(self.reader, key)
        return found.claim if found else None

    def claim_state(self, serial: str) -> ClaimState | None:
        """Return how the mirror has a ticket's claim."""
        claim = self.claim(serial)
        return claim.state if claim else None

    def wait_connected(self) -> None:
        wait_until(lambda: self.venue.status().connected)

    def wait_unclaimed(self, count: int) -> None:
        wait_until(lambda: self.venue.status().unclaimed == count)

    def hold_up(self, until: threading.Event) -> None:
        """Let the venue's loop do nothing until then."""
        work = self.venue._work
        assert work
        work.call(until.wait, _SECONDS)

    def close(self) -> None:
        self.venue.stop()
        self.reader.close()
        self.writer.close()


@contextmanager
def venue_gate(
    folder: Path,
    membership: Membership,
    policy: Unclaimed = Unclaimed.ADMIT,
    serials: tuple[str, ...] = SERIALS,
) -> Iterator[VenueGate]:
    """Open a gate that has pulled some tickets, and start its venue."""
    folder.mkdir(exist_ok=True, parents=True)
    file = folder / "gate.sqlite3"
    if not file.exists():
        with closing(filled(file, [row(serial) for serial in serials])):
            pass
    with closing(VenueGate.at(file, membership, policy)) as gate:
        gate.venue.start()
        yield gate


def wait_until(holds: Callable[[], object], seconds: float = _SECONDS) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.01)
