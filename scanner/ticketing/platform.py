"""A gate's access to an event at TickeTing."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from scanner.admission.ticket import TicketStatus
from scanner.facts import Fact
from scanner.platform.access import GateCredentials
from scanner.platform.delivery import Inquiry, Outcome, Reply, SettleReason, is_under_our_name
from scanner.platform.errors import ApiError, ApiFault, BadRequest, Malformed
from scanner.platform.resources import Admission, Listed, Page, Scope
from scanner.store import ledger
from scanner.store.ledger import Waiting
from scanner.store.tickets import TicketRow
from scanner.ticketing.api import Client
from scanner.ticketing.resources import Event, Granted, Ticket, TokenGrant
from scanner.ticketing.settle import listed, outcome

LARGEST_BATCH = 100
"""Serials in one request; the API documents no limit."""

_STATUSES = {status.value: status for status in TicketStatus}
_TOO_LARGE = 413
_NONE_VALID = "None of the provided ticket serials"
"""How the API's 400 begins when it understood the batch and admitted nobody (SDK 3.1)."""


class TicketingPlatform:
    """The calls of the API that one gate makes for one event.

    The token's code is asked for its scope each time, which may give another key: that one is
    used from then on. The API grants a serial once, and in its answer names those that it granted;
    the others are looked up, and known as ours by redeemer and device.

    Args:
        connect: makes a client from a key.
        credentials: the gate's.
    """

    largest_batch = LARGEST_BATCH
    beyond = None

    def __init__(self, connect: Callable[[str], Client], credentials: GateCredentials) -> None:
        self._connect = connect
        self._event = credentials.event
        self._code = credentials.code
        self._key = credentials.key
        self._api = connect(credentials.key)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def scope(self) -> Scope:
        """Ask for the token's event and sections, and read the event's."""
        grant = await self._api.token_grant(self._code)
        if grant.key != self._key:
            await self._api.close()
            self._key, self._api = grant.key, self._connect(grant.key)
        return scope_of(grant, await self._api.event(grant.event))

    async def tickets(
        self, *, page: int = 1, records: int = 500, modified_since: datetime | None = None
    ) -> Page[Listed]:
        """Read one page of the tickets of the token's sections."""
        found = await self._api.tickets(
            self._event, page=page, records=records, modified_since=modified_since
        )
        entries: tuple[Listed, ...] = tuple(map(_row, found.entries))
        return Page(
            found.total,
            found.page,
            found.records,
            entries,
            found.faults,
            found.server_time,
            found.gaps,
        )

    async def admissions(
        self, *, page: int = 1, records: int = 500, serial: str | None = None
    ) -> Page[Admission]:
        """Read one page of the event's admissions, or of one ticket's."""
        return await self._api.admissions(self._event, page=page, records=records, ticket=serial)

    async def deliver(self, batch: Sequence[Waiting]) -> Reply:
        """Send a batch, all of which share redeemer and device."""
        first, serials = batch[0], [each.serial for each in batch]
        try:
            granted = await self._api.admit(
                first.event, redeemer=first.redeemer, device=first.device, serials=serials
            )
        except BadRequest as error:
            if _NONE_VALID in error.said or len(serials) == 1:
                return Reply(declined=serials)
            return Reply(split=Fact(SettleReason.BATCH_REFUSED, {"said": error.said}))
        except ApiError as error:
            if error.status == _TOO_LARGE and len(serials) > 1:
                return Reply(split=Fact(SettleReason.BATCH_TOO_LARGE))
            raise
        return _read(first, serials, granted)

    async def look_up(self, sent: ledger.Admission, inquiry: Inquiry) -> Outcome:
        """Find out what became of an admission, from what the API lists for its serial."""
        found, faults = await listed(self._api, sent, inquiry)
        if faults and not found:
            fault = faults[0]
            problem = Fact(fault.problem)
            raise Malformed(ApiFault.OUTCOME_MALFORMED, field=fault.field, problem=problem)
        now = inquiry.server_time.now()
        return outcome(sent, found, inquiry.refusal, now, shared=inquiry.shared)


def scope_of(grant: TokenGrant, event: Event) -> Scope:
    """Return what a token permits of its event."""
    gaps = (*event.gaps, *grant.gaps)
    return Scope(event.uri, event.title, event.sections, grant.sections, key=grant.key, gaps=gaps)


def _row(ticket: Ticket) -> TicketRow:
    owner = ticket.owner
    return TicketRow(
        serial=ticket.serial,
        section=ticket.section,
        section_name=ticket.section_name or ticket.section.rsplit("/", 1)[-1],
        status=_STATUSES.get(ticket.status, TicketStatus.OTHER),
        redeemed=ticket.redeemed,
        owner=owner.identity if owner else None,
        name=owner.name if owner else None,
    )


def _read(first: Waiting, serials: Sequence[str], granted: Granted) -> Reply:
    for fault in granted.faults:  # looked up like all that the answer does not grant
        structlog.get_logger("replay").warning(
            "an entry was set aside", list="granted", field=fault.field, problem=fault.problem
        )
    named = {each.serial for each in granted.admissions}
    ours = {
        each.serial
        for each in granted.admissions
        if not each.device or is_under_our_name(first, each)
    }
    rest = [each for each in serials if each not in ours]
    mine = [each for each in serials if each in ours]
    if granted.faults:
        return Reply(mine, unclear=rest)
    return Reply(
        mine,
        declined=[each for each in rest if each not in named],
        unclear=[each for each in rest if each in named],
    )
