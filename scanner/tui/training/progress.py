"""A trainee's runs of one scenario against the bar and the house's median."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.training.records import Run, house_median, own_runs
from scanner.training.scenario import Scenario
from scanner.tui.plain import plain
from scanner.tui.training.chart import columns
from scanner.tui.training.screen import TrainingScreen

_LISTED = 6


class ProgressScreen(TrainingScreen[None]):
    """Shows the chart and the last runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,p,q", "dismiss", "Done", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ProgressScreen Static { padding: 1 2; }
    """

    def __init__(self, scenario: Scenario, trainee: str, runs: Sequence[Run]) -> None:
        super().__init__()
        self._scenario = scenario
        self._trainee = trainee
        self._own = own_runs(runs, trainee, scenario.key)
        self._median = house_median(runs, scenario.key)

    def body(self) -> Iterable[Widget]:
        """Lay out one text."""
        yield Static(self._words(), markup=False)

    def _words(self) -> Content:
        title = f"{plain(self._trainee, 40) or 'Nobody'} · {self._scenario.title}"
        lines = [Content.styled(title, "bold"), Content("")]
        if not self._own:
            return Content("\n").join([*lines, Content("No run yet.")])
        chart = columns([run.percent for run in self._own], self._scenario.bar, self._median, 8)
        house = "none" if self._median is None else f"{self._median:g} %"
        legend = Content.assemble(
            ("─", ""), f" bar {self._scenario.bar:g} %   ", ("┄", "$accent"), f" median {house}"
        )
        runs = [Content(_row(run)) for run in reversed(self._own[-_LISTED:])]
        return Content("\n").join([*lines, chart, legend, Content(""), *runs])


def _row(run: Run) -> str:
    passed = "passed" if run.passed else "      "
    return (
        f"{run.at:%Y-%m-%d %H:%M}  {run.percent:>5.1f} %  {passed}  "
        f"{run.seconds_per_patron:.1f} s a patron, longest queue {run.longest_queue}"
    )
