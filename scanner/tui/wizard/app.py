"""The first start's app: one step after the other, with a way back."""

import contextlib
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import Event
from textual.screen import Screen
from textual.widgets import Footer, Input, Static
from textual.worker import WorkerCancelled, WorkerFailed

from scanner.errors import ScannerError
from scanner.tui.drawing.theme import NIGHT
from scanner.tui.terminal.choice import terminal_driver
from scanner.tui.terminal.wedge_keys import Correct, WedgeKeys
from scanner.tui.widgets.key_line import TranslatedScreen
from scanner.tui.wizard.answers import Answers, Setup
from scanner.tui.wizard.camera_step import CameraStep
from scanner.tui.wizard.code_step import CodeStep
from scanner.tui.wizard.simple_steps import NamesStep, ServerStep, SoundStep
from scanner.tui.wizard.step import Step
from scanner.tui.wizard.tickets_step import TicketsStep
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence


class WizardApp(App[Answers]):
    """Asks for everything that a gate needs; its result is None where somebody quit early.

    Args:
        setup: the world around the gate.
        answers: what is known or proposed already.
        correct: corrects what a hand scanner types where a code is asked for; without it all keys
            are a person's.
    """

    TITLE = "scanner"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "nothing", "Go on"),
        Binding("tab", "app.focus_next", "Next field"),
        Binding("escape", "back", "Back", priority=True),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]
    CSS: ClassVar[str] = """
    #head { height: 1; padding: 0 3; background: $panel; text-style: bold; }
    #place { height: 1fr; }
    """

    def __init__(self, setup: Setup, answers: Answers, correct: Correct | None = None) -> None:
        super().__init__(driver_class=terminal_driver())
        self._wedge = WedgeKeys(self, self, correct) if correct else None
        self._setup = setup
        self._answers = answers
        self._makers: tuple[Callable[[], Step], ...] = (
            lambda: ServerStep(self._answers),
            lambda: CodeStep(self._answers, setup),
            lambda: NamesStep(self._answers),
            lambda: CameraStep(self._answers, setup),
            lambda: SoundStep(self._answers, setup),
            lambda: TicketsStep(self._answers, setup),
        )
        self._number = 0
        self.step: Step | None = None

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that all steps are on."""
        return TranslatedScreen(id="_default")

    def compose(self) -> ComposeResult:
        """Lay out heading, step and keys."""
        yield Static("", id="head", markup=False)
        yield Container(id="place")
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        """Ask the first question."""
        self.register_theme(NIGHT)
        self.theme = NIGHT.name
        await self._show()

    async def on_event(self, event: Event) -> None:
        """Collect the keys of a hand scanner where a code is asked for: none is a command there."""
        wedge = self._wedge if isinstance(self.step, CodeStep) else None
        if not (wedge and await wedge.take(event, super().on_event)):
            await super().on_event(event)

    def scanned(self, payload: str, _source: str) -> None:
        """Answer the step that asks for a code."""
        if isinstance(self.step, CodeStep):
            self.step.take(payload)

    def say(self, sentence: str) -> None:
        """Show a sentence about the scanner."""
        self.notify(sentence, markup=False)

    def types_serial(self) -> bool:
        """Tell whether a line has the focus: what is pasted key by key belongs there."""
        return isinstance(self.focused, Input)

    async def on_step_answered(self, message: Step.Answered) -> None:
        """Show the next step, or end after the last."""
        self._answers = message.answers
        if self._number + 1 == len(self._makers):
            self._leave_step()
            self._keep()
            self.exit(self._answers)
            return
        self._number += 1
        await self._show()

    async def action_back(self) -> None:
        """Undo what was begun in the step, or show the step before."""
        if self.step and self.step.take_back():
            return
        if self._number:
            self._number -= 1
            await self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go back from the second step on."""
        if action == "back":
            return self._number > 0
        return super().check_action(action, parameters)

    async def action_quit(self) -> None:
        """Quit; nothing that was typed is saved."""
        self._leave_step()
        for worker in [each for each in self.workers if each.node is self]:
            with contextlib.suppress(WorkerFailed, WorkerCancelled):
                await worker.wait()
        self.exit()

    def action_nothing(self) -> None:
        """Enter belongs to the field that has the cursor; the footer shows it."""

    async def _show(self) -> None:
        self._leave_step()
        place = self.query_one("#place")
        await place.remove_children()
        self.step = step = self._makers[self._number]()
        place_in_row = say("{number} of {all}", number=self._number + 1, all=len(self._makers))
        head = f"{say('Set up this gate')} · {place_in_row} · {step.title()}"
        self.query_one("#head", Static).update(Content(head))
        await place.mount(step)
        self.refresh_bindings()

    def _leave_step(self) -> None:
        if self.step:
            self.step.leave()

    def _keep(self) -> None:
        try:
            self._setup.keep(self._answers)
        except ScannerError as error:
            self.notify(sentence(error.fact), markup=False)
