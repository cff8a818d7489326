"""The large shapes and letters: what a verdict says from afar, in rows of dots.

A shape is a rule over the unit square, x to the right and y down, that tells where there is ink;
so it can be drawn at any size. It speaks to somebody who sees neither colour nor words.
"""

# ruff: noqa: PLR2004 - the numbers are coordinates in the unit square

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import hypot
from typing import NamedTuple

Dots = tuple[str, ...]
"""Rows of dots, all of one length: `#` is ink, anything else is paper."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def scaled(dots: Dots, wide: int, high: int) -> Dots:
    """Repeat each dot `wide` times across and `high` times down."""
    rows = ("".join(dot * wide for dot in row) for row in dots)
    return tuple(row for row in rows for _ in range(high))


def beside(pictures: Sequence[Dots], gap: int) -> Dots:
    """Put pictures of one height in a row, `gap` columns of paper between them."""
    return tuple(("." * gap).join(rows) for rows in zip(*pictures, strict=True))


def to_lines(dots: Dots) -> list[str]:
    """Draw the dots with half blocks; an odd last row is completed with paper."""
    rows = [*dots, "." * len(dots[0])] if len(dots) % 2 else list(dots)
    return [
        "".join(_HALVES[up == "#", down == "#"] for up, down in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


Shape = Callable[[float, float], bool]


@lru_cache(maxsize=64)
def draw(shape: Shape, side: int) -> Dots:
    """Draw a shape in a square of `side` by `side` dots."""
    middles = [(index + 0.5) / side for index in range(side)]
    return tuple("".join("#" if shape(x, y) else "." for x in middles) for y in middles)


def tick(x: float, y: float) -> bool:
    """Come in."""
    return _stroke(x, y, (0.10, 0.56, 0.36, 0.82), 0.10) or _stroke(
        x, y, (0.36, 0.82, 0.90, 0.20), 0.10
    )


def no_entry(x: float, y: float) -> bool:
    """The road sign: a disc with a bar. Somebody has entered with this ticket."""
    return _within(x, y, 0.48) and not (abs(y - 0.5) < 0.10 and abs(x - 0.5) < 0.34)


def arrow(x: float, y: float) -> bool:
    """Go somewhere else."""
    shaft = 0.02 < x < 0.60 and abs(y - 0.5) < 0.13
    head = 0.52 < x < 0.98 and abs(y - 0.5) < (0.98 - x) * 0.95
    return shaft or head


def unequal(x: float, y: float) -> bool:
    """A ticket, but not to this."""
    bars = 0.08 < x < 0.92 and (abs(y - 0.36) < 0.075 or abs(y - 0.64) < 0.075)
    return bars or _stroke(x, y, (0.30, 0.92, 0.70, 0.08), 0.075)


def question(x: float, y: float) -> bool:
    """Nobody knows it."""
    away = hypot(x - 0.5, y - 0.33)
    hook = 0.15 < away < 0.31 and (y < 0.33 or x > 0.5)
    stem = abs(x - 0.5) < 0.08 and 0.48 < y < 0.70
    dot = hypot(x - 0.5, y - 0.88) < 0.10
    return hook or stem or dot


def cross(x: float, y: float) -> bool:
    """No more."""
    return _stroke(x, y, (0.14, 0.14, 0.86, 0.86), 0.11) or _stroke(
        x, y, (0.86, 0.14, 0.14, 0.86), 0.11
    )


def warning(x: float, y: float) -> bool:
    """The road sign: a triangle with an exclamation mark. This is something else."""
    triangle = 0.04 < y < 0.96 and abs(x - 0.5) < (y - 0.02) * 0.53
    bang = abs(x - 0.5) < 0.062 and (0.34 < y < 0.66 or 0.74 < y < 0.86)
    return triangle and not bang


def padlock(x: float, y: float) -> bool:
    """Shut."""
    body = 0.14 < x < 0.86 and 0.44 < y < 0.98
    keyhole = hypot(x - 0.5, y - 0.64) < 0.085 or (abs(x - 0.5) < 0.045 and 0.64 < y < 0.84)
    away = hypot(x - 0.5, y - 0.32)
    shackle = (0.18 < away < 0.31 and y < 0.32) or (0.18 < abs(x - 0.5) < 0.31 and 0.32 <= y < 0.5)
    return (body and not keyhole) or shackle


def way_out(x: float, y: float) -> bool:
    """A doorway, and an arrow out of it. Somebody leaves."""
    doorway = x > 0.42 and not (x < 0.86 and abs(y - 0.5) < 0.36) and abs(y - 0.5) < 0.48
    shaft = 0.30 < x < 0.74 and abs(y - 0.5) < 0.09
    head = 0.02 < x < 0.36 and abs(y - 0.5) < (x - 0.02) * 0.8
    return doorway or shaft or head


def stop(x: float, y: float) -> bool:
    """The road sign: an octagon, with a cross cut out. Nothing goes on."""
    across, down = abs(x - 0.5), abs(y - 0.5)
    octagon = across < 0.49 and down < 0.49 and across + down < 0.69
    cut = _stroke(x, y, (0.30, 0.30, 0.70, 0.70), 0.07) or _stroke(
        x, y, (0.70, 0.30, 0.30, 0.70), 0.07
    )
    return octagon and not cut


def frame(x: float, y: float) -> bool:
    """Show a code here: four corners and what they wait for."""
    across, down = abs(x - 0.5), abs(y - 0.5)
    corner = max(across, down) > 0.38 and min(across, down) > 0.20
    return (corner and max(across, down) < 0.49) or max(across, down) < 0.13


def dots(x: float, y: float) -> bool:
    """Wait."""
    return any(hypot(x - middle, y - 0.5) < 0.12 for middle in (0.16, 0.5, 0.84))


def _within(x: float, y: float, radius: float) -> bool:
    return hypot(x - 0.5, y - 0.5) < radius


def _stroke(x: float, y: float, line: tuple[float, float, float, float], half: float) -> bool:
    """Tell whether a point lies within `half` a stroke's width of the line (x1, y1, x2, y2)."""
    x1, y1, x2, y2 = line
    dx, dy = x2 - x1, y2 - y1
    along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)
    along = min(1.0, max(0.0, along))
    return hypot(x - x1 - along * dx, y - y1 - along * dy) < half


