"""What a trainee can answer, and what would be right. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.admission.verdict import Kind
from scanner.training.incident import What
from scanner.training.role import Role


class Act(StrEnum):
    """What a trainee does about whoever, or whatever, is at the gate."""

    LET_IN = "let_in"
    TURN_AWAY = "turn_away"
    SEND = "send_to_another_gate"
    SUPERVISOR = "call_supervisor"
    CARRY_ON = "carry_on"
    HAND_SCANNER = "hand_scanner"


REASONS: dict[Kind, str] = {
    Kind.ALREADY_ADMITTED: "already admitted",
    Kind.OTHER_EVENT: "for another event",
    Kind.NOT_A_TICKET: "not a ticket",
    Kind.WITHDRAWN: "withdrawn",
    Kind.UNKNOWN: "not on the list",
    Kind.WRONG_SECTION: "wrong section",
}
"""The reasons to turn somebody away, in the order of their keys, 1 to 6."""


ACTS: dict[Act, str] = {
    Act.LET_IN: "let in",
    Act.TURN_AWAY: "turn away",
    Act.SEND: "send to another gate",
    Act.SUPERVISOR: "call the supervisor",
    Act.CARRY_ON: "carry on",
    Act.HAND_SCANNER: "take the hand scanner",
}
"""The acts as a sentence's end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An act; `reason` goes with turning away and with nothing else."""

    act: Act
    reason: Kind | None = None

    def in_words(self) -> str:
        """Say it as a sentence's end: "turn away: not a ticket"."""
        words = ACTS[self.act]
        return f"{words}: {REASONS[self.reason]}" if self.reason else words


@dataclass(frozen=True, slots=True)
class Due:
    """The answers that are right, the first one best, and why."""

    answers: tuple[Answer, ...]
    why: str

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


def _refuse(kind: Kind) -> Answer:
    return Answer(Act.TURN_AWAY, kind)


_BY_VERDICT: dict[Kind, Due] = {
    Kind.ADMITTED: Due(
        (LET_IN,), "A green light is a recorded admission, with or without a network."
    ),
    Kind.ALREADY_ADMITTED: Due(
        (_refuse(Kind.ALREADY_ADMITTED), SUPERVISOR),
        "One ticket lets one person in, and somebody has come in with this one.",
    ),
    Kind.WRONG_SECTION: Due(
        (SEND,), "The ticket is good, but at the gate of its own section, not at this one."
    ),
    Kind.OTHER_EVENT: Due(
        (_refuse(Kind.OTHER_EVENT),), "The ticket belongs to another event; it opens no door here."
    ),
    Kind.UNKNOWN: Due(
        (_refuse(Kind.UNKNOWN), SUPERVISOR),
        "The ticket is not on the list; the supervisor can look further, the gate can't.",
    ),
    Kind.WITHDRAWN: Due(
        (_refuse(Kind.WITHDRAWN), SUPERVISOR),
        "The ticket was cancelled or has another owner now; this code is dead.",
    ),
    Kind.NOT_A_TICKET: Due(
        (_refuse(Kind.NOT_A_TICKET),), "The code is no ticket's; ask for the one on the ticket."
    ),
    Kind.GATE_CLOSED: Due(
        (SUPERVISOR,), "A closed gate admits nobody; only the supervisor can open it again."
    ),
}

_ANYTHING_ELSE = Due((SUPERVISOR,), "A verdict that is none of the usual ones is the supervisor's.")
_UNREAD = Due(
    (LET_IN,), "Nothing was read: search by name or take the hand scanner, then trust the light."
)
_SEARCH = Due(
    (LET_IN,), "A dead phone is no reason to refuse: search by name, choose the ticket, let in."
)
_BY_ROLE: dict[tuple[Role, Kind], Due] = {
    (Role.LOST_CHILD, Kind.ADMITTED): Due(
        (SUPERVISOR,), "The ticket is good, but a child alone is the supervisor's, not the crowd's."
    ),
    (Role.PARTNER, Kind.ALREADY_ADMITTED): Due(
        _BY_VERDICT[Kind.ALREADY_ADMITTED].answers,
        "Honest or not: both show the same screenshot, and it has let one person in. "
        "Ask for the second ticket.",
    ),
    (Role.TOUT, Kind.ALREADY_ADMITTED): Due(
        _BY_VERDICT[Kind.ALREADY_ADMITTED].answers,
        "A copy of a ticket that has been used; only the first to show it comes in.",
    ),
    (Role.ANGRY_VIP, Kind.WRONG_SECTION): Due(
        (SEND, SUPERVISOR),
        "However loud: this gate does not admit to that section. Show the way, "
        "or let the supervisor.",
    ),
    (Role.FRESH_SALE, Kind.UNKNOWN): Due(
        (SUPERVISOR,),
        "Bought while the gate is offline, a ticket can't be on its list yet; "
        "the supervisor can find out.",
    ),
    (Role.TWIN, Kind.ADMITTED): Due(
        (LET_IN,),
        "The gate could not know of the other gate's admission; the green light counts, "
        "and the conflict is the supervisor's.",
    ),
}


_BY_INCIDENT: dict[What, Due] = {
    What.NETWORK_DOWN: Due(
        (Answer(Act.CARRY_ON),),
        "Admitting goes on without a network: each admission is kept here and delivered later.",
    ),
    What.CAMERA_DIES: Due(
        (Answer(Act.HAND_SCANNER),),
        "The gate is not closed: the hand scanner reads the same codes.",
    ),
    What.TOKEN_REVOKED: Due(
        (SUPERVISOR,), "Without a valid token nobody may enter; the supervisor brings another."
    ),
    What.CONFLICT: Due(
        (SUPERVISOR,),
        "A conflict means that two gates let in one ticket; the supervisor must know, "
        "and nobody at the gate can settle it.",
    ),
}


NOT_THEIRS = Due(
    (SUPERVISOR,),
    "The green light was another patron's ticket, who will be refused now. "
    "Choose the ticket of the very name and section, and of nobody who has a code to show.",
)
"""What is right once somebody else's ticket was admitted for a patron."""


def due_to_patron(role: Role, verdict: Kind | None) -> Due:
    """Return what is right for a patron after a verdict; `None` where nothing was read yet."""
    if verdict is Kind.GATE_CLOSED:
        return _BY_VERDICT[verdict]
    if role is Role.DEAD_BATTERY and verdict is not Kind.ADMITTED:
        return _SEARCH
    if verdict is None:
        return _UNREAD
    return _BY_ROLE.get((role, verdict)) or _BY_VERDICT.get(verdict, _ANYTHING_ELSE)


def due_to_incident(what: What) -> Due:
    """Return what is right when something happens; only for what asks for an answer."""
    return _BY_INCIDENT[what]


def reasons_why() -> list[str]:
    """Return every `why` that there is, once each."""
    every = (*_BY_VERDICT.values(), *_BY_ROLE.values(), *_BY_INCIDENT.values())
    others = (_ANYTHING_ELSE, _UNREAD, _SEARCH, NOT_THEIRS)
    return list(dict.fromkeys(due.why for due in (*every, *others)))
