"""The layout of a poster in columns and rows: as large as it fits, the shape beside the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from scanner.tui.drawing import shapes
from scanner.tui.drawing.faces import Face
from scanner.tui.drawing.poster import Poster
from scanner.tui.drawing.shapes import Dots, to_lines

if TYPE_CHECKING:
    from rich.console import Console

import unicodedata

from scanner.tui.drawing.shapes import beside, scaled

HEIGHT = 7
"""Dots from the foot of a letter to its head, unscaled."""

_SHEETS = (
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
)


def _cut(characters: str, sheet: str) -> dict[str, Dots]:
    rows = [row.strip().split("|") for row in sheet.strip().splitlines()]
    return dict(zip(characters, zip(*rows, strict=True), strict=True))


_GLYPHS: dict[str, Dots] = {
    character: dots for sheet in _SHEETS for character, dots in _cut(*sheet).items()
}


def letterable(text: str) -> str | None:
    """Return the text in the letters that can be drawn, or nothing where one of them can't.

    Accents go (they are too fine to carry): `Süd` becomes `SUD`.
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).upper()
    return bare if bare and all(c in _GLYPHS for c in bare) else None


def width(text: str, wide: int = 1) -> int:
    """Return how many dots across a letterable text takes, `wide` times its natural width."""
    return (sum(len(_GLYPHS[c][0]) for c in text) + len(text) - 1) * wide


def draw(text: str, wide: int = 1, high: int = 1) -> Dots:
    """Draw a letterable text, every dot `wide` dots across and `high` down."""
    return scaled(beside([_GLYPHS[c] for c in text], 1), wide, high)


