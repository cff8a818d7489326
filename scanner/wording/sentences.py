"""A fact becomes a sentence here, in the language that is spoken or in English."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path

from scanner.facts import Fact, Value
from scanner.wording.catalogue import decimal, english, number, say, say_count
from scanner.wording.plain import clock_time, plain

Params = Mapping[str, Value]

LONGEST_PATH = 4096
"""Characters of a path that is shown: as many as a path can have (PATH_MAX)."""


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence about a number of things, its parameter `count`: about one, and about more."""

    one: str
    many: str


Sentence = str | Plural | Callable[[Params], str]
"""A text with `{placeholders}` for the parameters; what can't be said so is a function.

The parameter `count` is written with its thousands apart; any other number as it is.
"""


def sentence(fact: Fact) -> str:
    """Return the fact in the language that is spoken, fit to be shown on one line."""
    if fact.code == "text":
        return shown(fact.params["text"])
    template = _table(fact.code.partition(".")[0])[fact.code]
    if callable(template):
        return template(fact.params)
    count = fact.params.get("count")
    values = {name: shown(value) for name, value in fact.params.items() if name != "count"}
    if isinstance(template, Plural) and isinstance(count, int):
        return say_count(template.one, template.many, count, **values)
    if isinstance(count, int):
        values["count"] = number(count)
    return say(str(template), **values)


def in_english(fact: Fact) -> str:
    """Return the fact in English, for programs and exports."""
    with english():
        return sentence(fact)


def shown(value: Value) -> str:
    """Return a parameter as a sentence holds it; foreign text is made harmless."""
    match value:
        case Fact():
            return sentence(value)
        case datetime():
            return clock_time(value)
        case float():
            return decimal(value)
        case None:
            return ""
        case Path():
            return plain(str(value), LONGEST_PATH)
        case _:
            return plain(str(value))


_WITH_ANOTHERS = {
    "bench": "cli",
    "web": "cli",
    "doctor": "desk",
    "demo": "training",
    "scenario": "training",
    "journal": "audit",
    "config": "machine",
    "keystore": "machine",
    "pin": "machine",
}
"""Rooms whose few sentences stand with another room's."""


@cache
def _table(room: str) -> Mapping[str, Sentence]:
    """Return a room's sentences by code; read when the first of them is said."""
    module = _WITH_ANOTHERS.get(room, room)
    found: Mapping[str, Sentence] = import_module(f"scanner.wording.{module}").SENTENCES
    return found
