"""pretix's orders, positions and verdicts as pydantic models; parsing as in `models`.

What decides about a ticket is never left out: where that can't be read, the ticket is not valid.
"""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import Field

from scanner.platform.errors import FieldFault
from scanner.platform.field_types import Number, OptionalText, Text, Time
from scanner.platform.tolerant_reader import FieldError, Gaps, read
from scanner.pretix.models import Body, Flag, RemarkText, Secret
from scanner.pretix.resources import Conflict, Movement, Moves

CONFLICT_NOTE = {"source": "scanner", "type": "other", "successful": False}
"""What marks a print log that tells of a conflict; pretix takes such a log of any device."""

_EXIT = "exit"


class _CheckIn(Body):
    id: Number = 0
    at: Time = Field(None, alias="datetime")
    list: Number
    device_id: Number | None = None
    type: OptionalText = None

    def value(self) -> Movement:
        return Movement(self.id, self.at, self.list, self.device_id, self.type == _EXIT)


class _Admitted(Body):
    device: Text
    admitted: Time
    list: Number | None = None


class _PrintLog(Body):
    source: OptionalText = None
    type: OptionalText = None
    successful: Any = None
    device_id: Number | None = None
    info: Any = None

    def value(self) -> Conflict | None:
        if any(getattr(self, name) != value for name, value in CONFLICT_NOTE.items()):
            return None
        try:
            info = read(_Admitted, self.info, "info")
        except FieldError:
            return None
        at = info.admitted
        return Conflict(self.device_id, info.device, at, info.list) if at else None


class _Moves(Body):
    id: Number
    checkins: list[_CheckIn] = Field(default_factory=list)
    print_logs: list[_PrintLog] = Field(default_factory=list)

    def moves(self) -> Moves:
        noted = [each.value() for each in self.print_logs]
        return Moves(
            self.id,
            tuple(each.value() for each in self.checkins),
            tuple(each for each in noted if each),
        )


class _Answer(Body):
    question: Number


class PositionBody(_Moves):
    """A position of an order."""

    secret: Secret
    item: Number
    variation: Number | None = None
    attendee_name: OptionalText = None
    addon_to: Number | None = None
    subevent: Number | None = None
    canceled: Any = False
    blocked: Any = None
    valid_from: Any = None
    valid_until: Any = None
    answers: list[_Answer] = Field(default_factory=list)


class _Order(Body):
    code: Text
    status: Text
    require_approval: Any = False
    valid_if_pending: Flag = False
    checkin_attention: Flag = False
    checkin_text: RemarkText = None
    positions: list[Any]


class _Tickets(Body):
    positions: list[Any]


class _Listed(_Moves):
    """A position on a check-in list."""

    secret: Secret
    item: Number | None = None


class _Verdict(Body):
    status: Text
    reason: OptionalText = None
    reason_explanation: OptionalText = None
    position: _Moves | None = None


FIELDS = (
    *("code", "status", "require_approval", "valid_if_pending"),
    *("checkin_attention", "checkin_text", "positions.id", "positions.secret", "positions.item"),
    *("positions.variation", "positions.attendee_name", "positions.addon_to"),
    *("positions.subevent", "positions.canceled", "positions.blocked", "positions.valid_from"),
    *("positions.valid_until", "positions.checkins", "positions.print_logs"),
    "positions.answers.question",
)
"""What is asked for of an order: a quarter of all that pretix would tell."""


MOVES = ("positions.id", "positions.secret", "positions.checkins", "positions.print_logs")
"""What is asked for of an order to know who came in by its tickets."""


class Verdict(NamedTuple):
    """What pretix says to an entry or an exit.

    Attributes:
        granted: whether it took it.
        reason: why not, in its own word.
        explanation: the same in a sentence, where it gives one.
        moves: of the position, where it names one.
    """

    granted: bool
    reason: str
    explanation: str
    moves: Moves | None


class Validity(NamedTuple):
    """When a position admits; `known` is false where that could not be read."""

    begins: datetime | None
    ends: datetime | None
    known: bool


class OrderBody(NamedTuple):
    """An order, and those of its positions that can be read."""

    order: _Order
    positions: tuple[PositionBody, ...]


def read_order_body(found: Any, gaps: Gaps) -> OrderBody:
    """Read an order; a position that can't be read is noted among the gaps.

    Raises:
        FieldError: nothing of it can be used.
    """
    order = read(_Order, found, "order", gaps)
    positions = []
    for each in order.positions:
        try:
            positions.append(read(PositionBody, each, "position", gaps))
        except FieldError as error:
            gaps.append(FieldError(f"positions.{error.name}", error.problem))
    return OrderBody(order, tuple(positions))


def validity_of(position: PositionBody, gaps: Gaps) -> Validity:
    """Return when a position admits."""
    begins, ends, known = None, None, True
    try:
        begins, ends = _read_time(position.valid_from), _read_time(position.valid_until)
    except FieldError as error:
        gaps.append(error)
        known = False
    return Validity(begins, ends, known)


def read_listed(found: Any, gaps: Gaps) -> tuple[str, int | None, Moves]:
    """Read a position on a check-in list: its secret, its product, and who came in by it."""
    body = read(_Listed, found, "position", gaps)
    return body.secret, body.item, body.moves()


def read_moves(found: Any) -> Moves:
    """Read who came in by a position.

    Raises:
        FieldError: it is none.
    """
    return read(_Moves, found, "position").moves()


def find_moves(secret: str, found: Any) -> Moves | None:
    """Return who came in by one of an order's tickets, if it has that one.

    Raises:
        FieldError: it is no order, or the ticket can't be read.
    """
    for each in read(_Tickets, found, "order").positions:
        if isinstance(each, dict) and each.get("secret") == secret:
            return read_moves(each)
    return None


def read_verdict(found: Any) -> Verdict:
    """Read the answer to an entry or an exit."""
    body = read(_Verdict, found, "verdict")
    return Verdict(
        body.status == "ok",
        body.reason or body.status,
        body.reason_explanation or "",
        body.position.moves() if body.position else None,
    )


class _Time(Body):
    time: Time


def _read_time(found: Any) -> datetime | None:
    if not isinstance(found, str | None):
        raise FieldError("positions.valid", FieldFault.NO_TIME)
    return read(_Time, {"time": found}, "positions.valid").time