_SCALES = ((5, 6), (4, 5), (4, 4), (3, 4), (3, 3), (2, 3), (2, 2), (1, 2), (1, 1))
_MARGIN = 1  # columns on either side
_GAP = 3  # columns between shape and words
_SMALLEST_SHAPE = 10  # dots
_SHAPE_TO_WORDS = 0.8  # the least height of the shape, as a part of the words'


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a set poster, already padded to its place."""

    text: str
    bold: bool = False


def arrange(poster: Poster, columns: int, rows: int) -> list[Line]:
    """Set a poster: never more than `rows` lines, none wider than `columns` cells.

    The words keep their large letters as long as the small print can make room for them.
    """
    if columns < 1 or rows < 1:
        return []
    why, what = _wrapped(poster.sentence, columns), _wrapped(poster.advice, columns)
    detail = [Line(line.text) for line in _wrapped(poster.detail, columns)]
    for small in (
        [*why, *what, *detail],
        [*why[:1], *what[:1], *detail[:1]],
        [*why[:1], *what[:1]],
    ):
        for spare in (3, 1, 0):
            art = _art(
                poster.face,
                poster.title,
                poster.place,
                columns - 2 * _MARGIN,
                rows - len(small) - spare,
            )
            if not art:
                continue
            large = _lettered(poster.advice, columns, rows - len(art) - len(why) - len(detail) - 5)
            captions = [*why, Line(""), *large, Line(""), *detail] if large else small
            gap = [Line("")] if spare else []
            return _centred([*map(Line, art), *gap, *captions], columns, rows)
    return _centred([_headline(poster, columns), *why, *what, *detail], columns, rows)


def _headline(poster: Poster, columns: int) -> Line:
    title = f"{poster.face.symbol} {poster.title} {poster.face.symbol}"
    return Line(_fit(title, columns), bold=True)


@lru_cache(maxsize=64)
def _art(face: Face, title: str, place: str, columns: int, rows: int) -> tuple[str, ...]:
    for wide, high in _SCALES:
        words = _words(title, place, wide, high, columns=columns, dots=2 * rows)
        if words is None:
            continue
        side = min(2 * rows, columns - _GAP - len(words[0]), max(2 * len(words), 14))
        if side < max(_SMALLEST_SHAPE, _SHAPE_TO_WORDS * len(words)):
            continue
        shape = shapes.draw(face.shape, side - side % 2)
        return tuple(to_lines(_side_by_side(shape, words)))
    return ()


def _words(title: str, place: str, wide: int, high: int, *, columns: int, dots: int) -> Dots | None:
    """Letter the title on two lines at most, and the place below where there is room."""
    lines = _halved(title)
    words = [word for each in lines if (word := letterable(each))]
    if len(words) < len(lines):
        return None
    across = max(width(word, wide) for word in words)
    gap = max(2, high)
    needed = len(words) * (HEIGHT * high + gap) - gap
    if across > columns - _GAP - _SMALLEST_SHAPE or needed > dots:
        return None
    pictures = [draw(word, wide, high) for word in words]
    below = letterable(place)
    room = dots - needed - 2 * gap
    for w, h in _SCALES:
        fits = below and w <= wide and h <= high and HEIGHT * h <= room
        if below and fits and width(below, w) <= across:
            return _stacked([*pictures, ("",) * gap, draw(below, w, h)], gap // 2)
    return _stacked(pictures, gap)


def _stacked(pictures: Sequence[Dots], gap: int) -> Dots:
    across = max(len(picture[0]) for picture in pictures)
    rows: list[str] = []
    for index, picture in enumerate(pictures):
        rows += [""] * (gap if index else 0)
        rows += [row.center(across, ".") if row else "" for row in picture]
    return tuple(row.ljust(across, ".") for row in rows)


def _side_by_side(left: Dots, right: Dots) -> Dots:
    down = max(len(left), len(right))
    pairs = zip(_middle(left, down), _middle(right, down), strict=True)
    return tuple(f"{a}{'.' * _GAP}{b}" for a, b in pairs)


def _middle(picture: Dots, down: int) -> list[str]:
    blank = "." * len(picture[0])
    above = (down - len(picture)) // 2
    return [blank] * above + list(picture) + [blank] * (down - len(picture) - above)


@lru_cache(maxsize=64)
def _lettered(advice: str, columns: int, rows: int) -> tuple[Line, ...]:
    """Letter the advice, on one line or two, where width and height allow."""
    text = letterable(advice.rstrip(".")) if advice else None
    if not text:
        return ()
    for parts in ([text], _halved(text)):
        tall = len(parts) * 4 + len(parts) - 1
        if tall > rows or any(width(p) > columns - 2 * _MARGIN for p in parts):
            continue
        lines: list[Line] = []
        for part in parts:
            lines += [Line("")] if lines else []
            lines += map(Line, to_lines(draw(part)))
        return tuple(lines)
    return ()


def _halved(text: str) -> list[str]:
    spaces = [index for index, character in enumerate(text) if character == " "]
    if not spaces:
        return [text]
    middle = min(spaces, key=lambda index: abs(index - len(text) // 2))
    return [text[:middle], text[middle + 1 :]]


def _wrapped(text: str, columns: int) -> list[Line]:
    """Wrap to two rows at most; what is longer ends in an ellipsis."""
    if not text:
        return []
    across = max(1, columns - 2 * _MARGIN)
    rows = [row.plain.rstrip() for row in _wrap(text, across)]
    if len(rows) > 2:  # noqa: PLR2004 - two rows, as said
        rows = [rows[0], _fit(" ".join(rows[1:]), across)]
    return [Line(row, bold=True) for row in rows]


def _wrap(text: str, across: int) -> Sequence[Text]:
    return list(Text(text).wrap(_console(), across))


@cache
def _console() -> "Console":
    """Return what rich asks for to wrap; to make one takes longer than to set a poster."""
    from rich.console import Console

    return Console()


def _fit(text: str, columns: int) -> str:
    if cell_len(text) <= columns:
        return text
    return f"{set_cell_size(text, max(0, columns - 1)).rstrip()}…"


def _centred(lines: Sequence[Line], columns: int, rows: int) -> list[Line]:
    shown = lines[:rows]
    above = [Line("")] * ((rows - len(shown)) // 2)
    return [*above, *(Line(_pad(line.text, columns), line.bold) for line in shown)]


def _pad(text: str, columns: int) -> str:
    return " " * max(0, (columns - cell_len(text)) // 2) + text
