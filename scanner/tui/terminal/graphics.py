"""What a terminal can draw beside text: it is asked once, and its answer is told from keys.

Answers come between the keys, as keys do. Whatever reads them must be what reads the keys, or one
of the two loses some; so it is the driver, and not the library that encodes the pictures.
"""

import fcntl
import re
import struct
import termios
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

QUESTIONS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
"""Kitty's protocol by a picture of one pixel that isn't kept; a cell's size; and, as the last and
answered by every terminal, its attributes (DA1), where 4 means Sixel."""

_ANSWER = re.compile(
    r"\x1b\[\?(?P<attributes>[\d;]*)c"
    r"|\x1b\[6;(?P<height>\d+);(?P<width>\d+)t"
    r"|\x1b_G(?P<kitty>[^\x1b]*)\x1b\\"
)
_BEGUN = re.compile(r"\x1b(?:\[(?:\?[\d;]*|6(?:;[\d;]*)?)|_(?:G[^\x1b]*\x1b?)?)\Z")
_PERHAPS_BEGUN = re.compile(_BEGUN.pattern + r"|\x1b\[?\Z")
_SIXEL = "4"


class Graphics(Enum):
    """How a picture gets onto a terminal's screen."""

    BLOCKS = auto()
    SIXEL = auto()
    KITTY = auto()


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a terminal draws, and how many pixels its cells have.

    Attributes:
        graphics: the way that it can take pictures.
        cell: pixels of a cell, across and down; 0 where nobody knows.
    """

    graphics: Graphics = Graphics.BLOCKS
    cell: tuple[int, int] = (0, 0)


class Answers:
    """Takes a terminal's answers out of what it sends.

    Args:
        on_answered: called once, as soon as all is known.
    """

    def __init__(self, on_answered: Callable[[], None]) -> None:
        self.abilities: Abilities | None = None
        self._on_answered = on_answered
        self._kitty = False
        self._cell = (0, 0)
        self._held = ""

    @property
    def holds(self) -> bool:
        """Whether the beginning of what may be an answer waits for its rest."""
        return bool(self._held)

    def feed(self, text: str) -> str:
        """Return what is left of a text for the keyboard's parser, in its order."""
        text = _ANSWER.sub(self._take, self._held + text)
        # Esc alone is a key: once the answer is there, it is not held up.
        begun = (_BEGUN if self.abilities else _PERHAPS_BEGUN).search(text)
        self._held = text[begun.start() :] if begun else ""
        return text[: begun.start()] if begun else text

    def flush(self) -> str:
        """Return what was held and isn't an answer: nothing came after it."""
        held, self._held = self._held, ""
        return held

    def _take(self, answer: re.Match[str]) -> str:
        if (kitty := answer["kitty"]) is not None:
            self._kitty |= kitty.endswith(";OK")
        elif answer["height"]:
            self._cell = int(answer["width"]), int(answer["height"])
        elif self.abilities is None:
            self.abilities = Abilities(self._graphics(answer["attributes"].split(";")), self._cell)
            self._on_answered()
        return ""

    def _graphics(self, attributes: list[str]) -> Graphics:
        # Some draw Kitty's pictures, but not where its placeholders stand; those have Sixel.
        if _SIXEL in attributes[1:]:
            return Graphics.SIXEL
        return Graphics.KITTY if self._kitty else Graphics.BLOCKS


def abilities_of(app: "App[Any]", on_answered: Callable[[], None]) -> Abilities:
    """Return what an app's terminal is known to draw; asks it, the first time.

    Drivers that aren't this program's have no answer: a browser's, and none at all.

    Args:
        app: the one whose terminal is meant.
        on_answered: called in the app's loop when the answer comes.
    """
    ask = getattr(app._driver, "ask_for_graphics", None)
    return ask(on_answered) if ask else Abilities()


def write(app: "App[Any]", sequence: str) -> None:
    """Write to an app's terminal, after all that was written before."""
    if app._driver:
        app._driver.write(sequence)


def cell_size(terminal: int) -> tuple[int, int]:
    """Return the pixels of a cell, across and down; 0 where the kernel wasn't told."""
    try:
        asked = fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return 0, 0
    rows, columns, across, down = struct.unpack("HHHH", asked)
    return across // max(columns, 1), down // max(rows, 1)
