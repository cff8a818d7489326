"""The calls of the API that a gate makes; `client.TickeTing` has them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from scanner.platform.resources import Admission, Page
from scanner.ticketing.resources import Event, Granted, Ticket, TokenGrant


class AdmissionsApi(Protocol):
    """The calls that deliver admissions; each raises a `TicketingError` where it fails."""

    async def tickets(
        self,
        event: str,
        *,
        page: int = 1,
        records: int = 500,
        modified_since: datetime | None = None,
    ) -> Page[Ticket]:
        """Read one page of the tickets that the key's sections hold."""

    async def admissions(
        self,
        event: str,
        *,
        page: int = 1,
        records: int = 500,
        redeemer: str | None = None,
        device: str | None = None,
        ticket: str | None = None,
    ) -> Page[Admission]:
        """Read one page of the event's admissions."""

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        """Post one batch; the answer names those that were granted."""


class Api(AdmissionsApi, Protocol):
    """The calls of a gate's session."""

    async def token_grant(self, code: str) -> TokenGrant:
        """Exchange a token's code for its key, event and sections."""

    async def event(self, uri: str) -> Event:
        """Read an event with its sections."""


class Client(Api, Protocol):
    """A platform's client: the calls, and its connections' end."""

    async def close(self) -> None:
        """Close the connections."""
