"""What training's rules and scenarios say in English, said in the trainee's language.

A venue's own scenarios are shown as they were written: the catalogue has no words for them.
"""

from collections.abc import Iterator

from scanner.training.answers import ACTS, REASONS, Answer, reasons_why
from scanner.training.casting import Prop
from scanner.training.crowd import Patron
from scanner.training.drill import LEFT_UNANSWERED, LEFT_UNSEEN, TOO_LATE
from scanner.training.incident import CARDS
from scanner.training.library import shipped_folder
from scanner.training.marks import Decision
from scanner.training.records import SOMEBODY
from scanner.training.role import PARTS, QUESTIONS
from scanner.training.scenario_file import read_scenario
from scanner.training.shift import ANOTHERS, NOTHING_READ
from scanner.tui.drawing.faces import FACES
from scanner.tui.training.theme import NOBODY, WHAT_NOW
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.reasons import in_words
from scanner.wording.reported import recognised_by

_ANOTHERS = recognised_by(ANOTHERS)
_SHOWN = frozenset({*CARDS.values(), NOTHING_READ, LEFT_UNSEEN, LEFT_UNANSWERED})


def sentences() -> Iterator[str]:
    """Return what is said here, for the translators."""
    for part in PARTS.values():
        yield from (*part.lines, part.who)
    yield from (*QUESTIONS, *CARDS.values(), *ACTS.values(), *REASONS.values())
    yield from (*reasons_why(), TOO_LATE, NOTHING_READ, ANOTHERS, LEFT_UNSEEN, LEFT_UNANSWERED)
    yield from (WHAT_NOW.title, NOBODY.title, SOMEBODY)
    for file in sorted(shipped_folder().glob("*.toml")):
        scenario = read_scenario(file)
        yield from (scenario.title, scenario.about)


def patrons_words(patron: Patron, prop: Prop) -> str:
    """Return what a patron says, in quotation marks."""
    words = say(patron.says, name=prop.owner or "", section=prop.section or "")
    if patron.question:
        words = f"{words} {say(patron.question)}"
    return say("“{words}”", words=plain(words))


def done(answer: Answer) -> str:
    """Say an answer as a sentence's end: "turn away: not a ticket"."""
    words = say(ACTS[answer.act])
    if answer.reason is None:
        return words
    return say("{what}: {which}", what=words, which=say(REASONS[answer.reason]))


def shown(decision: Decision) -> str:
    """Say what the gate showed, or what the card asked."""
    if match := _ANOTHERS.fullmatch(decision.shown):
        return say(ANOTHERS, reason=in_words(match["reason"]), whose=plain(match["whose"]))
    english = plain(decision.shown)
    return say(english) if english in _SHOWN else in_words(english)


def light(decision: Decision) -> str:
    """Name the light; nothing where there was none."""
    return say(FACES[decision.verdict].title) if decision.verdict else ""


def why(decision: Decision) -> str:
    """Say why what is right is right."""
    reason = decision.due.why.removeprefix(f"{TOO_LATE} ")
    late = f"{say(TOO_LATE)} " if reason != decision.due.why else ""
    return f"{late}{say(reason)}"
