"""A gate's claim to a ticket among the gates of a venue: values, and the rules of who wins. Pure.

The first gate to write a ticket's claim holds it; all others find it held. It moves by comparing
and swapping at the venue's engine: `step` says what a gate is to write over what it has found.
Clocks decide nothing here; times are only shown.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import NamedTuple

from scanner.admission.names import is_same_device, without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Reason, Verdict

NONCE_BYTES = 16
"""Of a try's nonce: 128 bits, as a UUID has (RFC 9562)."""


class ClaimState(StrEnum):
    """Whether the ticket's patron is in, has left, or the claim was given back."""

    HELD = "held"
    LEFT = "left"
    RELEASED = "released"


class Entrant(NamedTuple):
    """One time that a gate let in, or out, with a ticket.

    Attributes:
        device: the gate's name as it is sent, with the installation's tag.
        redeemer: the guard's.
        at: the gate's time, aware; shown, and never compared.
        nonce: names this one try, so that its gate knows it again after a lost reply.
    """

    device: str
    redeemer: str
    at: datetime
    nonce: str

    def is_of(self, device: str) -> bool:
        """Tell whether it was at the gate of this name, as it is sent."""
        return is_same_device(device, self.device)

    @property
    def as_admission(self) -> EarlierAdmission:
        """The same, as the rules know an admission elsewhere."""
        if not self.nonce:
            return EarlierAdmission()
        return EarlierAdmission(self.at, self.redeemer, without_tag(self.device))


UNKNOWN = Entrant("", "", datetime.fromtimestamp(0, UTC), "")
"""Who holds a claim that can't be read: somebody, and nobody of ours."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a venue holds of one ticket.

    Attributes:
        serial: as it was presented first.
        state: what stands now.
        entered: who holds it, or held it last; nothing where only an exit is known.
        left: the last exit; where it is held, the one that its holder came back after.
        twice: others that let in on it without holding it; each is a double entry.
        former: who held it before and left since, oldest first.
        written: names its writing: what is told again after the engine has lost it, and gets the
            same revision, is not taken for the one that was there.
    """

    serial: str
    state: ClaimState
    entered: Entrant | None = None
    left: Entrant | None = None
    twice: tuple[Entrant, ...] = ()
    former: tuple[Entrant, ...] = ()
    written: str = ""

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        """All that let in on it since its patron left last."""
        return (self.entered, *self.twice) if self.entered else self.twice

    @property
    def everyone(self) -> tuple[Entrant, ...]:
        """All that let in on it, as far as it is kept."""
        return (*self.former, *self.entrants)

    def has(self, nonce: str) -> bool:
        """Tell whether it is the outcome of this try."""
        return any(each.nonce == nonce for each in self.everyone if nonce)


def unreadable(serial: str) -> Claim:
    """Return what a claim that can't be read stands for: one that somebody holds."""
    return Claim(serial, ClaimState.HELD, UNKNOWN)


class Wish(Enum):
    """What a gate wants of a claim.

    `ENTER` and `BACK` are asked before a green light: the first entry, and one after an exit.
    The others tell what a gate has done: `SETTLE` is for a first entry that was not claimed,
    `RETURN` for a later one, `REENTRY` for a supervisor's, `LEAVE` for an exit. `RELEASE` is for an
    entry whose light was never green, or that was undone.
    """

    ENTER = "enter"
    BACK = "back"
    SETTLE = "settle"
    RETURN = "return"
    REENTRY = "reentry"
    LEAVE = "leave"
    RELEASE = "release"


def new_nonce() -> str:
    """Return what names one try, and no other: 32 hexadecimal digits."""
    return secrets.token_hex(NONCE_BYTES)


class Asked(NamedTuple):
    """What a gate asks of the venue for one presentation.

    Attributes:
        event: the session's, by its URI.
        serial: the ticket's.
        right: what names the right to enter, whatever serial it has now; see `right_of`.
        wish: what is wanted.
        us: this gate's try.
    """

    event: str
    serial: str
    right: str
    wish: Wish
    us: Entrant


class Standing(Enum):
    """What came of asking: the claim is ours, another gate's, or nobody knows in time."""

    WON = "won"
    LOST = "lost"
    UNANSWERED = "unanswered"


class Answer(NamedTuple):
    """What the venue says; `claim` is the one that another gate has, where it has."""

    standing: Standing
    claim: Claim | None = None


class Write(NamedTuple):
    """What is to be written over what was found."""

    claim: Claim


class Won(NamedTuple):
    """The claim is this gate's; nothing is to be written."""


class Lost(NamedTuple):
    """Another gate has it."""

    claim: Claim


class Done(NamedTuple):
    """There is nothing to write, and nothing was won."""


Step = Write | Won | Lost | Done


def wish_of(verdict: Verdict) -> Wish | None:
    """Return what a gate has to win before it shows a verdict's light, if anything.

    A supervisor's re-entry and a door that lets in again and again ask nobody.
    """
    return _WISHES.get(verdict.reason)


_WISHES = {
    Reason.VALID: Wish.ENTER,
    Reason.OVERRIDDEN: Wish.ENTER,
    Reason.OTHER_DOOR: Wish.ENTER,
    Reason.BACK_AFTER_EXIT: Wish.BACK,
}


