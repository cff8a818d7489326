"""Text from tickets, codes and servers, made harmless to show.

A code can hold anything: terminal commands, markup, text that turns its neighbours round, a pile
of accents that climbs into the line above. What is left after `plain` fills only its own cells.
"""

import unicodedata
from datetime import datetime

LONGEST_SHOWN = 200
"""Characters of one foreign text that a screen shows."""

_MOST_ACCENTS = 2  # on one letter, after composition; enough for Vietnamese, Thai and Hindi


def plain(text: str | None, longest: int = LONGEST_SHOWN) -> str:
    """Return the text on one line without control, format or private characters.

    What can't be shown becomes a space; runs of space become one; what is longer than `longest`
    characters ends in an ellipsis.
    """
    shown = "".join(_visible(unicodedata.normalize("NFC", (text or "")[: longest * 4])))
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


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
