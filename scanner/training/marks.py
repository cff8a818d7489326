"""How an answer is marked, and what a mistake costs. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.admission.verdict import Kind
from scanner.training.answers import Act, Answer, Due
from scanner.training.crowd import Patron
from scanner.training.incident import What


class Mark(StrEnum):
    """What an answer was; the words are those of the JSON score."""

    RIGHT = "right"
    WRONGLY_LET_IN = "wrongly_let_in"
    WRONGLY_TURNED_AWAY = "wrongly_turned_away"
    WRONG_PROCEDURE = "wrong_procedure"
    WRONG_REASON = "wrong_reason"
    NEEDLESS_CALL = "needless_call"
    LEFT = "left"


COST: dict[Mark, float] = {
    Mark.RIGHT: 0.0,
    Mark.WRONGLY_LET_IN: 1.0,
    Mark.WRONGLY_TURNED_AWAY: 1.0,
    Mark.WRONG_PROCEDURE: 1.0,
    Mark.WRONG_REASON: 0.5,
    Mark.NEEDLESS_CALL: 0.5,
    Mark.LEFT: 0.5,
}
"""Points; each patron, and each thing that happens, is worth one."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer, marked.

    Attributes:
        subject: the patron or the incident that it was about.
        verdict: what the gate had said of the patron, if anything.
        shown: the gate's reason, or what the card asked.
        answer: what the trainee did; nothing where the patron left first.
        due: what would have been right.
        at: seconds after the doors' opening.
        seconds: from the patron's stepping up to the answer.
    """

    subject: Patron | What
    verdict: Kind | None
    shown: str
    answer: Answer | None
    due: Due
    mark: Mark
    at: float
    seconds: float

    @property
    def patron(self) -> Patron | None:
        """The patron, where it was about one."""
        return self.subject if isinstance(self.subject, Patron) else None

    @property
    def cost(self) -> float:
        """Points that it lost."""
        return COST[self.mark]


def mark(subject: Patron | What, verdict: Kind | None, answer: Answer, due: Due) -> Mark:
    """Mark an answer; to let somebody in without a green light is wrong, whoever it is."""
    if isinstance(subject, What):
        return Mark.RIGHT if answer in due.answers else Mark.WRONG_PROCEDURE
    if answer.act is Act.LET_IN and verdict is not Kind.ADMITTED:
        return Mark.WRONGLY_LET_IN
    if answer in due.answers:
        return Mark.RIGHT
    if answer.act is Act.LET_IN:
        return Mark.WRONGLY_LET_IN
    if answer.act is Act.SUPERVISOR:
        return Mark.NEEDLESS_CALL
    if due.admits:
        return Mark.WRONGLY_TURNED_AWAY
    return Mark.WRONG_PROCEDURE if verdict is Kind.GATE_CLOSED else Mark.WRONG_REASON
