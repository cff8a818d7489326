"""The venue that a gate has joined, if any; a gate without one imports nothing of it."""

from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import structlog

from scanner.admission.claim import Answer, Asked, Standing
from scanner.admission.ticket import Unclaimed
from scanner.admission.venue_status import VenueStatus
from scanner.app.venue_line import EngineLine
from scanner.config import Config
from scanner.gate import Claims
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine
from scanner.venue.errors import VenueError
from scanner.venue.members import membership

if TYPE_CHECKING:
    from scanner.venue.carrying.line import Here
    from scanner.venue.venue import Venue


class NobodyToAsk:
    """Stands for the other gates where this one does not know how to reach them.

    Args:
        fallback: what stands without them.
    """

    def __init__(self, fallback: Unclaimed) -> None:
        self._fallback = fallback

    @property
    def fallback(self) -> Unclaimed:
        """What stands without them."""
        return self._fallback

    def ask(self, _: Asked, /) -> "Future[Answer]":
        """Have no answer at once."""
        unanswered: Future[Answer] = Future()
        unanswered.set_result(Answer(Standing.UNANSWERED))
        return unanswered

    def end(self, _: Asked, /, *, green: bool) -> None:
        """Nothing was won."""


class Joined(NamedTuple):
    """A gate's venue.

    Attributes:
        venue: what works for it; not started.
        broken: how a gate stands whose membership can't be read.
    """

    venue: "Venue | None" = None
    broken: VenueStatus | None = None

    @property
    def claims(self) -> Claims | None:
        """What the gate asks before a green light; nothing without a venue."""
        if self.broken:
            return NobodyToAsk(self.broken.policy)
        return self.venue.claims if self.venue else None

    def status(self) -> VenueStatus | None:
        """Return how the gate stands with it; nothing without one."""
        return self.venue.status() if self.venue else self.broken


def joined_venue(config: Config, writer: Writer) -> Joined:
    """Return the venue that this home belongs to.

    A gate whose membership can't be read goes by its policy, as where nobody answers, and says so.
    """
    try:
        found = membership.read(config.home)
    except VenueError as error:
        structlog.get_logger("venue").error("the membership can't be read", why=str(error.fact))
        return Joined(broken=VenueStatus("", config.unclaimed, problem=error.fact))
    if found is None:
        return Joined()
    from scanner.venue.venue import Venue

    keep = partial(membership.renew, config.home)
    return Joined(Venue(found, keep, writer, config.unclaimed, utc_now))


def carry(venue: "Venue", engine: Engine, writer: Writer) -> None:
    """Have a gate's venue deliver for others, and by others, with the gate's engine."""
    from scanner.venue.carrying.carrying import Carrying

    own = venue.membership

    def here() -> "Here":
        from scanner.venue.carrying.line import Here
        from scanner.venue.sealing import VenueKey

        key = VenueKey(own.secret)
        return Here(key, own.public, writer, EngineLine(engine), utc_now)

    carrying = Carrying(here, own.gate)
    venue.beside(carrying.run)
    venue.gates, venue.warnings = carrying.gates, carrying.warnings
