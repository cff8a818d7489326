"""Verdicts in the guard's language: the rules speak English, and so does the journal.

A sentence of the rules is recognised by its form, its values are taken out, and both are said
anew. A sentence that is not recognised is shown as it is.
"""

import re
from dataclasses import replace

from scanner.tui.drawing.faces import Face
from scanner.wording.catalogue import say
from scanner.wording.reported import recognised_by, reported

SENTENCES = (
    "Valid ticket",
    "Let the patron in.",
    "Ask for the ticket's code.",
    "Ask for another ticket.",
    "Ask for a ticket to this event.",
    "Ask for another ticket, or call the supervisor.",
    "Ask for the new ticket, or call the supervisor.",
    "Already admitted at this gate",
    "This ticket is for another event",
    "This ticket is not on the list",
    "This code belonged to an earlier owner of the ticket",
    "This ticket was cancelled",
    "This ticket was transferred to somebody else",
    "This ticket is no longer valid",
    "This ticket was taken off the list",
    "No session is open on this gate",
    "The admission token is no longer valid",
    "This gate has no ticket list yet",
    "Call the supervisor: a session must be opened.",
    "Call the supervisor: a session must be opened with a valid token.",
    "Wait for the first sync, or call the supervisor.",
    "a text too long for a ticket",
    "an empty code",
    "more than one ticket in one code",
    "a payment code",
    "a web address",
    "a Wi-Fi code",
    "a business card",
    "a number, such as a product's bar code",
    "some other text",
    "here",
    "at another gate",
    "This is training: real tickets are not judged here",
    "Send the patron to a real gate.",
)
"""The sentences and parts of `scanner.admission`, and of training's gate, that hold no value."""

FORMS = (
    "This is {what}",
    "This ticket is for {section}",
    "Send the patron to {section}.",
    "Let in by the supervisor: {reason}",
    "The ticketing API refused it: {why}",
    "Already admitted {circumstances}",
    "at {gate}",
    "by {guard}",
    "{count} s ago",
    "{count} min ago",
    "{count} h ago",
    "on {date}",
    "at {time} UTC",
)
"""Those that do; `circumstances` is where, by whom and when, each only where it is known."""

_PATTERNS = tuple((form, recognised_by(form)) for form in FORMS[:6])
_CIRCUMSTANCES = re.compile(
    r"(?:(?P<fixed>here|at another gate)|(?:at (?P<gate>.+?))?(?: ?by (?P<guard>.+?))?)"
    r"(?: ?(?P<when>\d+ (?:s|min|h) ago|on \d{4}-\d\d-\d\d|at \d\d:\d\d UTC))?"
)
_WHEN = (
    ("{count} s ago", re.compile(r"(?P<count>\d+) s ago")),
    ("{count} min ago", re.compile(r"(?P<count>\d+) min ago")),
    ("{count} h ago", re.compile(r"(?P<count>\d+) h ago")),
    ("on {date}", re.compile(r"on (?P<date>\S+)")),
    ("at {time} UTC", re.compile(r"at (?P<time>\S+) UTC")),
)


def in_words(english: str) -> str:
    """Return a sentence of the rules in the chosen language."""
    if english in SENTENCES:
        return say(english)
    for form, pattern in _PATTERNS:
        if match := pattern.fullmatch(english):
            values = match.groupdict()
            if "what" in values:
                values["what"] = say(values["what"])
            if "why" in values:
                values["why"] = reported(values["why"])
            if "circumstances" in values:
                values["circumstances"] = _circumstances(values["circumstances"])
            return say(form, **values)
    return english


def localised(face: Face) -> Face:
    """Return the face with its words in the chosen language, on two lines at most."""
    title = say(face.title)
    if title == face.title:
        return face
    spaces = [at for at, letter in enumerate(title) if letter == " "]
    if not spaces:
        return replace(face, words=(title,))
    middle = min(spaces, key=lambda at: abs(at - len(title) // 2))
    return replace(face, words=(title[:middle], title[middle + 1 :]))


def _circumstances(english: str) -> str:
    match = _CIRCUMSTANCES.fullmatch(english)
    if not match:
        return english
    found = match.groupdict()
    parts = [
        say(found["fixed"]) if found["fixed"] else "",
        say("at {gate}", gate=found["gate"]) if found["gate"] else "",
        say("by {guard}", guard=found["guard"]) if found["guard"] else "",
        _when(found["when"]) if found["when"] else "",
    ]
    return " ".join(part for part in parts if part)


def _when(english: str) -> str:
    for form, pattern in _WHEN:
        if match := pattern.fullmatch(english):
            return say(form, **match.groupdict())
    return english
