"""Small charts in text: runs with pass mark and median, and a queue over time. Pure."""

from collections.abc import Sequence

from textual.content import Content

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_BAR_CELLS = 3


def columns(percents: Sequence[float], bar: float, median: float | None, rows: int) -> Content:
    """Draw a column for each run in percent, oldest first, with lines for pass mark and median.

    The newest runs are kept where there are too many for 20 columns.
    """
    shown = list(percents)[-20:]
    lines = []
    for row in range(rows - 1, -1, -1):
        low, high = row * 100 / rows, (row + 1) * 100 / rows
        mark, style = _mark(low, high, bar, median)
        label = f"{high:>4.0f} " if row in (rows - 1, rows // 2 - 1) else "     "
        cells = [(label, "")]
        for percent in shown:
            eighths = round(max(0.0, min(1.0, (percent - low) / (high - low))) * 8)
            colour = "$good" if percent >= bar else "$fair"
            if eighths:
                cells.append((_EIGHTHS[eighths] * _BAR_CELLS, colour))
            else:
                cells.append((mark * _BAR_CELLS, style))
            cells.append((mark, style))
        cells.append((mark * 4, style))
        lines.append(Content.assemble(*cells))
    return Content("\n").join(lines)


def sparkline(samples: Sequence[tuple[float, int]], width: int) -> str:
    """Draw the longest queue in each of `width` equal intervals."""
    if not samples or width < 1:
        return ""
    end = samples[-1][0] or 1.0
    longest = [0] * width
    for (at, length), (until, _) in zip(samples, [*samples[1:], samples[-1]], strict=True):
        first, last = (min(width - 1, int(width * time / end)) for time in (at, until))
        for place in range(first, last + 1):
            longest[place] = max(longest[place], length)
    most = max(longest)
    return "".join(_EIGHTHS[round(8 * length / most) if most else 0] for length in longest)


def _mark(low: float, high: float, bar: float, median: float | None) -> tuple[str, str]:
    if median is not None and (low < median <= high or (low == median == 0)):
        return "┄", "bold $accent"
    if low < bar <= high:
        return "─", "$foreground 60%"
    return " ", ""
