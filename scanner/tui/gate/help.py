"""What the keys do and what the shapes mean, and the palette, to search every command."""

from operator import itemgetter
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from scanner.tui.drawing.faces import CANNOT_RECORD, FACES
from scanner.tui.drawing.theme import tint
from scanner.tui.widgets.key_line import TranslatedScreen
from scanner.wording.catalogue import say
from scanner.wording.verdict import title

_OWN = frozenset({"tab", "shift+tab", "ctrl+c", "super+c", "ctrl+p"})
"""Keys of Textual's that say nothing to a guard."""


class HelpScreen(ModalScreen[None], TranslatedScreen[None]):
    """Every key of the screen below, and every verdict's shape and words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "dismiss", "Close", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    HelpScreen { align: center middle; background: $background; }
    HelpScreen > VerticalScroll {
        width: 80;
        height: auto;
        max-height: 100%;
        padding: 0 1;
        background: $surface;
        color: $foreground;
        border: round $accent;
        border-title-style: bold;
        border-subtitle-color: $foreground;
        & > Horizontal { height: auto; }
        & Static:first-child { width: 1fr; }
        & Static:last-child { width: 28; }
    }
    """

    def __init__(self, below: Screen[None]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        """List keys and shapes."""
        with VerticalScroll() as box:
            box.border_title = say("Help")
            box.border_subtitle = say("Esc closes")
            with Horizontal():
                yield Static(Content("\n").join(self._keys()))
                yield Static(Content("\n").join(_shapes()))

    def on_screen_resume(self) -> None:
        """List the keys that work now, from the top."""
        listed, keys = self.query(Static).first(), Content("\n").join(self._keys())
        if listed.content != keys:
            listed.update(keys)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _keys(self) -> list[Content]:
        lines = []
        for _, binding, enabled, tooltip in self._below.active_bindings.values():
            if not (enabled and binding.description and binding.key not in _OWN):
                continue
            words = tooltip or binding.description
            lines.append(_row(self.app.get_key_display(binding), words, "bold $accent"))
        return list(dict.fromkeys(lines))


def _shapes() -> list[Content]:
    faces = [(face, title(kind)) for kind, face in FACES.items()]
    faces.append((CANNOT_RECORD, say("CANNOT RECORD")))
    return [_row(face.symbol, words, f"bold {tint(face)}") for face, words in faces]


def _row(left: str, right: str, style: str) -> Content:
    return Content.assemble((f"{left:>8}", style), "   ", right)


class Commands(Provider):
    """What the app offers on the screen below; a sentence where nothing of it fits."""

    async def discover(self) -> Hits:
        """List all, by their names."""
        offered = self.app.get_system_commands(self.screen)
        for name, words, command, _ in sorted(offered, key=itemgetter(0)):
            yield DiscoveryHit(name, command, help=words or None)

    async def search(self, query: str) -> Hits:
        """List those whose names have the letters of the query."""
        matcher, found = self.matcher(query), False
        for name, words, command, _ in self.app.get_system_commands(self.screen):
            if (score := matcher.match(name)) > 0:
                found = True
                yield Hit(score, matcher.highlight(name), command, help=words or None)
        if not found:
            yield Hit(1, say("No command is called that."), _nothing)


class Palette(CommandPalette):
    """Textual's, on a ground of its own, there before its list is.

    To draw the gate through it, and to wait for the list, took longer than a key's answer may.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Palette { background: $background; }
    Palette > #--container { display: block; }
    Palette SearchIcon { display: none; }  /* a picture that not every terminal has */
    Palette CommandInput { padding-left: 1; }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=say("Search for commands…"), id="--command-palette")


def _nothing() -> None:
    """Do what no command does."""
