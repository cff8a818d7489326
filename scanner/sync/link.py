"""Whether the API can be reached now, and what stands in the way."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.errors import ScannerError
from scanner.sync.errors import SyncError
from scanner.ticketing.errors import (
    Forbidden,
    TicketingError,
    Unauthenticated,
    UpgradeRequired,
)


class LinkState(StrEnum):
    """The link's state, in a word for the screen."""

    CHECKING = "checking"
    ONLINE = "online"
    OFFLINE = "offline"
    HELD = "held"
    """The API answers but won't take this gate's requests until somebody acts."""


@dataclass(frozen=True, slots=True)
class Link:
    """The link, and one sentence on what stands in the way when something does."""

    state: LinkState = LinkState.CHECKING
    obstacle: str | None = None

    @property
    def online(self) -> bool:
        """Tell whether the API takes requests now."""
        return self.state is LinkState.ONLINE


def link_after(error: ScannerError, before: Link) -> Link:
    """Return the link as a failure shows it; a fault of this gate's own says nothing of the API."""
    match error:
        case SyncError() | Unauthenticated() | Forbidden() | UpgradeRequired():
            return Link(LinkState.HELD, str(error))
        case TicketingError():
            return Link(LinkState.OFFLINE, str(error))
        case _:
            return Link(before.state, str(error))
