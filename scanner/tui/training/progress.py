"""A trainee's runs of one scenario, with the pass mark and the median of all."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.training.records import Run, median_of_best, own_runs
from scanner.training.scenario import Scenario
from scanner.tui.training.screen import TrainingScreen
from scanner.wording.catalogue import decimal, say
from scanner.wording.plain import plain

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


_LISTED = 6


class ProgressScreen(TrainingScreen[None]):
    """Shows the chart and the last runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,p,q", "dismiss", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ProgressScreen Static { padding: 1 2; }
    """

    def __init__(self, scenario: Scenario, trainee: str, runs: Sequence[Run]) -> None:
        super().__init__()
        self._scenario = scenario
        self._trainee = trainee
        self._own = own_runs(runs, trainee, scenario.key)
        self._median = median_of_best(runs, scenario.key)

    def body(self) -> Iterable[Widget]:
        """Return chart and runs as one text."""
        yield Static(self._words(), markup=False)

    def _words(self) -> Content:
        title = f"{plain(self._trainee, 40) or say('Nobody')} · {say(self._scenario.title)}"
        lines = [Content.styled(title, "bold"), Content("")]
        if not self._own:
            return Content("\n").join([*lines, Content(say("No run yet."))])
        chart = columns([run.percent for run in self._own], self._scenario.bar, self._median, 8)
        bar = say("pass mark {bar} %", bar=decimal(self._scenario.bar))
        compared = (
            say("no median")
            if self._median is None
            else say("median {median} %", median=decimal(self._median))
        )
        legend = Content.assemble(("─", ""), f" {bar}   ", ("┄", "$accent"), f" {compared}")
        runs = [Content(_row(run)) for run in reversed(self._own[-_LISTED:])]
        return Content("\n").join([*lines, chart, legend, Content(""), *runs])


def _row(run: Run) -> str:
    passed = say("passed")
    pace = say(
        "{seconds} s a patron, longest queue {longest}",
        seconds=decimal(run.seconds_per_patron, 1),
        longest=run.longest_queue,
    )
    return (
        f"{run.at.astimezone():%Y-%m-%d %H:%M}  {decimal(run.percent, 1):>5} %  "
        f"{passed if run.passed else '':<{len(passed)}}  {pace}"
    )
