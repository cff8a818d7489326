"""Finding out what became of admissions that were sent to TickeTing: by what it lists of them."""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

from scanner.admission.names import without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.platform.delivery import (
    LOOK_UP_RECORDS,
    Inquiry,
    Outcome,
    SettleReason,
    is_under_our_name,
)
from scanner.platform.paged_list import PagedList
from scanner.platform.resources import Admission, Fault, Page
from scanner.store import ledger
from scanner.store.handed_over import LATEST_ARRIVAL
from scanner.store.ledger import State
from scanner.ticketing.api import AdmissionsApi

CLOCK_TOLERANCE = timedelta(minutes=15)
"""How far the clock that dates admissions may be from the one that the server tells."""


def outcome(
    sent: ledger.Admission,
    found: Sequence[Admission],
    refusal: Fact,
    now: datetime,
    *,
    shared: bool = False,
) -> Outcome:
    """Say what became of `sent`, from what the API lists for its serial.

    Our own device means confirmed, where a request of ours may have made the admission; else a
    copy of this gate made it, and that is a conflict as much as any other device's. It was not
    ours where our only request was answered and did not grant it, where its time is too far from
    our requests, or where a copy is known and nothing proves it ours.

    Nothing listed means refused when the request was answered, unless an earlier one may still
    arrive: then it stays in doubt. It means back to the queue when the request was not answered:
    having looked, sending again is safe, since the API grants a serial once.

    Args:
        sent: the admission in state `sending`.
        found: the API's admissions of that serial.
        refusal: why the API may have refused, from the ticket's own status.
        now: the server's time.
        shared: whether a copy of this gate is known to have used its tag.
    """
    ours = [each for each in found if is_under_our_name(sent, each)]
    if not shared and any(_may_be_ours(sent, each) for each in ours):
        return Outcome(State.CONFIRMED)
    if found:
        first = (ours or found)[0]
        code = SettleReason.ADMITTED_BY_COPY if ours else SettleReason.ADMITTED_BEFORE
        other = EarlierAdmission(first.admitted, first.redeemer, first.device)
        return Outcome(State.CONFLICT, _told(code, first), other)
    if sent.answered and sent.outstanding and now - sent.outstanding < LATEST_ARRIVAL:
        return Outcome(State.SENDING, Fact(SettleReason.MAY_ARRIVE, {"refusal": refusal}))
    if sent.answered:
        return Outcome(State.REFUSED, refusal)
    return Outcome(State.QUEUED, Fact(SettleReason.NO_ANSWER))


def _may_be_ours(sent: ledger.Admission, found: Admission) -> bool:
    """Tell whether a request of ours may have made an admission that is under our name."""
    if sent.declined and not sent.outstanding:
        return False
    if found.admitted is None or sent.sent is None:
        return True
    last = (sent.last_sent or found.admitted) + LATEST_ARRIVAL
    return sent.sent - CLOCK_TOLERANCE <= found.admitted <= last + CLOCK_TOLERANCE


def _told(code: SettleReason, first: Admission) -> Fact:
    gate = without_tag(first.device) if first.device else None
    return Fact(code, {"guard": first.redeemer, "gate": gate, "at": first.admitted})


async def listed(
    api: AdmissionsApi, sent: ledger.Admission, inquiry: Inquiry
) -> tuple[Sequence[Admission], Sequence[Fault]]:
    """Read the API's admissions of a serial; to the end of its list where none comes first.

    Returns:
        The admissions, and the entries that could not be read.

    Raises:
        TicketingError: the list could not be read to its end.
    """

    async def ask(page: int, records: int) -> Page[Admission]:
        return await api.admissions(sent.event, page=page, records=records, ticket=sent.serial)

    faults: list[Fault] = []
    records = min(LOOK_UP_RECORDS, inquiry.size.records)
    reading = PagedList(ask, lambda each: (each.serial, each.uri), inquiry.size, records=records)
    async with aclosing(reading.pages()) as pages:
        async for page in pages:
            inquiry.server_time.note(page.server_time)
            faults += page.faults
            if found := [each for each in page.entries if each.serial == sent.serial]:
                return found, faults
    return [], faults
