"""The first sync: the token is tried, and the tickets are counted as they come."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, ProgressBar, Static

from scanner.errors import ScannerError
from scanner.sync.opening import Opened
from scanner.tui.plain import plain
from scanner.tui.wizard.answers import Answers
from scanner.tui.wizard.feeds import Setup
from scanner.tui.wizard.step import Step


class TicketsStep(Step):
    """Progress, then what the gate admits to; or what stood in the way, and another try."""

    TITLE: ClassVar[str] = "Tickets"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "again", "Try again")]
    DEFAULT_CSS: ClassVar[str] = """
    TicketsStep #count, TicketsStep #found { height: auto; margin-bottom: 1; text-style: bold; }
    TicketsStep Button, TicketsStep ProgressBar { display: none; }
    TicketsStep.-counting ProgressBar { display: block; margin-bottom: 1; }
    TicketsStep.-done Button, TicketsStep.-failed Button { display: block; }
    """

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers)
        self._setup = setup
        self._working = False

    def compose(self) -> ComposeResult:
        """Lay out a bar and a count."""
        yield Static("", id="count", markup=False)
        yield ProgressBar(show_eta=False)
        yield Static("", id="found", markup=False)
        yield self.problem
        yield Button("", variant="primary")

    def on_mount(self) -> None:
        """Begin."""
        self.action_again()

    def action_again(self) -> None:
        """Try, where nothing is under way."""
        if self._working or self.has_class("-done"):
            return
        self._working = True
        self.remove_class("-failed", "-counting")
        self.complain("")
        self._count("Asking the server …")
        self.run_worker(self._open(), exit_on_error=False)

    def on_button_pressed(self) -> None:
        """Open the gate, or try again."""
        if self.has_class("-done"):
            self.post_message(self.Answered(self.answers))
        else:
            self.action_again()

    async def _open(self) -> None:
        try:
            opened = await self._setup.open(self.answers, self._progress)
        except ScannerError as error:
            self._count("No tickets yet.")
            self._fail(str(error))
        except Exception:  # noqa: BLE001 - said on the screen; the detail is in the log
            import structlog

            structlog.get_logger("open").exception("the first sync failed")
            self._fail("Something went wrong; the detail is in the log. Try again.")
        else:
            self._succeed(opened)
        finally:
            self._working = False

    def _progress(self, done: int, total: int) -> None:
        self.query_one(ProgressBar).update(total=max(1, total), progress=done)
        self.add_class("-counting")
        self._count(f"{done:,} of {total:,} tickets")

    def _succeed(self, opened: Opened) -> None:
        bar = self.query_one(ProgressBar)
        bar.update(total=max(1, opened.tickets), progress=max(1, opened.tickets))
        self._count(f"✓ {opened.tickets:,} tickets")
        sections = ", ".join(plain(name, 60) for name in opened.sections) or "no section"
        self.query_one("#found", Static).update(
            Content(f"{plain(opened.session.title, 80)}\nThis gate admits: {plain(sections)}")
        )
        self.complain(" ".join(f"Mind: {plain(warning)}" for warning in opened.warnings))
        self.add_class("-done", "-counting")
        self._offer("Open the gate")

    def _fail(self, sentence: str) -> None:
        self.complain(sentence)
        self.remove_class("-counting")
        self.add_class("-failed")
        self._offer("Try again")

    def _offer(self, words: str) -> None:
        button = self.query_one(Button)
        button.label = words
        button.focus()

    def _count(self, words: str) -> None:
        self.query_one("#count", Static).update(Content(words))
