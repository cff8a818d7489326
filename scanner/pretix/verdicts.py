"""From pretix's verdict on an entry or an exit to what became of it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from scanner.admission.names import without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.platform.delivery import Outcome, SettleReason
from scanner.pretix.errors import PretixRefusal
from scanner.pretix.movements import newest_entry
from scanner.pretix.order_models import Verdict
from scanner.pretix.resources import Devices, Moves
from scanner.store.ledger import State

ALREADY_REDEEMED = "already_redeemed"
UNKNOWN = "invalid"

SAME_MOMENT = timedelta(seconds=1)
"""A server may keep times less exactly than this gate tells them."""

_REFUSALS = {
    UNKNOWN: PretixRefusal.UNKNOWN,
    "unpaid": PretixRefusal.UNPAID,
    "canceled": PretixRefusal.CANCELED,
    "unapproved": PretixRefusal.UNAPPROVED,
    "blocked": PretixRefusal.BLOCKED,
    "revoked": PretixRefusal.REVOKED,
    "product": PretixRefusal.PRODUCT,
    "ambiguous": PretixRefusal.AMBIGUOUS,
    "rules": PretixRefusal.RULES,
    "invalid_time": PretixRefusal.INVALID_TIME,
    "incomplete": PretixRefusal.INCOMPLETE,
}


class Told(NamedTuple):
    """What this gate told of: an entry or an exit, when, and at which check-in list."""

    at: datetime
    place: int
    leaves: bool = False


def stands(
    told: Told, moves: Moves | None, devices: Devices, within: timedelta = SAME_MOMENT
) -> bool:
    """Tell whether what was told is among a position's check-ins, so near to its time.

    Where a time was kept exactly it has to be the same: a copy of this gate is the same device, and
    may have let the same ticket in within that second.
    """
    return moves is not None and any(
        devices.is_own(each.device)
        and each.place == told.place
        and each.leaves == told.leaves
        and each.at is not None
        and abs(each.at - told.at) <= min(within, _exactness(each.at))
        for each in moves.movements
    )


def _exactness(at: datetime) -> timedelta:
    """Return how far a time that a server has kept may be from what it was told."""
    if at.microsecond == 0:
        return SAME_MOMENT
    return timedelta() if at.microsecond % 1000 else timedelta(milliseconds=1)


def is_before(told: Told, moves: Moves) -> bool:
    """Tell whether all of a position's check-ins at the list were before what was told."""
    here = [each.at for each in moves.movements if each.place == told.place and each.at]
    return bool(here) and max(here) < told.at


def refusal(verdict: Verdict, place: int, devices: Devices) -> Fact:
    """Say why pretix refuses an entry or an exit."""
    if verdict.reason == ALREADY_REDEEMED:
        return _before(_first(verdict, place, devices), SettleReason.ADMITTED_BEFORE)
    if verdict.reason in _REFUSALS:
        found = Fact(_REFUSALS[verdict.reason])
    else:
        found = Fact(PretixRefusal.OTHER, {"reason": verdict.reason})
    if not verdict.explanation:
        return found
    return Fact(PretixRefusal.EXPLAINED, {"refusal": found, "said": verdict.explanation})


def outcome(verdict: Verdict, told: Told, devices: Devices) -> Outcome:
    """Say what became of an entry that pretix refuses and does not have.

    Where it has this device's, told at another time, a copy of this gate made that one.
    """
    if verdict.reason != ALREADY_REDEEMED:
        return Outcome(State.REFUSED, refusal(verdict, told.place, devices))
    first = _first(verdict, told.place, devices)
    by_copy = first.device is not None and first.device == devices.name
    code = SettleReason.ADMITTED_BY_COPY if by_copy else SettleReason.ADMITTED_BEFORE
    return Outcome(State.CONFLICT, _before(first, code), first)


def _first(verdict: Verdict, place: int, devices: Devices) -> EarlierAdmission:
    found = newest_entry(verdict.moves, place) if verdict.moves else None
    if found is None:
        return EarlierAdmission()
    return EarlierAdmission(found.at, None, devices.called(found.device))


def _before(first: EarlierAdmission, code: SettleReason) -> Fact:
    gate = without_tag(first.device) if first.device else None
    return Fact(code, {"guard": first.redeemer, "gate": gate, "at": first.at})
