"""What a gate needs of a platform: the seam between the background work and the servers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from scanner.admission.code_form import CodeForm
from scanner.facts import Fact
from scanner.platform.access import GateCredentials, Request
from scanner.platform.delivery import Inquiry, Outcome, Reply
from scanner.platform.resources import Admission, Listed, Page, Scope
from scanner.store import ledger
from scanner.store.ledger import Waiting
from scanner.store.passages import Passage
from scanner.store.refused_scans import RefusedScan


class Beyond(Protocol):
    """What some platforms take and tell beyond admissions; raises as `Platform` does."""

    async def deliver_passage(self, passage: Passage) -> Outcome:
        """Tell of an exit or a further entry; again with the same nonce it changes nothing.

        Returns:
            `CONFIRMED`, or `REFUSED` with the platform's reason.
        """

    async def report_refused(self, scan: RefusedScan) -> None:
        """Tell of a ticket that was refused; again with the same nonce it changes nothing."""

    async def would_refuse(self, serial: str, at: datetime) -> Fact | None:
        """Ask what the platform would say to an entry now; nothing is recorded.

        Returns:
            Why it would refuse it, or nothing where it would not.
        """


class TicketSource(Protocol):
    """What lists an event's tickets."""

    async def tickets(
        self, *, page: int = 1, records: int = 500, modified_since: datetime | None = None
    ) -> Page[Listed]:
        """Read one page of the event's tickets, changed since a time of the server's, or all.

        The server's time of the first page is where the next reading of changes begins.
        """


class Platform(TicketSource, Protocol):
    """One gate's access to one event; each call raises a `TicketingError` where it fails."""

    @property
    def largest_batch(self) -> int:
        """Admissions in one delivery."""

    @property
    def beyond(self) -> Beyond | None:
        """What it takes and tells beyond admissions."""

    async def scope(self) -> Scope:
        """Ask what the gate may admit to now.

        Raises:
            NoSuchToken, Restricted, Revoked: in the platform's own words, the access is gone.
        """

    async def admissions(
        self, *, page: int = 1, records: int = 500, serial: str | None = None
    ) -> Page[Admission]:
        """Read one page of the event's admissions, or of one ticket's."""

    async def deliver(self, batch: Sequence[Waiting]) -> Reply:
        """Send a batch; says of each what became of it, as far as the answer tells.

        Where another gate was first, a platform that can has the other gate hear of it too,
        before this returns: else it is sent again.

        Raises:
            TicketingError: there was no answer that says what became of it.
        """

    async def look_up(self, sent: ledger.Admission, inquiry: Inquiry) -> Outcome:
        """Find out what became of an admission that was sent.

        Raises:
            TicketingError: it could not be found out; the admission stays in doubt.
        """

    async def close(self) -> None:
        """Close the connections."""


class Provider(Protocol):
    """A kind of platform: how a gate gets its access."""

    @property
    def name(self) -> str:
        """As the session keeps it."""

    @property
    def form(self) -> CodeForm:
        """What text is a ticket of it."""

    @property
    def passages(self) -> bool:
        """Whether it is told of exits and further entries."""

    async def authenticate(self, request: Request) -> tuple[GateCredentials, Scope]:
        """Get a gate's access with what staff were given.

        Raises:
            WrongCode, KeyNeeded: it is none, or the key to ask with is refused.
            TicketingError: the platform doesn't answer as it should.
        """

    async def check_server(self, request: Request) -> None:
        """Ask whether the address is such a platform's, and whether it takes the key; as above."""

    def connect(self, credentials: GateCredentials, device: str) -> Platform:
        """Return what works at an event with a gate's credentials.

        Args:
            credentials: the gate's.
            device: the gate's name as it is sent, with the installation's tag.
        """

    async def directory(
        self, request: Request, credentials: GateCredentials, scope: Scope
    ) -> Platform | None:
        """Return what lists the tickets of other sections too, if anything does."""
