"""A trainee's runs of one scenario, with the pass mark and the median of all."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.training.records import Run, median_of_best, own_runs
from scanner.training.scenario import Scenario
from scanner.tui.training.chart import columns
from scanner.tui.training.screen import TrainingScreen
from scanner.wording.catalogue import decimal, say
from scanner.wording.plain import plain

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
        f"{run.at:%Y-%m-%d %H:%M}  {decimal(run.percent, 1):>5} %  "
        f"{passed if run.passed else '':<{len(passed)}}  {pace}"
    )
