"""What the rooms below report in English, said in the guard's language.

They know no language; a sentence of theirs is recognised by its form, and what is not recognised
is shown as it is. What fills a form can have one of its own.
"""

import re
from functools import cache

from scanner.wording.catalogue import language, say

FORMS = (
    "admitted before by {guard} at {gate} at {time} UTC",
    "admitted before by {guard} at {gate}",
    "somebody",
    "a gate",
    "{refusal}; an earlier request may still arrive",
    "the API does not know this ticket",
    "the token no longer permits {section}",
    "the API granted no admission; the ticket's status is {status}",
    "no answer came; the API does not list it",
    "it did not leave this gate",
    "it gave no reason",
    "the API did not take the batch: {said}",
    "the API takes smaller batches",
    "the API took no requests ({status})",
)
"""The sentences that a guard or a trainee meets."""


@cache
def recognised_by(form: str) -> re.Pattern[str]:
    """Return what recognises a form, its `{placeholders}` as groups."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(form)), re.DOTALL)


def reported(english: str) -> str:
    """Return a report in the chosen language."""
    return english if language() == "en" else _said(english, FORMS)


def _said(english: str, forms: tuple[str, ...]) -> str:
    for form in forms if english else ():
        # A pattern is compiled once it may match: all of them would make the gate open late.
        begin, end = form.partition("{")[0], form.rpartition("}")[2]
        if not (english.startswith(begin) and english.endswith(end)):
            continue
        if match := recognised_by(form).fullmatch(english):
            filled = match.groupdict()
            return say(form, **{name: _said(filled[name], FORMS) for name in filled})
    return english
