"""Whether the API can be reached now, and what stands in the way."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.errors import ScannerError
from scanner.facts import Code, Fact
from scanner.platform.errors import (
    Forbidden,
    ListError,
    NotFound,
    NotTheApi,
    TicketingError,
    Unauthenticated,
    UpgradeRequired,
)
from scanner.sync.errors import SyncError

_REFUSALS = (SyncError, Unauthenticated, Forbidden, NotFound, UpgradeRequired, NotTheApi)


class Obstacle(Code):
    """What stands in the way and is no error."""

    NETWORK_OFF = "sync.network_off"


class LinkState(StrEnum):
    """The link's state."""

    CHECKING = "checking"
    ONLINE = "online"
    OFFLINE = "offline"
    HELD = "held"
    """Something answers but won't take this gate's requests; it is asked again."""


@dataclass(frozen=True, slots=True)
class Link:
    """The link's state, and what stands in the way when something does."""

    state: LinkState = LinkState.CHECKING
    obstacle: Fact | None = None

    @property
    def online(self) -> bool:
        """Tell whether the API takes requests now."""
        return self.state is LinkState.ONLINE


def link_after(error: ScannerError, before: Link) -> Link:
    """Return the link as a failure shows it; a fault of this gate's own says nothing of it."""
    if isinstance(error, ListError):
        return before  # it takes requests; the list is told of by itself
    if isinstance(error, _REFUSALS):
        return Link(LinkState.HELD, error.fact)
    if isinstance(error, TicketingError):
        return Link(LinkState.OFFLINE, error.fact)
    return Link(before.state, error.fact)
