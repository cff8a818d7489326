"""For terminals without Unicode: every character becomes one that the oldest console can show."""

import locale
import os
import unicodedata
from functools import lru_cache
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "█": "#", "▀": '"', "▄": "o", "▌": "|", "▐": "|", "▔": "-", "▁": "_", "▂": "_", "▃": ".",
    "▅": "+", "▆": "*", "▇": "#", "▎": "|", "▊": "#", "▏": "|", "▕": "|", "▖": ".", "▗": ".",
    "✓": "v", "⊖": "-", "→": ">", "←": "<", "≠": "/", "✗": "x", "■": "#", "⊗": "X", "◇": "o",
    "…": ".", "●": "*", "○": "o", "◌": ".", "◷": "@", "◴": "@", "▲": "!", "·": "-", "◂": "<",
    "▸": ">", "─": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┌": "+", "┐": "+",
    "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "•": "*", "\u2019": "'",
    "ß": "s", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "æ": "e", "¿": "?",
    "¡": "!", "⏎": "<", "↑": "^", "↓": "v", "«": '"', "»": '"', "\u2013": "-", "\u2014": "-",
    "▒": "+", "░": ".", "„": '"', "“": '"', "”": '"', "\u00d7": "x",
}  # fmt: skip


class AsciiOnly(LineFilter):
    """Replaces characters in what is about to be drawn, each by as many cells as it had."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's
        """Return the segments in ASCII."""
        return [
            segment if segment.text.isascii() else segment._replace(text=to_ascii(segment.text))
            for segment in segments
        ]


def to_ascii(text: str) -> str:
    """Return a text of the same width in cells without any character beyond ASCII."""
    return "".join(map(_one, text))


def wanted(setting: str) -> bool:
    """Tell whether ASCII is wanted: always, never, or where the terminal can do no better.

    Linux's own console has a font of 256 or 512 characters, and no half of the shapes in it.
    """
    if setting == "auto":
        encoding = locale.getpreferredencoding(do_setlocale=False).lower().replace("-", "")
        return encoding not in ("utf8", "cp65001") or os.environ.get("TERM") == "linux"
    return setting == "ascii"


def is_ascii(app: App[Any]) -> bool:
    """Tell whether an app's screen is drawn in ASCII."""
    return any(isinstance(each, AsciiOnly) for each in app.get_line_filters())


@lru_cache(maxsize=4096)
def _one(character: str) -> str:
    if character.isascii():
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    bare = unicodedata.normalize("NFKD", character)[:1]
    width = cell_len(character)
    return bare if bare.isascii() and width == 1 else "?" * width
