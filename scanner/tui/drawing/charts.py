"""Bars and columns of characters, for counts from 1 to 100,000: the least of them is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from textual.content import Content

from scanner.wording.catalogue import number

_UP = " ▁▂▃▄▅▆▇"
_EIGHTHS = 8

_GAP = 2
_LEAST_BAR, _SHORTEST_BAR, _LONGEST_BAR = 8, 14, 60
_SHORTEST_NAME = 12


def bar(part: int, whole: int, cells: int, style: str = "$accent") -> Content:
    """Draw a part of a whole: never empty where there is a part, never full where one is missing.

    Where nothing is known of the whole, the bar is an empty line.
    """
    halves = 0
    if whole > 0 and part > 0:
        most = 2 * cells - (part < whole)
        halves = min(most, max(1, round(part / whole * 2 * cells)))
    drawn = "▄" * (halves // 2) + "▖" * (halves % 2)
    return Content.assemble((drawn, style), ("▁" * (cells - len(drawn)), "$faint"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name, a part of a whole, and what is written behind its bar."""

    name: str
    part: int
    whole: int
    columns: tuple[str, ...] = ()
    style: str = ""
    bar_style: str = "$accent"


def table(head: Sequence[str], rows: Sequence[Row], width: int) -> Content:
    """Set rows under one another: names, bars, and columns with a heading, at the right.

    Where there is no room for all three beside one another, as on a phone, the columns of each row
    stand below its name and bar.

    Args:
        head: the name's heading, then that of each column.
        rows: with as many columns.
        width: cells.
    """
    lines = [head[1:], *(each.columns for each in rows)]
    widths = [max(map(_cells, column)) for column in zip(*lines, strict=True)]
    below = width - sum(each + _GAP for each in widths) < _SHORTEST_NAME + _GAP + _LEAST_BAR
    room = width if below else width - sum(each + _GAP for each in widths)
    longest = max(_cells(each) for each in (head[0], *(row.name for row in rows)))
    name = max(_SHORTEST_NAME, min(longest, room - _GAP - _SHORTEST_BAR))
    cells = max(_LEAST_BAR, min(_LONGEST_BAR, room - name - _GAP))
    gap = Content(" " * _GAP)

    def line(first: str, drawn: Content, columns: Sequence[str], style: str) -> Content:
        behind = [_right(each, room) for each, room in zip(columns, widths, strict=True)]
        named = Content(first).truncate(name, ellipsis=True, pad=True)
        numbers = gap.join(each.stylize(style) for each in behind)
        if below:
            numbers = numbers.pad_left(width - numbers.cell_length)
        return gap.join([named.stylize(style), drawn]) + ("\n" if below else gap) + numbers

    heading = line(head[0], Content(" " * cells), head[1:], "$faint")
    return Content("\n").join(
        [
            heading,
            *(
                line(
                    row.name, bar(row.part, row.whole, cells, row.bar_style), row.columns, row.style
                )
                for row in rows
            ),
        ]
    )


def facts(
    rows: Sequence[tuple[str, str | Content]], width: int, _height: int = 0, *, names: str = "bold"
) -> Content:
    """Set what is known beside its name, in a column of its own however long it is.

    Args:
        rows: a name and what is known, each.
        width: cells.
        names: the names' style.
    """
    left = max(_cells(name) for name, _ in rows) + _GAP
    lines = []
    for name, known in rows:
        first, *rest = Content.assemble(known).wrap(max(1, width - left)) or [Content("")]
        lines.append(Content.assemble((name.ljust(left), names), first))
        lines += [Content(" " * left).append(each) for each in rest]
    return Content("\n").join(lines)


def _cells(text: str) -> int:
    return Content(text).cell_length


def _right(text: str, cells: int) -> Content:
    content = Content(text)
    return content.pad_left(cells - content.cell_length)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: when it begins, and its parts from the bottom up."""

    at: datetime
    parts: tuple[int, ...]


LOOKS = (("█", "$accent"), ("▒", "$faint"), ("░", "$faint"))
"""What each part is drawn with: told apart without colours too."""

_LABEL = 5  # a time of day
_EVERY = (1, 2, 3, 6, 12, 24)
"""Five minutes between two times below the columns."""


def columns(shown: Sequence[Column], width: int, height: int) -> Content:
    """Draw columns of five minutes, with a scale at the left and times below.

    Args:
        shown: one after the other, without a gap; as many as `width` has room for, see `room`.
        width, height: cells.
    """
    top = scale(max((sum(each.parts) for each in shown), default=0))
    margin = len(number(top)) + 1
    wide, gap = _fitting(len(shown), width - margin)
    rows = max(1, height - 1)
    lines = []
    for row in range(rows - 1, -1, -1):
        cells = [_cell(each.parts, row, rows, top) for each in shown]
        label = {rows - 1: number(top), 0: "0"}.get(row, "")
        if rows >= _HALVED and top % 2 == 0 and row == (rows - 1) // 2:
            label = number(top // 2)
        spans = [(sign * wide + " " * gap, style) for sign, style in cells]
        lines.append(Content.assemble((f"{label:>{margin - 1}} ", "$faint"), *spans))
    times = _times([each.at for each in shown], wide + gap)
    return Content("\n").join([*lines, Content.styled(" " * margin + times, "$faint")])


_HALVED = 5
"""Rows of a plot from which on its scale has a number in the middle."""


def room(width: int) -> int:
    """Tell how many columns a plot of so many cells has room for, whatever its scale."""
    return max(1, width - len(number(100_000)) - 1)


def scale(most: int) -> int:
    """Return the top of a scale: not below, and a whole number of halves of the first digit."""
    step = max(1, int(10 ** (len(str(most)) - 1)) // 2)
    return max(1, -(-most // step) * step)


def _fitting(count: int, width: int) -> tuple[int, int]:
    for wide in (5, 4, 3, 2, 1):
        if count * (wide + 1) <= width:
            return wide, 1
    return 1, 0


def _cell(parts: Sequence[int], row: int, rows: int, top: int) -> tuple[str, str]:
    """Return a cell's sign and style: that of the part in its middle, or at the column's end."""
    whole = sum(parts)
    eighths = -(-whole * rows * _EIGHTHS // top)  # one patron is seen
    within = eighths - row * _EIGHTHS
    if within <= 0:
        return " ", ""
    middle = (row * _EIGHTHS + min(within, _EIGHTHS) / 2) * top / (rows * _EIGHTHS)
    last = max(place for place, part in enumerate(parts) if part)
    found = next(
        (place for place, so_far in enumerate(accumulate(parts)) if middle <= so_far), last
    )
    sign, style = LOOKS[found]
    if within >= _EIGHTHS or (sign != "█" and within >= _EIGHTHS // 2):
        return sign, style
    return (_UP[within] if sign == "█" else _UP[1]), style


def _times(starts: Sequence[datetime], step: int) -> str:
    """Write the times of day below their columns, as many as there is room for."""
    every = next((each for each in _EVERY if each * step > _LABEL), _EVERY[-1])
    line = ""
    for place, at in enumerate(starts):
        local = at.astimezone()
        if (local.hour * 60 + local.minute) // 5 % every == 0:
            line = f"{line:<{place * step}}{local:%H:%M}"
    return line
