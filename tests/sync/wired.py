"""An API of a test's own in the place of a gate's access to TickeTing."""

from typing import Any

from scanner.platform.access import GateCredentials
from scanner.ticketing.platform import TicketingPlatform


def platform_over(api: Any, event: str = "/events/1", key: str = "KEY") -> TicketingPlatform:
    """Return what a gate works with, over something that has the calls of `TickeTing`."""
    return TicketingPlatform(
        lambda _: api, GateCredentials("https://api.example/", event, "KEY", key)
    )
