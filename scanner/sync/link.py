"""Whether the API can be reached now, and what stands in the way."""

from dataclasses import dataclass
from enum import StrEnum


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