LARGE, SMALL = 7, 5
"""The fonts, by the dots from a letter's foot to its head."""


class Size(NamedTuple):
    """A size of letters.

    Attributes:
        font: `LARGE`, whose strokes are two dots wide, or `SMALL`, whose strokes are one.
        wide, high: how often each dot is repeated across and down.
    """

    font: int = LARGE
    wide: int = 1
    high: int = 1

    @property
    def height(self) -> int:
        """Return the dots from foot to head."""
        return self.font * self.high


NATURAL = Size()

_LARGE = (
    (
        "ABCDEFGH",
        """
        .####.|#####.|.####.|#####.|######|######|.####.|##..##
        ##..##|##..##|##..##|##..##|##....|##....|##..##|##..##
        ##..##|##..##|##....|##..##|##....|##....|##....|##..##
        ######|#####.|##....|##..##|#####.|#####.|##.###|######
        ##..##|##..##|##....|##..##|##....|##....|##..##|##..##
        ##..##|##..##|##..##|##..##|##....|##....|##..##|##..##
        ##..##|#####.|.####.|#####.|######|##....|.####.|##..##
        """,
    ),
    (
        "IJKLMNOP",
        """
        ##|....##|##..##|##....|##....##|##...##|.####.|#####.
        ##|....##|##..##|##....|###..###|###..##|##..##|##..##
        ##|....##|##.##.|##....|########|####.##|##..##|##..##
        ##|....##|####..|##....|##.##.##|##.####|##..##|#####.
        ##|##..##|##.##.|##....|##....##|##..###|##..##|##....
        ##|##..##|##..##|##....|##....##|##...##|##..##|##....
        ##|.####.|##..##|######|##....##|##...##|.####.|##....
        """,
    ),
    (
        "QRSTUVWX",
        """
        .####.|#####.|.####.|######|##..##|##..##|##....##|##..##
        ##..##|##..##|##..##|..##..|##..##|##..##|##....##|##..##
        ##..##|##..##|##....|..##..|##..##|##..##|##....##|.####.
        ##..##|#####.|.####.|..##..|##..##|##..##|##.##.##|..##..
        ##..##|####..|....##|..##..|##..##|##..##|########|.####.
        ##.##.|##.##.|##..##|..##..|##..##|.####.|###..###|##..##
        .###.#|##..##|.####.|..##..|.####.|..##..|##....##|##..##
        """,
    ),
    (
        "YZ012345",
        """
        ##..##|######|.####.|..##|.####.|.####.|...##.|######
        ##..##|....##|##..##|.###|##..##|##..##|..###.|##....
        ##..##|....##|##.###|####|....##|....##|.####.|#####.
        .####.|..##..|######|..##|...##.|..###.|##.##.|....##
        ..##..|.##...|###.##|..##|..##..|....##|######|....##
        ..##..|##....|##..##|..##|.##...|##..##|...##.|##..##
        ..##..|######|.####.|..##|######|.####.|...##.|.####.
        """,
    ),
    (
        "6789-.,'",
        """
        .####.|######|.####.|.####.|.....|..|...|##
        ##....|....##|##..##|##..##|.....|..|...|##
        ##....|...##.|##..##|##..##|.....|..|...|.#
        #####.|...##.|.####.|.#####|#####|..|...|..
        ##..##|..##..|##..##|....##|.....|..|.##|..
        ##..##|..##..|##..##|....##|.....|##|.##|..
        .####.|..##..|.####.|.####.|.....|##|##.|..
        """,
    ),
    (
        " /:&()+?",
        """
        ...|....##|..|.###..|..##|##..|......|.####.
        ...|....##|##|##.##.|.##.|.##.|..##..|##..##
        ...|...##.|##|.###..|##..|..##|..##..|....##
        ...|..##..|..|.###.#|##..|..##|######|...##.
        ...|.##...|##|##.###|##..|..##|..##..|..##..
        ...|##....|##|##.##.|.##.|.##.|..##..|......
        ...|##....|..|.###.#|..##|##..|......|..##..
        """,
    ),
    (
        "ÄÖÜÑ",
        """
        ##..##|##..##|##..##|.##.##.
        ......|......|......|.......
        .####.|.####.|##..##|##...##
        ##..##|##..##|##..##|###..##
        ######|##..##|##..##|####.##
        ##..##|##..##|##..##|##.####
        ##..##|.####.|.####.|##..###
        """,
    ),
)

