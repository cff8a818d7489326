"""What an event's door allows, and what a guard is told beside a verdict."""

from enum import StrEnum
from typing import NamedTuple


class Unjudged(StrEnum):
    """What a ticket has to meet beyond the house rules, and only its platform can tell.

    The verdict stands without it: the platform is asked before the light where it can be, and the
    guard is told.
    """

    RULES = "rules"
    QUESTIONS = "questions"


class DoorRules(NamedTuple):
    """What the platform lets this door do, beyond one admission for a ticket.

    Attributes:
        multiple_entries: whether a ticket lets in again and again.
        entry_after_exit: whether it lets in again who has left.
        custom_rules: whether every ticket here has to meet rules that only the platform can judge.
    """

    multiple_entries: bool = False
    entry_after_exit: bool = False
    custom_rules: bool = False


class Notice(NamedTuple):
    """What the guard is told about a ticket beside the verdict; it decides nothing.

    Attributes:
        attention: whether the organiser wants this ticket to be looked at.
        text: what they want said at the door; may be empty.
        unjudged: what this gate could not judge itself.
        unclaimed: whether it was let in without an answer of the venue's other gates.
    """

    attention: bool = False
    text: str = ""
    unjudged: frozenset[Unjudged] = frozenset()
    unclaimed: bool = False
