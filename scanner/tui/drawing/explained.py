"""Every verdict explained: its look, what it means and what to do. All help pages show this."""

from collections.abc import Iterator

from textual.content import Content

from scanner.admission.verdict import Reason, Verdict
from scanner.tui.drawing.faces import CANNOT_RECORD, FACES, Face
from scanner.tui.drawing.theme import tint
from scanner.wording.catalogue import say
from scanner.wording.verdict import headline, meaning, name_of, title, to_do

_INDENT = "  "
_GAP = 2
_LONGEST_NAME = 24
_NARROW = 60
"""Cells; with fewer, a name stands above its explanation and not beside it."""


def every_verdict(width: int, _height: int = 0) -> Content:
    """List all verdicts by their looks, the green ones first, then what gates agree on."""
    reasons = sorted(Reason, key=_place)
    lines, above = list[Content](), ""
    for reason in reasons:
        verdict = Verdict(reason)
        if (words := headline(verdict)) != above:
            lines += [*([Content("")] if lines else []), _heading(FACES[verdict.light], words)]
            above = words
        lines += _explanation(reason, width)
    means = say("Nothing can be recorded, so nobody is let in.")
    lines += [Content(""), _heading(CANNOT_RECORD, say("CANNOT RECORD"))]
    lines += _entry("", means, say("Nobody may enter. Call the supervisor."), width)
    return Content("\n").join([*lines, *_of_a_venue(width)])


def _of_a_venue(width: int) -> Iterator[Content]:
    """Explain what gates of one house agree on."""
    heading = Content.styled(f"◆ {say('SEVERAL GATES OF ONE VENUE')}", "bold")
    yield from (Content(""), *heading.wrap(width))
    told = (
        (
            say("Claimed"),
            say("The first gate to ask gets the ticket; every other gate knows it at once."),
            say("Nothing to do."),
        ),
        (
            say("Not claimed"),
            say("Let in while no other gate could be asked; it is claimed when they answer."),
            say("Let them in, and look closely at ticket and person."),
        ),
        (
            say("Double entry"),
            say("One ticket was let in at two gates, of which one could not ask."),
            say("Call the supervisor. w names the other gate; a notes what was done."),
        ),
    )
    for name, means, do in told:
        yield from _entry(name, means, do, width)


def one_verdict(reason: Reason, width: int, _height: int = 0) -> Content:
    """Explain one verdict, such as the last."""
    verdict = Verdict(reason)
    heading = _heading(FACES[verdict.light], headline(verdict))
    heading = Content("  ").join([heading, Content.styled(say("the last verdict"), "$faint")])
    return Content("\n").join([heading, *_explanation(reason, width)])


def _place(reason: Reason) -> tuple[int, bool]:
    """Order by look, in each what has the look's own title first."""
    verdict = Verdict(reason)
    return list(FACES).index(verdict.light), headline(verdict) != title(verdict.light)


def _heading(face: Face, title: str) -> Content:
    return Content.styled(f"{face.symbol} {title}", f"bold {tint(face)}")


def _explanation(reason: Reason, width: int) -> Iterator[Content]:
    return _entry(name_of(reason), meaning(reason), to_do(reason), width)


def _entry(name: str, means: str, do: str, width: int) -> Iterator[Content]:
    """Set the name at the left, the rest beside it, or below it where it is narrow."""
    beside = width >= _NARROW
    left = min(_LONGEST_NAME, width // 3) if beside else 0
    room = max(1, width - len(_INDENT) - (left + _GAP if beside else 0))
    right = [*Content(means).wrap(room), *Content.styled(do, "bold").wrap(room)]
    names = Content(name).wrap(left if beside else room) if name else []
    if not beside:
        yield from (Content(_INDENT).append(each) for each in [*names, *right])
        return
    for place in range(max(len(names), len(right))):
        first = names[place] if place < len(names) else Content("")
        behind = right[place] if place < len(right) else Content("")
        yield (
            Content(_INDENT).append(first.pad_right(left + _GAP - first.cell_length)).append(behind)
        )
