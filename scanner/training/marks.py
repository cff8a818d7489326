"""How an answer is marked, and what a mistake costs. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.admission.verdict import Kind
from scanner.facts import Code, Fact
from scanner.training.answers import Act, Answer, Answered, Due
from scanner.training.crowd import Patron
from scanner.training.scenario import IncidentKind


class Mark(StrEnum):
    """How an answer is marked; the values are those of the JSON score."""

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
"""Points lost; each patron and each incident is worth one."""


class Shown(Code):
    """What the gate showed where it showed no plain verdict."""

    NOTHING_READ = "training.shown.nothing_read"
    ANOTHERS = "training.shown.anothers"
    LEFT_UNSEEN = "training.shown.left_unseen"
    LEFT_UNANSWERED = "training.shown.left_unanswered"


class Heading(Code):
    """What a mistake is called."""

    RIGHT = "training.heading.right"
    WRONGLY_LET_IN = "training.heading.wrongly_let_in"
    WRONGLY_TURNED_AWAY = "training.heading.wrongly_turned_away"
    WRONG_PROCEDURE = "training.heading.wrong_procedure"
    WRONG_REASON = "training.heading.wrong_reason"
    NEEDLESS_CALL = "training.heading.needless_call"
    LEFT = "training.heading.left"
    SENT_WRONG = "training.heading.sent_wrong"
    ANOTHER_GATE = "training.heading.another_gate"
    SUPERVISOR_CAN_HELP = "training.heading.supervisor_can_help"


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer, marked.

    Attributes:
        subject: the patron or the incident that it was about.
        verdict: what the gate said of the patron; nothing where it read nothing.
        shown: the gate's reason, or the card's question.
        answer: what the trainee did; nothing where the patron left before.
        due: what would have been right.
        at: seconds after the doors' opening.
        seconds: from stepping up to the answer.
    """

    subject: Patron | IncidentKind
    verdict: Kind | None
    shown: Fact
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
        """Points lost."""
        return COST[self.mark]

    @property
    def did(self) -> Fact:
        """What the trainee did."""
        return self.answer.fact if self.answer else Fact(Answered.NOTHING)

    @property
    def heading(self) -> Heading:
        """The mistake's name; a wrong refusal is named by what was done instead of what is due."""
        if self.mark is Mark.WRONG_REASON and self.answer:
            if self.answer.act is Act.SEND:
                return Heading.SENT_WRONG
            if self.due.best.act is Act.SEND:
                return Heading.ANOTHER_GATE
            if self.due.best.act is Act.SUPERVISOR:
                return Heading.SUPERVISOR_CAN_HELP
        return Heading[self.mark.name]


def mark(subject: Patron | IncidentKind, verdict: Kind | None, answer: Answer, due: Due) -> Mark:
    """Mark an answer; letting a patron in without a green light is always wrong."""
    if isinstance(subject, IncidentKind):
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
