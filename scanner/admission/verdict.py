"""The answer to one presentation."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What the gate decided; the words are those of the journal and of `--json`."""

    ADMITTED = "admitted"
    ALREADY_ADMITTED = "already_admitted"
    WRONG_SECTION = "wrong_section"
    OTHER_EVENT = "other_event"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    NOT_A_TICKET = "not_a_ticket"
    GATE_CLOSED = "gate_closed"


class Verdict(NamedTuple):
    """Kind, a reason that a guard can say aloud, and what the guard does next.

    `serial` and `section` (a name) are present when the reading led to a ticket; `first` is the
    time of the earlier admission, where one is known.
    """

    kind: Kind
    reason: str
    advice: str
    serial: str | None = None
    section: str | None = None
    first: datetime | None = None

    @property
    def admits(self) -> bool:
        """Tell whether the patron goes in."""
        return self.kind is Kind.ADMITTED
