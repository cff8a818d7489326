"""Pictures of dots, drawn with half blocks: a dot is one cell wide and half a cell high."""

from collections.abc import Sequence

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