_SMALL = (
    (
        "ABCDEFGHIJKLM",
        """
        .#.|##.|.##|##.|###|###|.##|#.#|#|..#|#.#|#..|#...#
        #.#|#.#|#..|#.#|#..|#..|#..|#.#|#|..#|#.#|#..|##.##
        ###|##.|#..|#.#|##.|##.|#.#|###|#|..#|##.|#..|#.#.#
        #.#|#.#|#..|#.#|#..|#..|#.#|#.#|#|#.#|#.#|#..|#...#
        #.#|##.|.##|##.|###|#..|.##|#.#|#|.#.|#.#|###|#...#
        """,
    ),
    (
        "NOPQRSTUVWXYZ",
        """
        #..#|###|###|####|##.|.##|###|#.#|#.#|#...#|#.#|#.#|###
        ##.#|#.#|#.#|#..#|#.#|#..|.#.|#.#|#.#|#...#|#.#|#.#|..#
        #.##|#.#|###|#..#|##.|.#.|.#.|#.#|#.#|#.#.#|.#.|.#.|.#.
        #..#|#.#|#..|#.##|#.#|..#|.#.|#.#|#.#|##.##|#.#|.#.|#..
        #..#|###|#..|####|#.#|##.|.#.|###|.#.|#...#|#.#|.#.|###
        """,
    ),
    (
        "0123456789",
        """
        .#.|.#|##.|##.|#.#|###|.##|###|###|###
        #.#|##|..#|..#|#.#|#..|#..|..#|#.#|#.#
        #.#|.#|.#.|.#.|###|##.|###|..#|.#.|###
        #.#|.#|#..|..#|..#|..#|#.#|.#.|#.#|..#
        .#.|.#|###|##.|..#|##.|###|.#.|###|##.
        """,
    ),
    (
        "-.,' /:&()+?",
        """
        ..|.|.|#|.|..#|.|.#..|.#|#.|...|##.
        ..|.|.|#|.|..#|#|#.#.|#.|.#|.#.|..#
        ##|.|.|.|.|.#.|.|.#..|#.|.#|###|.#.
        ..|.|#|.|.|#..|#|#.#.|#.|.#|.#.|...
        ..|#|#|.|.|#..|.|.#.#|.#|#.|...|.#.
        """,
    ),
    (
        "ÄÖÜÑ",
        """
        #.#|#.#|#.#|####
        .#.|...|...|....
        #.#|###|#.#|##.#
        ###|#.#|#.#|#.##
        #.#|###|###|#..#
        """,
    ),
)


def _cut(characters: str, sheet: str) -> dict[str, Dots]:
    rows = [row.strip().split("|") for row in sheet.strip().splitlines()]
    return dict(zip(characters, zip(*rows, strict=True), strict=True))


_FONTS: dict[int, dict[str, Dots]] = {
    font: {character: dots for sheet in sheets for character, dots in _cut(*sheet).items()}
    for font, sheets in ((LARGE, _LARGE), (SMALL, _SMALL))
}


_PLAINER = str.maketrans({"ß": "ss", "\u2019": "'", "\u2013": "-", "¿": None, "¡": None})


def letterable(text: str) -> str | None:
    """Return the text in the letters that can be drawn, or nothing where one of them can't.

    What other accents there are go (they are too fine to carry): `Fenêtre` becomes `FENETRE`.
    """
    whole = unicodedata.normalize("NFC", text.translate(_PLAINER)).upper()
    bare = "".join(c if c in _FONTS[LARGE] else _without_accent(c) for c in whole)
    return bare if bare and all(c in _FONTS[LARGE] for c in bare) else None


def _without_accent(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def width(text: str, size: Size = NATURAL) -> int:
    """Return how many dots across a letterable text takes."""
    glyphs = _FONTS[size.font]
    return (sum(len(glyphs[c][0]) for c in text) + len(text) - 1) * size.wide


def letter(text: str, size: Size = NATURAL) -> Dots:
    """Draw a letterable text."""
    return scaled(beside([_FONTS[size.font][c] for c in text], 1), size.wide, size.high)
