"""What a guard is told about a ticket beside its verdict."""

from scanner.admission.door import Notice, Unjudged
from scanner.admission.ticket import Unclaimed
from scanner.wording.catalogue import say
from scanner.wording.plain import plain

LONGEST_TEXT = 600
"""Characters of an organiser's text at the door."""


def notice_lines(notice: Notice, *, admits: bool) -> tuple[str, ...]:
    """Word a notice, the gravest first; what was not judged or asked matters to who is let in."""
    lines = [say("LOOK CLOSELY: the organiser has marked this ticket.")] if notice.attention else []
    if text := plain(notice.text, LONGEST_TEXT):
        lines.append(text)
    if admits and notice.unclaimed:
        lines.append(not_claimed())
    if admits and Unjudged.RULES in notice.unjudged:
        lines.append(say("Not checked here: the organiser's own rules for this ticket."))
    if admits and Unjudged.QUESTIONS in notice.unjudged:
        lines.append(say("Not asked here: the organiser's questions without an answer."))
    return tuple(lines)


def policy_word(policy: Unclaimed) -> str:
    """Say what a gate does while the venue's other gates can't be asked."""
    return {Unclaimed.ADMIT: say("let in and mark"), Unclaimed.REFUSE: say("let nobody in")}[policy]


def not_claimed() -> str:
    """Say that a ticket was let in without an answer of the venue's other gates."""
    return say("NOT CLAIMED: the other gates could not be asked.")
