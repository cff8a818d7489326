"""The layout of a poster in columns and rows: as large as it fits, the shape beside the words.

What is read from afar is lettered: the title, the section, and what to do next. The section is no
smaller than the title, so a long one makes the title smaller too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, chain, combinations, pairwise, product
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from scanner.tui.drawing import shapes
from scanner.tui.drawing.poster import Poster
from scanner.tui.drawing.shapes import (
    LARGE,
    NATURAL,
    SMALL,
    Dots,
    Size,
    letter,
    letterable,
    to_lines,
    width,
)

if TYPE_CHECKING:
    from rich.console import Console

_ENOUGH = NATURAL
"""Section and title come to this size, in this order, before there is all of the small print."""

_SIZES = (
    *(Size(LARGE, *scale) for scale in ((5, 6), (4, 5), (4, 4), (3, 4), (3, 3), (2, 3), (2, 2))),
    *(Size(LARGE, 1, 2), _ENOUGH, Size(SMALL)),
)
_RANK = {size: len(_SIZES) - place for place, size in enumerate(_SIZES)}
_MARGIN = 1  # columns on either side
_GAP = 3  # columns between shape and words
_SMALLEST_SHAPE = 10  # dots
_SHAPE = 14  # dots that it is given where there is room, however small the words
_SHAPE_TO_WORDS = 0.8  # the least height of the shape, as a part of the words'
_ADVICE_TO_TITLE = 0.25  # the least height of the advice's letters, as a part of the title's
_TITLE_LINES, _PLACE_LINES, _ADVICE_LINES = 2, 3, 4
_BLANKS = 3  # rows: below the art, and above and below the advice


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a set poster, already padded to its place."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """Words in letters of one size, broken into lines; `wide` and `high` are dots."""

    lines: tuple[str, ...]
    size: Size
    wide: int
    high: int

    @property
    def rows(self) -> int:
        """Return the rows of the screen that they take."""
        return -(-self.high // 2)

    def draw(self) -> Dots:
        """Draw the lines, each in the middle."""
        return _stacked([letter(line, self.size) for line in self.lines], _leading(self.size))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is lettered: where the shape and the place stand, and the rows that all of it needs.

    Attributes:
        side: the shape's least, in dots.
        above: the shape stands above the title, not beside it.
        under: the place stands below both, not below the title.
    """

    title: _Words
    place: _Words | None
    advice: _Words | None
    side: int
    above: bool
    under: bool
    rows: int


def arrange(poster: Poster, columns: int, rows: int) -> list[Line]:
    """Set a poster: never more than `rows` lines, none wider than `columns` cells.

    The words keep their large letters as long as the small print can make room for them.
    """
    if columns < 1 or rows < 1:
        return []
    why, detail = _wrapped(poster.sentence, columns), _wrapped(poster.detail, columns)
    detail = [Line(line.text) for line in detail]
    for place, advice, least in _wishes(poster):
        what = [] if advice else _wrapped(poster.advice, columns)
        for small in ((why, what, detail), (why[:1], what[:1], detail[:1]), (why[:1], what[:1])):
            room = (columns - 2 * _MARGIN, rows - sum(map(len, small)))
            plan = _plan(poster.title, place, advice, least, room)
            if plan:
                return _set(poster, plan, small, columns, rows)
    what = _wrapped(poster.advice, columns)
    return _centred([_headline(poster, columns), *why, *what, *detail], columns, rows)


def _wishes(poster: Poster) -> Iterator[tuple[str, str, tuple[Size, Size]]]:
    """Say what is to be lettered beside the title, and both least sizes; the best first."""
    small = Size(SMALL)
    place, advice = letterable(poster.place) or "", letterable(poster.advice.rstrip(".")) or ""
    for wish in dict.fromkeys([(place, advice), (place, ""), ("", advice), ("", "")]):
        for least in ((_ENOUGH, _ENOUGH), (small, _ENOUGH), (small, small)):
            yield *wish, least


@lru_cache(maxsize=256)
def _plan(
    title: str, place: str, advice: str, least: tuple[Size, Size], room: tuple[int, int]
) -> _Plan | None:
    """Choose the sizes: title and place as large as both can be, then the title, then the advice.

    Args:
        title: in capitals.
        place, advice: what is lettered with it; empty where nothing is.
        least: the least size of the title, and that of the place.
        room: columns and rows.
    """
    columns, rows = room
    titles = _settings(letterable(title), columns, _TITLE_LINES, least[0])
    places = _settings(place, columns, _PLACE_LINES, least[1]) if place else [None]
    advices = _settings(advice, columns, _ADVICE_LINES, Size(SMALL)) if advice else [None]
    pairs = sorted(filter(_match, product(titles, places)), key=_worth, reverse=True)
    beside = product(pairs, ((False, False), (False, True)))
    above = product(pairs, ((True, True),))  # only where the room is too narrow for the other
    for (head, below), (over, under) in chain(beside, above):
        side, high = _least_art(head, below, columns, above=over, under=under)
        for foot in advices if side else ():
            needed = high + sum(each.rows for each in (below if under else None, foot) if each)
            if needed <= rows and _is_advice(foot, head):
                return _Plan(head, below, foot, side, over, under, needed)
    return None


def _match(pair: tuple[_Words, _Words | None]) -> bool:
    """Tell whether a place is as large as the title, or larger where the title is very small."""
    title, place = pair
    if place is None:
        return True
    rank, enough = _RANK[title.size], _RANK[_ENOUGH]
    return rank <= _RANK[place.size] <= max(rank, enough)


