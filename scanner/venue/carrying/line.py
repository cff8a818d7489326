"""The seam between a venue's work and the engine that reaches the platform."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from scanner.platform.protocol import TicketSource

if TYPE_CHECKING:
    from scanner.store.writer import Writer
    from scanner.venue.sealing import VenueKey


class Line(Protocol):
    """This gate's line to the platform."""

    def is_online(self) -> bool:
        """Tell whether the platform takes this gate's requests, as far as is known."""

    async def deliver(self) -> bool:
        """Deliver the queues now; tells whether that was done, not that all of it was taken."""

    async def take_list(self, source: TicketSource, watermark: datetime, *, whole: bool) -> bool:
        """Take tickets that another gate has pulled as if this one had; tells whether it did.

        Args:
            source: lists them.
            watermark: the server's time that they are at least as new as.
            whole: whether they are of all sections that this gate's token permits.
        """

    def held(self) -> AbstractContextManager[bool]:
        """Let nothing be delivered meanwhile; gives `False` where a delivery is under way."""


@dataclass(frozen=True, slots=True)
class Here:
    """One gate, as its venue's work needs it.

    Attributes:
        key: the venue's.
        gate: this gate's public key, what it is called in subjects.
        writer: of its database.
        line: to the platform.
        clock: the gate's time, aware.
    """

    key: "VenueKey"
    gate: str
    writer: "Writer"
    line: Line
    clock: Callable[[], datetime]
