"""What the rooms below report in English, said in the guard's language.

They know no language; a sentence of theirs is recognised by its form, and what is not recognised
is shown as it is. What fills a form can have one of its own.
"""

import re
from functools import cache

from scanner.wording.catalogue import language, say

FORMS = (
    "Too dark: turn on a light, or the phone's screen up.",
    "Glare: tilt the code away from the light.",
    "Hold closer.",
    "Hold still.",
    "The camera is starting.",
    "The camera is off.",
    "The camera has failed; start scanner again and see its log.",
    "{name} is looking.",
    "{name} is ready.",
    "{name} has come to its end.",
    "{name} holds no picture that can be read; choose another.",
    "{name} was unplugged; trying again.",
    "{name} was unplugged; plug it in again.",
    "{name} is not there; plug it in, or choose another with --camera.",
    "No camera is called {name}, and no file; plug it in, or choose from scanner devices.",
    "{name} gives no picture; close the program that uses it, or choose another with --camera.",
    "Two codes in view: show one at a time.",
    "Too dark: turn a lamp on, or turn the camera to the light.",
    "Too bright: turn the camera away from the lamp or the window.",
    "Glare: tilt the camera, or move the lamp.",
    "Nothing to see: hold a ticket before the camera.",
    "Too far: hold the ticket closer.",
    "Not sharp: hold still, or move the ticket until it is in focus.",
    "Good.",
    "A picture could not be read; if this stays, see the log.",
    "{name} may not be used by you; join the group that owns {device}, often video, "
    "and log in again.",
    "{name} may not be used by you; install assets/udev/70-scanner.rules, "
    "then unplug it and plug it in again.",
    "{name} is held by another program; close that one.",
    "{name} can't be read; close the program that uses it.",
    "{name} is not there; plug it in.",
    "{name} needs the library for serial ports; install pyserial.",
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
"""The sentences that a guard or a trainee meets; `name` is a camera's or a scanner's."""

NAMES = (
    "Camera {number}",
    "Picture {file}",
    "Folder {file}",
    "Video {file}",
    "Demo camera",
)
"""What a camera is called that has no name of its own; only within a sentence."""


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
            return say(form, **{name: _said(filled[name], (*FORMS, *NAMES)) for name in filled})
    return english
