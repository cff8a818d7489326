"""Finding out what became of admissions that were sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Code, Fact
from scanner.store.ledger import Admission, State
from scanner.ticketing import resources

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How much earlier than our first sending the server may date our own admission."""


class SettleReason(Code):
    """Why an admission came to its state."""

    ADMITTED_BEFORE = "sync.admitted_before"
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that an admission comes to, why, and who was first, if anybody."""

    state: State
    reason: Fact | None = None
    other: EarlierAdmission | None = None


LATEST_ARRIVAL = timedelta(minutes=2)
"""How long after its sending a request that was never answered may still reach the API."""


def outcome(
    sent: Admission, found: Sequence[resources.Admission], refusal: Fact, now: datetime
) -> Outcome:
    """Say what became of `sent`, from what the API lists for its serial.

    Our own redeemer and device since the first sending means confirmed, anybody else means
    conflict. Nothing listed means refused when the request was answered, unless an earlier one
    may still arrive: then it stays in doubt. It means back to the queue when the request was not
    answered: having looked, sending again is safe, since the API grants a serial once.

    Args:
        sent: the admission in state `sending`.
        found: the API's admissions of that serial.
        refusal: why the API may have refused, from the ticket's own status.
        now: the server's time.
    """
    ours = [each for each in found if _is_ours(sent, each)]
    if ours:
        return Outcome(State.CONFIRMED)
    if found:
        first = found[0]
        other = EarlierAdmission(first.admitted, first.redeemer, first.device)
        return Outcome(State.CONFLICT, _admitted_before(first), other)
    if sent.answered and sent.outstanding and now - sent.outstanding < LATEST_ARRIVAL:
        return Outcome(State.SENDING, Fact(SettleReason.MAY_ARRIVE, {"refusal": refusal}))
    if sent.answered:
        return Outcome(State.REFUSED, refusal)
    return Outcome(State.QUEUED, Fact(SettleReason.NO_ANSWER))


def _is_ours(sent: Admission, found: resources.Admission) -> bool:
    if (found.redeemer, found.device) != (sent.redeemer, sent.device):
        return False
    if found.admitted is None or sent.sent is None:
        return True
    return found.admitted >= sent.sent - CLOCK_TOLERANCE


def _admitted_before(first: resources.Admission) -> Fact:
    who = {"guard": first.redeemer, "gate": first.device, "at": first.admitted}
    return Fact(SettleReason.ADMITTED_BEFORE, who)
