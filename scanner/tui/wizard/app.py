"""The first start's app: one step after the other, with a way back."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import structlog
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import Event
from textual.screen import Screen
from textual.widgets import Footer, Input, Static
from textual.worker import WorkerCancelled, WorkerFailed

from scanner.admission.serial import LooksLike, NotATicket, parse_payload
from scanner.desk.gate_card import read_card
from scanner.errors import ScannerError
from scanner.scanning.ticket_codes import holds_ticket, is_random
from scanner.tui.drawing.theme import NIGHT
from scanner.tui.terminal.choice import terminal_driver
from scanner.tui.terminal.wedge_keys import Correct, WedgeKeys, lines_of
from scanner.tui.widgets.key_line import TranslatedScreen, quit_words
from scanner.tui.wizard.answers import Answers, Place, Setup, filled_in, opens_gate
from scanner.tui.wizard.camera_step import CameraStep
from scanner.tui.wizard.code_step import CodeStep
from scanner.tui.wizard.list_step import ListStep
from scanner.tui.wizard.simple_steps import NamesStep, ServerStep, SoundStep, SupervisorStep
from scanner.tui.wizard.step import Step
from scanner.tui.wizard.tickets_step import TicketsStep
from scanner.tui.wizard.venue_step import VenueStep
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence

_SEARCH_AFTER_SECONDS = 0.4
"""From the start to the search for a venue: the first step is drawn by then."""


class WizardApp(App[Answers]):
    """Asks for everything that a gate needs; its result is None where somebody quit early.

    Args:
        setup: the world around the gate.
        answers: what is known or proposed already.
        correct: corrects what a hand scanner types where a code is asked for; without it all keys
            are a person's.
        place: the step to begin with.

    Attributes:
        wants_made_up: whether a made-up house was chosen instead.
    """

    TITLE = "scanner"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "nothing", "Go on"),
        Binding("tab", "app.focus_next", "Next field", key_display="Tab"),
        Binding("escape", "back", "Back", key_display="Esc", priority=True),
        Binding("ctrl+q", "ask_quit", "Quit", key_display="Ctrl+Q", priority=True),
    ]
    CSS: ClassVar[str] = """
    #head { height: 1; padding: 0 3; background: $panel; text-style: bold; }
    #place { height: 1fr; }
    """

    def __init__(
        self,
        setup: Setup,
        answers: Answers,
        correct: Correct | None = None,
        place: Place = Place.SERVER,
    ) -> None:
        super().__init__(driver_class=terminal_driver())
        self._wedge = WedgeKeys(self, self, correct, is_whole=_is_whole) if correct else None
        self._setup = setup
        self._answers = answers
        self._makers: tuple[Callable[[], Step], ...] = (
            lambda: ServerStep(self._answers, setup),
            lambda: (ListStep if self._answers.at_pretix else CodeStep)(self._answers, setup),
            lambda: NamesStep(self._answers, setup),
            lambda: CameraStep(self._answers, setup),
            lambda: SoundStep(self._answers, setup),
            lambda: SupervisorStep(self._answers, setup),
            lambda: VenueStep(self._answers, setup, self._venues),
            lambda: TicketsStep(self._answers, setup),
        )
        self._place: Place = Place.TICKETS if place is Place.VENUE else place
        self._venues: Sequence[str] = ()
        self._asks_for_venue = False
        self._answered_by_scan: set[Place] = set()
        self.wants_made_up = False
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
        looking = threading.Thread(target=self._look_for_venues, name="venues", daemon=True)
        self.set_timer(_SEARCH_AFTER_SECONDS, looking.start)
        await self._show(self._place)

    def _look_for_venues(self) -> None:
        """Look while the first steps are answered; whoever comes to the step earlier skips it."""
        try:
            self._venues = self._setup.venues()
        except Exception:  # noqa: BLE001 - without a venue the gate is set up all the same
            structlog.get_logger("wizard").exception("no venue could be looked for")

    async def on_event(self, event: Event) -> None:
        """Collect the keys of a hand scanner: none of a code's is a command."""
        if not (self._wedge and await self._wedge.take(event, super().on_event)):
            await super().on_event(event)

    def scanned(self, payload: str, _source: str) -> None:
        """Answer the steps that a scanned or pasted text belongs to, whichever is shown."""
        if isinstance(self.step, CameraStep | VenueStep) and not opens_gate(payload):
            self.step.take(payload)
        elif self.step:
            self.run_worker(self._fill_in(self.step, payload), exit_on_error=False)

    def on_step_scanned(self, message: Step.Scanned) -> None:
        """Take what the step's camera read."""
        self.scanned(message.text, "camera")

    async def _fill_in(self, step: Step, text: str) -> None:
        try:
            answers, places = filled_in(step.draft(), text, step.place)
        except ScannerError as error:
            step.complain(sentence(error.fact))
            return
        if not places:
            await self._type(step, text)
            return
        self._answers = answers
        self._answered_by_scan = {*places}
        await self._show(places[0])

    async def _type(self, step: Step, text: str) -> None:
        """Type what answers nothing: a slow line gives a person's keys a scanner's rhythm.

        What is plainly some code, such as a web address or an article's number, was scanned.
        """
        line = self.focused
        some_text = parse_payload(text) == NotATicket(LooksLike.OTHER_TEXT) and not is_random(text)
        if not isinstance(line, Input) or isinstance(step, CodeStep) or not some_text:
            step.complain(_unfit(step))
            return
        for each in lines_of(text):  # Enter leads from one to the next
            line = self.focused
            if self.step is step and isinstance(line, Input):
                line.insert_text_at_cursor(each)
                await line.action_submit()
                for node in (line, step):  # first one hears of it, then the other
                    heard = asyncio.Event()
                    node.call_later(heard.set)
                    await heard.wait()

    async def on_server_step_try_out(self) -> None:
        """End, for a made-up house."""
        self.wants_made_up = True
        await self.action_quit()

    async def on_tickets_step_mend(self, message: TicketsStep.Mend) -> None:
        """Show the step that is wrong."""
        await self._show(message.place)

    def say(self, sentence: str) -> None:
        """Show a sentence about the scanner."""
        self.notify(sentence, markup=False)

    def types_serial(self) -> bool:
        """Tell whether a line has the focus: what is pasted key by key belongs there."""
        return isinstance(self.focused, Input)

    async def on_step_answered(self, message: Step.Answered) -> None:
        """Show the next step, or end after the last."""
        self._answers = message.answers
        if isinstance(self.step, VenueStep) and self.step.joined:
            self._venues = ()  # it is not asked again
        if self._place is Place.TICKETS:
            self._leave_step()
            self._tell_failure(lambda: self._setup.keep(self._answers))
            self.exit(self._answers)
            return
        await self._show(self._beside(1))
        self._remember()

    async def action_back(self) -> None:
        """Undo what was begun in the step, or show the step before."""
        if self.step and self.step.take_back():
            return
        if self._place > Place.SERVER:
            self._keep_draft()
            await self._show(self._beside(-1))

    def _beside(self, by: int) -> Place:
        """Return the next step, or with -1 the one before; without a venue, its step is none."""
        if self._place is Place.SUPERVISOR:
            self._asks_for_venue = bool(self._venues)
        found = Place(self._place + by)
        skipped = found is Place.VENUE and not (self._asks_for_venue and self._venues)
        return Place(found + by) if skipped else found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go back from the second step on."""
        if action == "back":
            return self._place > Place.SERVER
        return super().check_action(action, parameters)

    async def action_quit(self) -> None:
        """Quit; what was typed is there at the next start."""
        self._keep_draft()
        self._remember()
        self._leave_step()
        for worker in [each for each in self.workers if each.node is self]:
            with contextlib.suppress(WorkerFailed, WorkerCancelled):
                await worker.wait()
        self.exit()

    async def action_ask_quit(self) -> None:
        """Quit; in a browser, say what does."""
        if self.is_web:
            self.action_help_quit()
        else:
            await self.action_quit()

    def action_help_quit(self) -> None:
        """Say what quits, since Ctrl+C does not."""
        self.notify(quit_words(in_browser=self.is_web), markup=False)

    def action_nothing(self) -> None:
        """Enter belongs to the field that has the cursor; the footer shows it."""

    async def _show(self, place_shown: Place) -> None:
        self._leave_step()
        self._place = place_shown
        place = self.query_one("#place")
        await place.remove_children()
        self.step = step = self._makers[place_shown - 1]()
        skipped = 0 if self._asks_for_venue else 1
        number = int(place_shown) - (skipped if place_shown > Place.VENUE else 0)
        place_in_row = say("{number} of {all}", number=number, all=len(Place) - skipped)
        head = f"{say('Set up this gate')} · {place_in_row} · {step.title()}"
        self.query_one("#head", Static).update(Content(head))
        await place.mount(step)
        self.refresh_bindings()
        if place_shown in self._answered_by_scan:
            self._answered_by_scan.remove(place_shown)
            step.submit()

    def _leave_step(self) -> None:
        if self.step:
            self.step.leave()

    def _keep_draft(self) -> None:
        if self.step:
            self._answers = self.step.draft()

    def _remember(self) -> None:
        # A venue is looked for again in the next start: it comes back to the step before.
        place = Place.SUPERVISOR if self._place is Place.VENUE else self._place
        self._tell_failure(lambda: self._setup.remember(self._answers, place))

    def _tell_failure(self, keep: Callable[[], None]) -> None:
        try:
            keep()
        except ScannerError as error:
            self.notify(sentence(error.fact), markup=False)


def _is_whole(text: str) -> bool:
    """Tell whether a text that a scanner sent without an end is a whole code."""
    if text.startswith("{"):
        return opens_gate(text)
    card = read_card(text)
    return bool(card and card.token) or holds_ticket(text)


def _unfit(step: Step) -> str:
    """Say that a scanned text answers nothing."""
    if isinstance(step, CodeStep):
        return say("This is no token's code: that has eight letters and digits.")
    return say("This answers no step: it is no gate card, token's code, key or address.")
