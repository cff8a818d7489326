"""An admission that a gate hands over, and the outcome that comes back, as messages hold them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.store import hearsay
from scanner.store.journal import nonce_of
from scanner.store.ledger import State

T = TypeVar("T")

SETTLED = (State.CONFIRMED, State.CONFLICT, State.REFUSED)
"""The outcomes that an admission may come to."""


@dataclass(frozen=True, slots=True)
class Carried:
    """An admission as its gate hands it over.

    Attributes:
        nonce: of its row of that gate's journal.
        gate: the venue's key of that gate.
        journal: the row.
        device: the gate's name as it is sent, with its installation's tag.
        at: when the patron was let in, that gate's time, aware.
        override: whether a supervisor let the patron in.
    """

    nonce: str
    gate: str
    journal: int
    serial: str
    event: str
    section: str
    redeemer: str
    device: str
    at: datetime
    override: bool

    def as_json(self) -> dict[str, Any]:
        """Return what `carried_of` reads; it goes without its gate, whose message it is in."""
        return {
            "nonce": self.nonce,
            "row": self.journal,
            "serial": self.serial,
            "event": self.event,
            "section": self.section,
            "redeemer": self.redeemer,
            "device": self.device,
            "at": self.at.isoformat(),
            "override": self.override,
        }


@dataclass(frozen=True, slots=True)
class CarriedOutcome:
    """What became of an admission that another gate made.

    Attributes:
        nonce, journal, serial: the admission's, as it was handed over.
        state: one of `SETTLED`.
        sent: the server's time at which it was sent first.
        reason: why it came to its state.
        other: who was first, where somebody was.
    """

    nonce: str
    journal: int
    serial: str
    state: State
    sent: datetime
    reason: Fact | None = None
    other: EarlierAdmission | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what `outcome_of` reads."""
        return {
            "nonce": self.nonce,
            "row": self.journal,
            "serial": self.serial,
            "state": self.state.value,
            "sent": self.sent.isoformat(),
            "reason": self.reason.as_json() if self.reason else None,
            "other": other_to_json(self.other),
        }


def carried_of(found: Any, gate: str) -> Carried:
    """Read an admission as a gate tells it.

    Raises:
        ValueError: it is none, or its nonce is another one's.
    """

    def read() -> Carried:
        read = Carried(
            hearsay.text(found["nonce"]),
            gate,
            hearsay.number(found["row"]),
            hearsay.text(found["serial"]),
            hearsay.text(found["event"]),
            hearsay.text(found["section"]),
            hearsay.text(found["redeemer"]),
            hearsay.text(found["device"]),
            hearsay.time(found["at"]),
            bool(found["override"]),
        )
        nonce = nonce_of(read.journal, found["at"], read.event, read.device, read.serial)
        if read.nonce != nonce or read.at.isoformat() != found["at"]:
            raise ValueError("another admission's nonce")
        return read

    return _checked(read)


def outcome_of(found: Any) -> CarriedOutcome:
    """Read an outcome as it was told.

    Raises:
        ValueError: it is none.
    """

    def read() -> CarriedOutcome:
        state = State(found["state"])
        if state not in SETTLED:
            raise ValueError(state)
        reason = found["reason"]
        return CarriedOutcome(
            hearsay.text(found["nonce"]),
            hearsay.number(found["row"]),
            hearsay.text(found["serial"]),
            state,
            hearsay.time(found["sent"]),
            hearsay.fact(reason) if reason else None,
            other_from_json(found["other"]),
        )

    return _checked(read)


def other_to_json(other: EarlierAdmission | None) -> list[str | None] | None:
    """Write who was first: time, redeemer, device."""
    if other is None:
        return None
    return [other.at.isoformat() if other.at else None, other.redeemer, other.device]


def other_from_json(found: Sequence[str | None] | None) -> EarlierAdmission | None:
    """Read it back."""
    if found is None:
        return None
    at, redeemer, device = found
    return EarlierAdmission(
        hearsay.time(at) if at else None,
        hearsay.text_or_none(redeemer),
        hearsay.text_or_none(device),
    )


def _checked(read: Callable[[], T]) -> T:
    try:
        return read()
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("not as it was told") from error
