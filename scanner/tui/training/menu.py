"""The list of scenarios, and the trainee's name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from scanner.training.records import LONGEST_NAME, Run, clean_name, median_of_best, own_runs
from scanner.training.scenario import Scenario
from scanner.tui.training.progress import ProgressScreen
from scanner.tui.training.screen import TrainingHelp, TrainingScreen
from scanner.wording.catalogue import decimal, say, say_count


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario and its trainee."""

    scenario: Scenario
    trainee: str


class MenuScreen(TrainingScreen[None]):
    """Offers the scenarios; `play` is called with a choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Name / list", key_display="Tab", show=True),
        Binding("ctrl+p", "progress", "Progress", key_display="Ctrl+P"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("ctrl+q", "app.quit", "Quit", key_display="Ctrl+Q", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    MenuScreen Input, MenuScreen Input:focus { height: 3; border: tall $accent; margin: 1 1 0 1; }
    MenuScreen Horizontal { height: 1fr; margin: 1; }
    MenuScreen OptionList, MenuScreen OptionList:focus { width: 3fr; height: 100%; border: none;
        background: $surface; scrollbar-size-vertical: 1; }
    MenuScreen #about { width: 2fr; padding: 0 2; }
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        runs: Callable[[], Sequence[Run]],
        trainee: str,
        play: Callable[[Choice], None],
    ) -> None:
        super().__init__()
        self._scenarios = list(scenarios)
        self._runs = runs
        self._trainee = trainee
        self._play = play

    def body(self) -> Iterable[Widget]:
        """Lay out name, list and summary."""
        name = Input(self._trainee, placeholder=say("Your name"), max_length=LONGEST_NAME)
        name.border_title = say("Your name (nothing else is kept)")
        yield name
        yield Horizontal(OptionList(), Static(id="about", markup=False))

    def on_mount(self) -> None:
        """Fill the list, and focus it if there is a name already."""
        self._fill()
        self.query_one(OptionList if self._trainee else Input).focus()

    def on_screen_resume(self) -> None:
        """Update the list after a run."""
        self._fill()

    def on_input_submitted(self) -> None:
        """Go on to the list."""
        self.query_one(OptionList).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the runs of that name."""
        self._trainee = clean_name(event.value)
        self._fill()

    def on_option_list_option_highlighted(self) -> None:
        """Show the summary."""
        self.query_one("#about", Static).update(self._about())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Play it; without a name, ask for one."""
        if not self._trainee:
            self.query_one(Input).focus()
            return
        self._play(Choice(self._scenarios[event.option_index], self._trainee))

    def action_help(self) -> None:
        """Show keys and lights."""
        self.app.push_screen(TrainingHelp())

    def action_progress(self) -> None:
        """Show the trainee's runs of the scenario."""
        place = self.query_one(OptionList).highlighted
        if place is not None:
            scenario = self._scenarios[place]
            self.app.push_screen(ProgressScreen(scenario, self._trainee, self._runs()))

    def _fill(self) -> None:
        found = self.query_one(OptionList)
        before = found.highlighted
        runs = self._runs()
        found.clear_options()
        found.add_options([Option(self._line(each, runs)) for each in self._scenarios])
        found.highlighted = before or 0

    def _line(self, scenario: Scenario, runs: Sequence[Run]) -> Content:
        own = own_runs(runs, self._trainee, scenario.key)
        best = max((run.percent for run in own), default=None)
        tick = "✓ " if any(run.passed for run in own) else "  "
        score = "" if best is None else f"  {decimal(best)} %"
        # No colours here: on the highlighted line they would be pink on pink.
        return Content.assemble((tick, "bold"), say(scenario.title), (score, "bold"))

    def _about(self) -> Content:
        place = self.query_one(OptionList).highlighted
        if place is None or place >= len(self._scenarios):
            return Content("")
        scenario = self._scenarios[place]
        return Content("\n").join(
            [
                Content.styled(say(scenario.title), "bold"),
                Content(""),
                Content(say(scenario.about)),
                Content(""),
                *self._measures(scenario),
                Content(""),
                Content(say("Enter plays it.") if self._trainee else say("Give your name first.")),
            ]
        )

    def _measures(self, scenario: Scenario) -> list[Content]:
        median = median_of_best(self._runs(), scenario.key)
        crowd = say_count(
            "{count} patron in {minutes} minutes",
            "{count} patrons in {minutes} minutes",
            scenario.patrons,
            minutes=decimal(scenario.arrivals.minutes),
        )
        compared = (
            "" if median is None else say("median of all: {median} %", median=decimal(median))
        )
        return [
            Content(crowd),
            Content(say("passed with {bar} %", bar=decimal(scenario.bar))),
            Content(compared),
        ]