def step(
    serial: str,
    found: Claim | None,
    wish: Wish,
    us: Entrant,
    known: Collection[EarlierAdmission] = (),
) -> Step:
    """Say what a gate is to do about a claim as it was found.

    Args:
        serial: the ticket's.
        found: what the engine holds; nothing where it holds none.
        wish: what the gate wants.
        us: this gate's try; with `RELEASE`, the one that is to be given back.
        known: with `RETURN` and `LEAVE`, the entries that this gate knew of when it let in or out:
            what it tells late says nothing of a later entry by another gate.
    """
    claim = replace(found, serial=serial) if found else Claim(serial, ClaimState.RELEASED)
    match wish:
        case Wish.ENTER:
            return _enter(claim, us)
        case Wish.BACK:
            return _back(claim, us)
        case Wish.SETTLE:
            return _settle(claim, us)
        case Wish.RETURN:
            return _return(claim, us, known)
        case Wish.REENTRY:
            return Write(_back_in(claim, us)) if _may_come_back(claim, us) else Done()
        case Wish.LEAVE:
            return _leave(claim, us, known)
        case Wish.RELEASE:
            return _release(claim, us)


def _enter(claim: Claim, us: Entrant) -> Step:
    if claim.has(us.nonce):
        return Won()
    if claim.state is ClaimState.RELEASED or claim.entered is None:
        return Write(_held(claim, us))
    # One of our own that this gate has no record of was never followed by a light.
    ours = claim.state is ClaimState.HELD and claim.entered.is_of(us.device)
    return Write(_held(claim, us)) if ours and not claim.former else Lost(claim)


def _back(claim: Claim, us: Entrant) -> Step:
    if claim.has(us.nonce):
        return Won()
    if claim.state is ClaimState.HELD:
        return Lost(claim)
    return Write(_back_in(claim, us))  # one that is not known here left before it was told


def _settle(claim: Claim, us: Entrant) -> Step:
    if _has_record(claim, us) or any(each.is_of(us.device) for each in claim.former):
        return Won()
    if claim.state is ClaimState.RELEASED:
        return Write(_held(claim, us))
    if claim.entered is None:  # its patron has left since, by another door
        return Write(replace(claim, entered=us))
    # One of our own without a record gives its place to the one that has.
    if claim.entered.is_of(us.device):
        return Write(replace(claim, entered=us))
    # Whoever is known to have left, this one is not: nobody comes back by that exit.
    others = tuple(each for each in claim.twice if not each.is_of(us.device))
    return Write(replace(claim, state=ClaimState.HELD, twice=(*others, us)))


def _return(claim: Claim, us: Entrant, known: Collection[EarlierAdmission]) -> Step:
    if _has_record(claim, us):
        return Won()
    if claim.state is not ClaimState.HELD or claim.entered is None:
        return Write(_back_in(claim, us))
    # Ours left before it came back; of another, the exit was not told.
    if claim.entered.is_of(us.device) or claim.entered.as_admission in known:
        return Write(_back_in(claim, us))
    return Write(replace(claim, twice=(*claim.twice, us)))


def _may_come_back(claim: Claim, us: Entrant) -> bool:
    return claim.state is ClaimState.LEFT and not _has_record(claim, us)


def _leave(claim: Claim, us: Entrant, known: Collection[EarlierAdmission]) -> Step:
    told = claim.left and claim.left.nonce == us.nonce
    if told or claim.state is ClaimState.LEFT:
        return Done()
    if claim.entered is None or claim.entered.as_admission in known:
        return Write(replace(claim, state=ClaimState.LEFT, left=us))
    return Done()


def _release(claim: Claim, us: Entrant) -> Step:
    """Give back what is ours by this very try; a double entry that stays takes its place."""
    if claim.entered and claim.entered.nonce == us.nonce:
        return Write(_released(claim))
    others = tuple(each for each in claim.twice if each.nonce != us.nonce)
    return Write(replace(claim, twice=others)) if others != claim.twice else Done()


def _released(claim: Claim) -> Claim:
    """Take out who holds it; one who had come back is as if still outside."""
    if claim.twice:
        return replace(claim, entered=claim.twice[0], twice=claim.twice[1:])
    if claim.former:
        *former, entered = claim.former
        return replace(claim, state=ClaimState.LEFT, entered=entered, former=tuple(former))
    if claim.state is ClaimState.HELD and claim.left:  # only the exit was known
        return replace(claim, state=ClaimState.LEFT, entered=None)
    return Claim(claim.serial, ClaimState.RELEASED)


def _held(claim: Claim, us: Entrant) -> Claim:
    """Hold it as the first; a double entry that was found stays."""
    return replace(claim, state=ClaimState.HELD, entered=us, left=None)


def _back_in(claim: Claim, us: Entrant) -> Claim:
    """Hold it after its patron left; who held it is kept, so that nobody tells it again."""
    former = (*claim.former, claim.entered) if claim.entered else claim.former
    return replace(claim, state=ClaimState.HELD, entered=us, former=former)


def _has_record(claim: Claim, us: Entrant) -> bool:
    """Tell whether a record of a gate's is in a claim already: by gate and moment, or by try."""
    return any(
        each.nonce == us.nonce or (each.at == us.at and each.is_of(us.device))
        for each in claim.everyone
    )
