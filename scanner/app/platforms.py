"""The platforms that this program knows, by the names that sessions keep."""

from typing import TYPE_CHECKING

from scanner.platform.access import PRETIX, Pause, without_pause
from scanner.store.sessions import TICKETING

if TYPE_CHECKING:
    from scanner.platform.protocol import Provider


def provider_of(
    platform: str = TICKETING,
    *,
    timeout: float = 10.0,
    pause: Pause = without_pause,
) -> "Provider":
    """Return a platform's provider; its client is imported now, which takes a tenth of a start.

    Args:
        platform: its name; TickeTing's where it isn't given.
        timeout: seconds between two bytes of an answer.
        pause: awaited again and again while a list is read, so that others have their turn.

    Raises:
        ValueError: there is no such platform.
    """
    if platform == TICKETING:
        from scanner.ticketing.provider import TicketingProvider

        return TicketingProvider(timeout, pause)
    if platform == PRETIX:
        from scanner.pretix.provider import PretixProvider
        from scanner.wording.catalogue import language

        return PretixProvider(timeout, pause, language())
    raise ValueError(f"{platform} is no platform")
