"""What a trainee can answer, and which answers are right. Pure."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.facts import Code, Fact
from scanner.training.role import Role
from scanner.training.scenario import IncidentKind


class Act(Code):
    """What a trainee does about a patron or an incident."""

    LET_IN = "training.act.let_in"
    TURN_AWAY = "training.act.turn_away"
    SEND = "training.act.send"
    SUPERVISOR = "training.act.supervisor"
    CARRY_ON = "training.act.carry_on"
    HAND_SCANNER = "training.act.hand_scanner"


class Refusal(Code):
    """The reasons to turn somebody away, in the order of their keys, 1 to 6."""

    ALREADY_ADMITTED = "training.refusal.already_admitted"
    OTHER_EVENT = "training.refusal.other_event"
    NOT_A_TICKET = "training.refusal.not_a_ticket"
    WITHDRAWN = "training.refusal.withdrawn"
    UNKNOWN = "training.refusal.unknown"
    WRONG_SECTION = "training.refusal.wrong_section"


class Why(Code):
    """Why an answer is right."""

    GREEN = "training.why.green"
    ONE_PERSON = "training.why.one_person"
    OWN_SECTION = "training.why.own_section"
    OTHER_EVENT = "training.why.other_event"
    NOT_ON_LIST = "training.why.not_on_list"
    WITHDRAWN = "training.why.withdrawn"
    NOT_A_TICKET = "training.why.not_a_ticket"
    GATE_CLOSED = "training.why.gate_closed"
    UNUSUAL = "training.why.unusual"
    UNREAD = "training.why.unread"
    DEAD_PHONE = "training.why.dead_phone"
    CHILD_ALONE = "training.why.child_alone"
    SAME_SCREENSHOT = "training.why.same_screenshot"
    COPY = "training.why.copy"
    HOWEVER_LOUD = "training.why.however_loud"
    BOUGHT_OFFLINE = "training.why.bought_offline"
    TWO_GATES = "training.why.two_gates"
    GOES_ON_OFFLINE = "training.why.goes_on_offline"
    HAND_SCANNER = "training.why.hand_scanner"
    NO_TOKEN = "training.why.no_token"  # noqa: S105 - a code
    CONFLICT = "training.why.conflict"
    ANOTHERS_TICKET = "training.why.anothers_ticket"
    TOO_LATE = "training.why.too_late"


class Answered(Code):
    """Answers that an act alone does not express."""

    NOTHING = "training.answered.nothing"
    WITH_REASON = "training.answered.with_reason"


@dataclass(frozen=True, slots=True)
class Answer:
    """An act; a reason goes with turning away, and with nothing else."""

    act: Act
    reason: Refusal | None = None

    @property
    def fact(self) -> Fact:
        """The answer as the end of a sentence: "turn away: not a ticket"."""
        if self.reason is None:
            return Fact(self.act)
        return Fact(Answered.WITH_REASON, {"what": Fact(self.act), "which": Fact(self.reason)})


@dataclass(frozen=True, slots=True)
class Due:
    """The answers that are right, the first one best, and why."""

    answers: tuple[Answer, ...]
    why: Fact

    @property
    def best(self) -> Answer:
        """The answer to learn."""
        return self.answers[0]

    @property
    def admits(self) -> bool:
        """Tell whether the patron should go in."""
        return any(each.act is Act.LET_IN for each in self.answers)


LET_IN = Answer(Act.LET_IN)
SEND = Answer(Act.SEND)
SUPERVISOR = Answer(Act.SUPERVISOR)


def _refuse(reason: Refusal) -> Answer:
    return Answer(Act.TURN_AWAY, reason)


_BY_VERDICT: dict[Kind, Due] = {
    Kind.ADMITTED: Due((LET_IN,), Fact(Why.GREEN)),
    Kind.ALREADY_ADMITTED: Due(
        (_refuse(Refusal.ALREADY_ADMITTED), SUPERVISOR), Fact(Why.ONE_PERSON)
    ),
    Kind.WRONG_SECTION: Due((SEND,), Fact(Why.OWN_SECTION)),
    Kind.OTHER_EVENT: Due((_refuse(Refusal.OTHER_EVENT),), Fact(Why.OTHER_EVENT)),
    Kind.UNKNOWN: Due((_refuse(Refusal.UNKNOWN), SUPERVISOR), Fact(Why.NOT_ON_LIST)),
    Kind.WITHDRAWN: Due((_refuse(Refusal.WITHDRAWN), SUPERVISOR), Fact(Why.WITHDRAWN)),
    Kind.NOT_A_TICKET: Due((_refuse(Refusal.NOT_A_TICKET),), Fact(Why.NOT_A_TICKET)),
    Kind.GATE_CLOSED: Due((SUPERVISOR,), Fact(Why.GATE_CLOSED)),
}

_ANYTHING_ELSE = Due((SUPERVISOR,), Fact(Why.UNUSUAL))
_UNREAD = Due((LET_IN,), Fact(Why.UNREAD))
_SEARCH = Due((LET_IN,), Fact(Why.DEAD_PHONE))
_BY_ROLE: dict[tuple[Role, Kind], Due] = {
    (Role.LOST_CHILD, Kind.ADMITTED): Due((SUPERVISOR,), Fact(Why.CHILD_ALONE)),
    (Role.PARTNER, Kind.ALREADY_ADMITTED): Due(
        _BY_VERDICT[Kind.ALREADY_ADMITTED].answers, Fact(Why.SAME_SCREENSHOT)
    ),
    (Role.TOUT, Kind.ALREADY_ADMITTED): Due(
        _BY_VERDICT[Kind.ALREADY_ADMITTED].answers, Fact(Why.COPY)
    ),
    (Role.ANGRY_VIP, Kind.WRONG_SECTION): Due((SEND, SUPERVISOR), Fact(Why.HOWEVER_LOUD)),
    (Role.FRESH_SALE, Kind.UNKNOWN): Due((SUPERVISOR,), Fact(Why.BOUGHT_OFFLINE)),
    (Role.TWIN, Kind.ADMITTED): Due((LET_IN,), Fact(Why.TWO_GATES)),
}


_BY_INCIDENT: dict[IncidentKind, Due] = {
    IncidentKind.NETWORK_DOWN: Due((Answer(Act.CARRY_ON),), Fact(Why.GOES_ON_OFFLINE)),
    IncidentKind.CAMERA_DIES: Due((Answer(Act.HAND_SCANNER),), Fact(Why.HAND_SCANNER)),
    IncidentKind.TOKEN_REVOKED: Due((SUPERVISOR,), Fact(Why.NO_TOKEN)),
    IncidentKind.CONFLICT: Due((SUPERVISOR,), Fact(Why.CONFLICT)),
}


NOT_THEIRS = Due((SUPERVISOR,), Fact(Why.ANOTHERS_TICKET))
"""What is right after another patron's ticket was admitted."""


def due_to_patron(role: Role, verdict: Kind | None) -> Due:
    """Return the right answers to a patron after a verdict; `None` where nothing was read."""
    if verdict is Kind.GATE_CLOSED:
        return _BY_VERDICT[verdict]
    if role is Role.DEAD_BATTERY and verdict is not Kind.ADMITTED:
        return _SEARCH
    if verdict is None:
        return _UNREAD
    return _BY_ROLE.get((role, verdict)) or _BY_VERDICT.get(verdict, _ANYTHING_ELSE)


def due_to_incident(what: IncidentKind) -> Due:
    """Return the right answers to an incident that needs one."""
    return _BY_INCIDENT[what]
