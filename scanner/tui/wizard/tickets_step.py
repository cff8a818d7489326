"""The step that opens the gate: the first sync, with its progress."""

from typing import ClassVar

import structlog
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, ProgressBar, Static

from scanner.errors import ScannerError
from scanner.platform.errors import Unreachable
from scanner.sync.opening import Opened
from scanner.tui.wizard.answers import Answers, Place, Setup, place_of
from scanner.tui.wizard.step import Step, of_step, unexpected
from scanner.wording.catalogue import number, say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence


class TicketsStep(Step):
    """Shows progress, then what the gate admits to; or what failed, and with which step."""

    place = Place.TICKETS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "again", "Try again", key_display="F5")]
    DEFAULT_CSS: ClassVar[str] = """
    TicketsStep #count, TicketsStep #found { height: auto; margin-bottom: 1; text-style: bold; }
    TicketsStep Button, TicketsStep ProgressBar { display: none; }
    TicketsStep Button { margin-right: 2; }
    TicketsStep Horizontal { height: auto; }
    TicketsStep.-misled #mend { display: block; }
    TicketsStep.-counting ProgressBar { display: block; margin-bottom: 1; }
    TicketsStep.-done #go, TicketsStep.-failed #go { display: block; }
    """

    class Mend(Message):
        """An earlier step is to be answered again."""

        def __init__(self, place: Place) -> None:
            self.place = place
            super().__init__()

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers, setup)
        self._wrong = Place.SERVER
        self._working = False

    def title(self) -> str:
        """Return the step's title."""
        return say("Tickets")

    def compose(self) -> ComposeResult:
        """Lay out a bar and a count."""
        yield Static("", id="count", markup=False)
        yield ProgressBar(show_eta=False)
        yield Static("", id="found", markup=False)
        yield self.problem
        with Horizontal():
            yield Button("", variant="primary", id="go")
            yield Button("", id="mend")

    def on_mount(self) -> None:
        """Start the sync."""
        self.action_again()

    def action_again(self) -> None:
        """Start the sync unless it runs."""
        if self._working or self.has_class("-done"):
            return
        self._working = True
        self.remove_class("-failed", "-counting", "-misled")
        self.complain("")
        self._count(say("Asking the server …"))
        self.run_worker(self._open(), exit_on_error=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Open the gate, try again, or go to the step that is wrong."""
        if event.button.id == "mend":
            self.post_message(self.Mend(self._wrong))
        elif self.has_class("-done"):
            self.post_message(self.Answered(self.answers))
        else:
            self.action_again()

    async def _open(self) -> None:
        try:
            opened = await self.setup.open(self.answers, self._progress)
        except ScannerError as error:
            self._count(say("No tickets yet."))
            self._blame(error)
        except Exception:  # noqa: BLE001 - said on the screen; the detail is in the log
            structlog.get_logger("open").exception("the first sync failed")
            self._fail(unexpected())
        else:
            self._succeed(opened)
        finally:
            self._working = False

    def _progress(self, done: int, total: int) -> None:
        self.query_one(ProgressBar).update(total=max(1, total), progress=done)
        self.add_class("-counting")
        self._count(say("{done} of {total} tickets", done=number(done), total=number(total)))

    def _succeed(self, opened: Opened) -> None:
        bar = self.query_one(ProgressBar)
        bar.update(total=max(1, opened.tickets), progress=max(1, opened.tickets))
        self._count(f"✓ {say_count('{count} ticket', '{count} tickets', opened.tickets)}")
        sections = ", ".join(plain(name, 60) for name in opened.sections) or say("no section")
        self.query_one("#found", Static).update(
            Content(
                f"{plain(opened.session.title, 80)}\n"
                f"{say('This gate admits: {sections}', sections=plain(sections))}"
            )
        )
        self.complain(
            " ".join(say("Note: {warning}", warning=sentence(each)) for each in opened.warnings)
        )
        self.add_class("-done", "-counting")
        self._offer(say("Open the gate"))

    def _fail(self, sentence: str) -> None:
        self.complain(sentence)
        self.remove_class("-counting")
        self.add_class("-failed")
        self._offer(say("Try again"))

    def _blame(self, error: ScannerError) -> None:
        """Say which step is wrong; a network that is away is no step's fault alone."""
        self._wrong = place_of(error)
        self._fail(of_step(self._wrong, error))
        mend = self.query_one("#mend", Button)
        mend.label = say("Go to step {number}", number=int(self._wrong))
        self.add_class("-misled")
        if not isinstance(error, Unreachable):
            mend.focus()

    def _offer(self, words: str) -> None:
        button = self.query_one("#go", Button)
        button.label = words
        button.focus()

    def _count(self, words: str) -> None:
        self.query_one("#count", Static).update(Content(words))
