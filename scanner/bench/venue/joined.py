"""A gate that belongs to a venue, for as long as a context lasts; its claims are timed."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scanner.admission.claim import Answer, Asked, Standing
from scanner.admission.ticket import Unclaimed
from scanner.gate import Claims, Gate
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

if TYPE_CHECKING:
    from scanner.venue.members.membership import Membership
    from scanner.venue.venue import Venue

_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.02


@dataclass
class Timed:
    """Asks as a gate's claims do, and notes how long each answer took.

    Attributes:
        claims: which are asked.
        seconds: of each answer, in the order in which they came.
        unanswered: how many fell back on the policy.
    """

    claims: Claims
    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0

    @property
    def fallback(self) -> Unclaimed:
        """What stands where there is no answer in time."""
        return self.claims.fallback

    def ask(self, asked: Asked, /) -> "Future[Answer]":
        """Ask, and note when the answer comes."""
        begun = perf_counter()

        def note(answered: "Future[Answer]") -> None:
            self.seconds.append(perf_counter() - begun)
            self.unanswered += answered.result().standing is Standing.UNANSWERED

        asking = self.claims.ask(asked)
        asking.add_done_callback(note)
        return asking

    def end(self, asked: Asked, /, *, green: bool) -> None:
        """Pass on what came of it."""
        self.claims.end(asked, green=green)


@dataclass(frozen=True, slots=True)
class Joined:
    """A gate of a venue, and its claims as they are timed."""

    gate: Gate
    writer: Writer
    claims: Timed


@contextmanager
def joined(file: Path, member: "Membership") -> Iterator[Joined]:
    """Open a gate that has its tickets, and wait until it has heard the venue's claims."""
    from scanner.venue.venue import Venue

    with Writer(file) as writer:
        venue = Venue(member, _forget, writer, Unclaimed.ADMIT, utc_now, search=None)
        venue.start()
        try:
            _wait(venue)
            claims = Timed(venue.claims)
            yield Joined(Gate(writer, claims=claims), writer, claims)
        finally:
            venue.stop()


def _wait(venue: "Venue") -> None:
    until = time.monotonic() + _READY_SECONDS
    while not venue.status().connected:
        if time.monotonic() > until:
            raise AssertionError("the gate did not reach its venue")
        time.sleep(_LOOK_SECONDS)


def _forget(_: "Membership") -> None:
    """Keep no membership that has changed: this one has its token."""
