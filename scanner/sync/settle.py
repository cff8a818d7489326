"""Finding out what became of admissions that were sent."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.admission.names import is_same_device, is_same_name, tag_of, without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Code, Fact
from scanner.platform import resources
from scanner.platform.paged_list import PagedList, PageSize
from scanner.store.encounters import Encounter, EncounterKind
from scanner.store.ledger import Admission, State, Waiting
from scanner.sync.api import AdmissionsApi
from scanner.sync.clock import ServerTime

CLOCK_TOLERANCE = timedelta(minutes=15)
"""How far the clock that dates admissions may be from the one that the server tells."""

LOOK_UP_RECORDS = 25
"""Asked for where one ticket is looked up, which has one admission or few."""


class SettleReason(Code):
    """Why an admission came to its state."""

    ADMITTED_BEFORE = "sync.admitted_before"
    ADMITTED_BY_COPY = "sync.admitted_by_copy"
    UNKNOWN_TICKET = "sync.unknown_ticket"
    WITHDRAWN = "sync.withdrawn"
    NOT_PERMITTED = "sync.not_permitted"
    NOT_GRANTED = "sync.not_granted"
    MAY_ARRIVE = "sync.may_arrive"
    NO_ANSWER = "sync.no_answer"
    NEVER_SENT = "sync.never_sent"
    BATCH_REFUSED = "sync.batch_refused"
    BATCH_TOO_LARGE = "sync.batch_too_large"
    NO_REQUESTS = "sync.no_requests"
    NO_REASON = "sync.no_reason"
    UNDONE = "sync.undone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that an admission comes to, why, and who was first, if anybody."""

    state: State
    reason: Fact | None = None
    other: EarlierAdmission | None = None


LATEST_ARRIVAL = timedelta(minutes=2)
"""How long after its sending a request that was never answered may still reach the API."""


def outcome(
    sent: Admission,
    found: Sequence[resources.Admission],
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


def copies_met(event: str, known: Iterable[tuple[str, Outcome]]) -> Iterator[Encounter]:
    """Yield the copies of this gate that made admissions under its tag, by serial and outcome."""
    for serial, found in known:
        other = found.other
        made_by_copy = found.reason and found.reason.code == SettleReason.ADMITTED_BY_COPY
        if made_by_copy and other and other.device and tag_of(other.device):
            yield Encounter(EncounterKind.COPY, event, other.device, other.redeemer, serial)


def is_under_our_name(sent: Admission | Waiting, found: resources.Receipt) -> bool:
    """Tell whether the API attributes an admission to the device that `sent` was made at.

    The guard's name counts only where the device's has no tag: a server may have changed either.
    """
    if not is_same_device(sent.device, found.device):
        return False
    return bool(tag_of(sent.device)) or is_same_name(sent.redeemer, found.redeemer)


def _may_be_ours(sent: Admission, found: resources.Admission) -> bool:
    """Tell whether a request of ours may have made an admission that is under our name."""
    if sent.declined and not sent.outstanding:
        return False
    if found.admitted is None or sent.sent is None:
        return True
    last = (sent.last_sent or found.admitted) + LATEST_ARRIVAL
    return sent.sent - CLOCK_TOLERANCE <= found.admitted <= last + CLOCK_TOLERANCE


def _told(code: SettleReason, first: resources.Admission) -> Fact:
    gate = without_tag(first.device) if first.device else None
    return Fact(code, {"guard": first.redeemer, "gate": gate, "at": first.admitted})


async def listed(
    api: AdmissionsApi, sent: Admission, size: PageSize, server_time: ServerTime
) -> tuple[Sequence[resources.Admission], Sequence[resources.Fault]]:
    """Read the API's admissions of a serial; to the end of its list where none comes first.

    Returns:
        The admissions, and the entries that could not be read.

    Raises:
        TicketingError: the list could not be read to its end.
    """

    async def ask(page: int, records: int) -> resources.Page[resources.Admission]:
        return await api.admissions(sent.event, page=page, records=records, ticket=sent.serial)

    faults: list[resources.Fault] = []
    records = min(LOOK_UP_RECORDS, size.records)
    reading = PagedList(ask, lambda each: (each.serial, each.uri), size, records=records)
    async with aclosing(reading.pages()) as pages:
        async for page in pages:
            server_time.note(page.server_time)
            faults += page.faults
            if found := [each for each in page.entries if each.serial == sent.serial]:
                return found, faults
    return [], faults
