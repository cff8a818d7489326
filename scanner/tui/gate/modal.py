"""The base of the gate's modal screens: verdicts still show above, Esc goes back."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.cached_screens import CachedScreen
from scanner.tui.widgets.key_line import KeyLine
from scanner.tui.widgets.verdict_band import VerdictBand
from scanner.wording.plain import plain


class Modal(CachedScreen):
    """The last verdict, a title, the body, and a line for messages.

    Args:
        shown: returns what the gate's screen shows now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", key_display="Esc")]
    DEFAULT_CSS: ClassVar[str] = """
    Modal {
        & > #title { height: 1; padding: 0 1; background: $panel; color: $foreground; }
        & > #body { height: 1fr; background: $surface; color: $foreground; }
        & > #said { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    }
    """

    def __init__(self, shown: Callable[[], Poster]) -> None:
        super().__init__()
        self._shown = shown

    def compose(self) -> ComposeResult:
        """Lay out the screen, from top to bottom."""
        yield VerdictBand(self._shown())
        yield Static("", id="title", markup=False)
        with Vertical(id="body"):
            yield from self.body()
        yield Static("", id="said", markup=False)
        yield KeyLine()

    def body(self) -> list[Widget]:
        """Return the widgets of the body."""
        return []

    def populate(self) -> None:
        """Show the last verdict, and no message."""
        band, shown = self.query_one(VerdictBand), self._shown()
        if band.poster != shown:
            band.show(shown)
        self.say("")

    def say(self, sentence: str) -> None:
        """Show a message until the next."""
        self.query_one("#said", Static).update(Content(plain(sentence)))

    def entitle(self, title: str) -> None:
        """Show a title."""
        self.query_one("#title", Static).update(Content.styled(title, "bold"))

    def action_back(self) -> None:
        """Return to the gate."""
        self.dismiss()
