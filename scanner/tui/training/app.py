"""The training app: from the list to the gate, to the debrief, and back."""

import asyncio
import importlib
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.containers import CenterMiddle
from textual.content import Content
from textual.events import Event
from textual.widget import Widget
from textual.widgets import Static

from scanner.app.preferences import Preferences
from scanner.app.sound import Sounds
from scanner.errors import ScannerError
from scanner.scanning.presentation import Presentations
from scanner.training.records import SOMEBODY, Records, clean_name, own_runs, run_of
from scanner.training.scenario import Scenario
from scanner.tui.drawing.theme import REHEARSAL
from scanner.tui.terminal.alerts import Alerts
from scanner.tui.terminal.choice import terminal_driver
from scanner.tui.terminal.wedge_keys import Correct, WedgeKeys
from scanner.tui.training.menu import Choice, MenuScreen
from scanner.tui.training.screen import TrainingScreen
from scanner.tui.widgets.hand_entry import HandEntry
from scanner.wording.catalogue import choose_language, say
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from scanner.training.gate import TrainingGate
    from scanner.training.shift import Shift

_LATER = ("scanner.tui.training.play", "scanner.tui.training.debrief")
"""Modules that only the gate's screens need; their import takes half of the start."""


class OpeningScreen(TrainingScreen[None]):
    """Shows the scenario's title and summary while the gate is being started."""

    DEFAULT_CSS: ClassVar[str] = """
    OpeningScreen Static { width: 100%; text-align: center; padding: 0 4; }
    """

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self._scenario = scenario

    def body(self) -> Iterable[Widget]:
        """Return the text, centred."""
        lines = [
            Content.styled(say(self._scenario.title), "bold"),
            Content(""),
            Content(say(self._scenario.about)),
            Content(""),
            Content(say("The doors open in a moment ...")),
        ]
        yield CenterMiddle(Static(Content("\n").join(lines), markup=False))


class TrainingApp(App[None]):
    """Training in a terminal.

    Args:
        scenarios: the list to choose from.
        folder: training's folder, for runs and certificates.
        name: the trainee's name, if it was given.
        chosen: a scenario to play at once, without the list.
        seed: of the crowd of the first run; each later run of a trainee has the next.
        speed: how fast the training's clock runs.
        clock: seconds that only rise.
        today: the time now, aware.
        sounds: makes the verdicts' sounds, the same as the gate's.
        preferences: what the guard has set: volume, bell.
        broken: what is wrong with scenarios that are not offered.
        correct: corrects what a hand scanner types, so that a real ticket's letters are no
            commands; without it all keys are a person's.
    """

    TITLE = "scanner training"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        folder: Path,
        *,
        name: str | None = None,
        chosen: Scenario | None = None,
        seed: int = 1,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
        sounds: Sounds | None = None,
        preferences: Preferences | None = None,
        broken: Sequence[ScannerError] = (),
        correct: Correct | None = None,
    ) -> None:
        super().__init__(driver_class=terminal_driver())
        self._folder = folder
        self._records = Records(folder)
        self._trainee = clean_name(name or "")
        self._chosen = chosen
        self._seed = seed
        self._speed = speed
        self._clock = clock
        self._today = today
        wishes = self._wishes = preferences or Preferences()
        self._alerts = Alerts(lambda: sounds, lambda: wishes, self.bell, self.set_timer)
        self._training_gate: TrainingGate | None = None
        self._broken = list(broken)
        self._wedge = WedgeKeys(self, self, correct) if correct else None
        self._door: Presentations[None] = Presentations()
        self._scenarios = scenarios

    def on_mount(self) -> None:
        """Offer the scenarios, or play what was chosen."""
        choose_language(self._wishes.language)
        self.register_theme(REHEARSAL)
        self.theme = REHEARSAL.name
        self.push_screen(self._menu())
        for error in self._broken:
            self.notify(sentence(error.fact), severity="warning", timeout=15, markup=False)
        if self._chosen:
            self.play(Choice(self._chosen, self._trainee or SOMEBODY))
        else:
            self.call_after_refresh(self.run_worker, _import_gate_screens, exit_on_error=False)

    def _menu(self) -> MenuScreen:
        return MenuScreen(self._scenarios, self._records.all, self._trainee or "", self.play)

    async def on_unmount(self) -> None:
        """Stop the training gate, even one whose screen was never shown."""
        if self._training_gate:
            await asyncio.to_thread(self._training_gate.close)

    async def on_event(self, event: Event) -> None:
        """Collect the keys of a hand scanner in keyboard mode: they are a real ticket's."""
        if not (self._wedge and await self._wedge.take(event, super().on_event)):
            await super().on_event(event)

    def say(self, words: str) -> None:
        """Show a sentence about the scanner."""
        self.notify(words, severity="warning", markup=False)

    def types_serial(self) -> bool:
        """Tell whether the line for a serial has the focus."""
        return isinstance(self.focused, HandEntry)

    def scanned(self, payload: str, _source: str) -> None:
        """Refuse a real ticket at the training gate; on other screens say that this is training."""
        if not self._door.begins(payload, time.monotonic()):
            return
        heard = getattr(self.screen, "scanned", None)
        if heard:
            heard(payload)
        else:
            refusal = say("This is training: real tickets are not checked here.")
            self.notify(refusal, severity="warning", markup=False)

    def play(self, choice: Choice) -> None:
        """Play a scenario, then show the debrief."""
        opening = OpeningScreen(choice.scenario)
        self.push_screen(opening)
        opening.call_after_refresh(self.run_worker, self._play(choice), exit_on_error=False)

    async def _play(self, choice: Choice) -> None:
        seed = self._seed + len(own_runs(self._records.all(), choice.trainee, choice.scenario.key))
        await asyncio.to_thread(importlib.import_module, "scanner.training.gate")
        from scanner.training.gate import TrainingGate

        gate = TrainingGate(self._folder, choice.trainee, choice.scenario.patrons, self._seed)
        self._training_gate = gate
        try:
            gate.prepare()  # the server starts while modules are imported
            await _import_gate_screens()
            await self._take_over(choice, seed, gate)
        except BaseException:  # usually because the app ends
            await asyncio.to_thread(gate.close)
            raise

    async def _take_over(self, choice: Choice, seed: int, gate: "TrainingGate") -> None:
        from scanner.tui.training.play import PlayScreen

        def debrief(shift: "Shift | None") -> None:
            if shift:
                self._debrief(choice, seed, shift)

        screen = PlayScreen(
            choice.scenario,
            seed,
            gate,
            clock=lambda: self._clock() * self._speed,
            announce=self._alerts.play,
        )
        self.pop_screen()
        await self.push_screen(screen, debrief)

    def _debrief(self, choice: Choice, seed: int, shift: "Shift") -> None:
        from scanner.tui.training.debrief import DebriefScreen

        run = run_of(choice.trainee, choice.scenario, seed, shift.score(), self._today())
        try:
            self._records.add(run)
            runs = self._records.all()
        except ScannerError as error:
            self.notify(sentence(error.fact), severity="error", timeout=10, markup=False)
            runs = [run]
        self.push_screen(DebriefScreen(shift, run, runs, self._folder))


async def _import_gate_screens() -> None:
    """Import the gate's screens in a thread, while another screen is shown."""
    for name in _LATER:
        await asyncio.to_thread(importlib.import_module, name)