def _is_advice(words: _Words | None, title: _Words) -> bool:
    """Tell whether words are of a size to go with a title: no larger, and not much smaller."""
    if words is None:
        return True
    tall = words.size.height >= _ADVICE_TO_TITLE * title.size.height
    return tall and _RANK[words.size] <= _RANK[title.size]


def _worth(pair: tuple[_Words, _Words | None]) -> tuple[int, ...]:
    ranks = [_RANK[each.size] for each in pair if each]
    return min(ranks), ranks[0], -pair[0].rows


def _least_art(
    title: _Words, place: _Words | None, columns: int, *, above: bool, under: bool
) -> tuple[int, int]:
    """Return the least side of the shape, in dots, and the rows of it with its words.

    Both are 0 where they don't fit.
    """
    wide, high = title.wide, title.high
    if place and not under:
        wide, high = max(wide, place.wide), high + _leading(title.size) + place.high
    side = max(_SMALLEST_SHAPE, int(_SHAPE_TO_WORDS * high))
    side += side % 2
    if above:
        return side, (side + 2 + high + 1) // 2
    if wide + _GAP + side > columns:
        return 0, 0
    return side, -(-max(high, side) // 2)


@lru_cache(maxsize=256)
def _settings(text: str | None, columns: int, most: int, least: Size) -> list[_Words]:
    """Set a text in each size, and on each number of lines, in which it is not too wide."""
    found = []
    for size in _SIZES[: _SIZES.index(least) + 1]:
        for count in range(1, most + 1):
            lines = _broken(text or "", count, size.font)
            wide = max((width(line, size) for line in lines), default=columns + 1)
            if wide <= columns:
                high = count * size.height + (count - 1) * _leading(size)
                found.append(_Words(lines, size, wide, high))
    return found


@lru_cache(maxsize=256)
def _broken(text: str, count: int, font: int) -> tuple[str, ...]:
    """Break a text into so many lines, the widest as narrow as can be; none where it can't be."""
    words = text.split()
    if len(words) < count:
        return ()
    ends = [0, *accumulate(width(f"{word} ", Size(font)) for word in words)]

    def widest(cuts: tuple[int, ...]) -> int:
        return max(ends[end] - ends[start] for start, end in pairwise((0, *cuts, len(words))))

    cuts = min(combinations(range(1, len(words)), count - 1), key=widest)
    return tuple(" ".join(words[start:end]) for start, end in pairwise((0, *cuts, len(words))))


def _leading(size: Size) -> int:
    """Return the dots between two lines."""
    return 1 if size.font == SMALL else max(2, size.high)


def _set(
    poster: Poster, plan: _Plan, small: Sequence[Sequence[Line]], columns: int, rows: int
) -> list[Line]:
    """Put the parts below one another, with a larger shape and blank rows where there is room."""
    why, what, *rest = small
    spare = rows - plan.rows - sum(map(len, small))
    parts = [
        _drawn(_art(poster, plan, columns - 2 * _MARGIN, max(0, spare - _BLANKS))),
        _drawn(plan.place.draw()) if plan.place and plan.under else [],
        [*why, *what],
        _drawn(_lowered(plan.advice.draw())) if plan.advice else [],
        *rest,
    ]
    blanks = rows - sum(map(len, parts))
    lines: list[Line] = []
    for part in filter(None, parts):
        if lines and blanks > 0:
            lines.append(Line(""))
            blanks -= 1
        lines += part
    return _centred(lines, columns, rows)


def _art(poster: Poster, plan: _Plan, columns: int, spare: int) -> Dots:
    """Draw the shape with its words, up to `spare` rows higher than they need."""
    title = plan.title.draw()
    if plan.place and not plan.under:
        title = _stacked([title, plan.place.draw()], _leading(plan.title.size))
    high = len(title)
    if plan.above:
        side = min(columns, plan.side + 2 * spare, max(2 * high, _SHAPE))
        return _stacked([shapes.draw(poster.face.shape, side - side % 2), title], 2)
    room = 2 * (-(-max(high, plan.side) // 2) + spare)
    side = min(room, columns - _GAP - len(title[0]), max(2 * high, _SHAPE))
    return _side_by_side(shapes.draw(poster.face.shape, side - side % 2), title)


def _drawn(dots: Dots) -> list[Line]:
    return [Line(line) for line in to_lines(dots)]


def _lowered(dots: Dots) -> Dots:
    """Have an odd number of rows begin in the lower half of a cell, below the words above."""
    return ("." * len(dots[0]), *dots) if len(dots) % 2 else dots


def _headline(poster: Poster, columns: int) -> Line:
    title = f"{poster.face.symbol} {poster.title} {poster.face.symbol}"
    return Line(_fit(title, columns), bold=True)


def _stacked(pictures: Sequence[Dots], gap: int) -> Dots:
    """Put pictures below one another, each in the middle."""
    across = max(len(picture[0]) for picture in pictures)
    rows: list[str] = []
    for index, picture in enumerate(pictures):
        rows += ["." * across] * (gap if index else 0)
        rows += [row.center(across, ".") for row in picture]
    return tuple(rows)


def _side_by_side(left: Dots, right: Dots) -> Dots:
    down = max(len(left), len(right))
    pairs = zip(_middle(left, down), _middle(right, down), strict=True)
    return tuple(f"{a}{'.' * _GAP}{b}" for a, b in pairs)


def _middle(picture: Dots, down: int) -> list[str]:
    blank = "." * len(picture[0])
    above = (down - len(picture)) // 2
    return [blank] * above + list(picture) + [blank] * (down - len(picture) - above)


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
