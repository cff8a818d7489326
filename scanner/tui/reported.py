"""What the rooms below report in English, said in the guard's language.

They know no language; a sentence of theirs is recognised by its form, and what is not recognised
is shown as it is.
"""

import re

from scanner.words import say

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
    "{name} was unplugged; trying again.",
    "{name} was unplugged; plug it in again.",
    "{name} is not there; plug it in, or choose another with --camera.",
    "{name} gives no picture; close the program that uses it, or choose another with --camera.",
    "The ticketing API at {host} can't be reached; check the address and the network.",
    "The ticketing API at {host} does not answer in time; check the address and the network.",
    "The ticketing API at {host} broke off the connection; check the address and the network.",
    "There is no ticketing API at {host}; check the address.",
    "This code belongs to no admission token; check it, or ask the supervisor for another.",
    "The ticketing API wants a valid key to open a session with; "
    "log in with `scanner login`, or give one in SCANNER_API_KEY.",
    "The admission token is no longer valid; open a session with a valid token "
    "for this event, and what is queued is delivered.",
    "The network is left off; the queue waits for `scanner replay`.",
    "The turnstile at {port} takes no line; check its cable, and let the patron in by hand.",
    "The turnstile's command {command} can't be started ({why}); let the patron in by hand.",
    "The turnstile's command did not end within {seconds} s; let the patron in by hand.",
    "The turnstile's command failed with code {code}; let the patron in by hand.",
    "The turnstile is too slow; let patrons in by hand.",
    "The turnstile came too late; let the patron in by hand.",
    "The turnstile failed; let the patron in by hand, and see the log.",
)
"""The sentences that a guard meets on an evening; `name` is a camera's or a scanner's."""


def recognised_by(form: str) -> re.Pattern[str]:
    """Return what recognises a form, its `{placeholders}` as groups."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(form)), re.DOTALL)


_PATTERNS = tuple((form, recognised_by(form)) for form in FORMS)


def reported(english: str) -> str:
    """Return a report in the chosen language."""
    for form, pattern in _PATTERNS:
        if match := pattern.fullmatch(english):
            return say(form, **match.groupdict())
    return english
