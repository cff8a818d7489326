"""Text from tickets, codes and servers, made harmless to show.

A code can hold anything: terminal commands, markup, text that turns its neighbours round, a pile
of accents that climbs into the line above. What is left after `plain` fills only its own cells.
The other functions here make it fit for a line, a spreadsheet, a page, or JSON.
"""

import html
import json
import re
import unicodedata
from datetime import datetime
from typing import Any

LONGEST_SHOWN = 200
"""Characters of one foreign text that a screen shows."""

_MOST_ACCENTS = 2  # on one letter, after composition; enough for Vietnamese, Thai and Hindi
_FORMULA = re.compile(r"(^|[;\t])(?=\s*[=+\-@\u2212|%])")
"""Where a spreadsheet would read a formula; many take `;` for the end of a cell."""


def plain(text: str | None, longest: int = LONGEST_SHOWN) -> str:
    """Return the text on one line without control, format or private characters.

    What can't be shown becomes a space; runs of space become one; what is longer than `longest`
    characters ends in an ellipsis.
    """
    shown = " ".join(plain_line((text or "")[: longest * 4]).split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


def plain_line(text: str) -> str:
    """Return a line that was put together of words and `plain` texts; its spaces stay."""
    return "".join(_visible(unicodedata.normalize("NFC", text)))


def plain_cell(value: Any) -> Any:
    """Return a value as a spreadsheet may have it: a text, whole and never a formula."""
    if isinstance(value, dict | list):
        return plain_cell(json.dumps(value, ensure_ascii=False))
    if not isinstance(value, str):
        return value
    text = plain(value, max(1, len(value)))
    # A full-width sign is a formula's, too.
    signs = "".join(unicodedata.normalize("NFKC", each)[:1] or " " for each in text)
    for found in reversed(list(_FORMULA.finditer(signs))):
        text = f"{text[: found.end()]}'{text[found.end() :]}"
    return text


def plain_html(text: str | None) -> str:
    """Return a text as a page may have it, between tags or in quotes."""
    return html.escape(plain(text))


def plain_json(value: Any, indent: int | None = None) -> str:
    """Return JSON in which nothing but printable ASCII stands; it reads back as it was."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def _visible(text: str) -> list[str]:
    visible: list[str] = []
    accents = 0
    for character in text:
        category = unicodedata.category(character)
        accents = accents + 1 if category[0] == "M" else 0
        if accents > _MOST_ACCENTS or "\ufe00" <= character <= "\ufe0f":
            continue
        visible.append(" " if category[0] in "CZ" else character)
    return visible


def clock_time(at: datetime) -> str:
    """Return an aware time as the guard's wristwatch shows it: local, 24 hours, with seconds."""
    return f"{at.astimezone():%H:%M:%S}"


def moment(at: datetime, now: datetime) -> str:
    """Return a time of today's as `clock_time`, and one of another day with its date."""
    local, today = at.astimezone(), now.astimezone().date()
    return clock_time(at) if local.date() == today else f"{local:%Y-%m-%d} {clock_time(at)}"


def recorded_time(at: object) -> str:
    """Return the time of day of a moment, which is a text where it was read from a record."""
    try:
        return clock_time(at if isinstance(at, datetime) else datetime.fromisoformat(str(at)))
    except ValueError:
        return ""


def day_and_time(at: object) -> str:
    """Return a moment as a person reads it: local, its date first, its zone last.

    A text that is no moment stays as it came.
    """
    try:
        found = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    except ValueError:
        return str(at)
    return f"{found.astimezone():%Y-%m-%d %H:%M:%S %Z}"
