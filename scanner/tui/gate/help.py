"""What the keys do and what the verdicts mean, and the palette, to search every command."""

from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from typing import Any, ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen

from scanner.admission.verdict import Reason
from scanner.tui.drawing.explained import every_verdict, one_verdict
from scanner.tui.widgets.drawn import Drawn
from scanner.tui.widgets.key_line import ONLY_IN_TRAINING, TranslatedScreen
from scanner.wording.catalogue import say

_OWN = frozenset({"tab", "shift+tab", "ctrl+c", "super+c", "ctrl+p", "ctrl+q"})
"""Keys that say nothing to a guard, and the one that `q` tells of."""

_KEY, _GAP = 8, 3
"""Cells of a key's name, and between it and what it does."""


_NOT_IN_PALETTE = frozenset(
    {
        "command_palette",
        "help_quit",
        "screen.copy_text",
        "app.focus_next",
        "app.focus_previous",
    }
)


class HelpScreen(ModalScreen[None], TranslatedScreen[None]):
    """Every key of the screen below, and every verdict: what it means and what to do.

    Args:
        below: whose keys are listed.
        last: returns why the last patron was let in or kept out, which is explained first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "dismiss", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    HelpScreen { align: center middle; background: $background; }
    HelpScreen > VerticalScroll {
        width: 100%;
        max-width: 140;
        height: auto;
        max-height: 100%;
        padding: 0 1;
        background: $surface;
        color: $foreground;
        border: round $accent;
        border-title-style: bold;
        border-subtitle-color: $foreground;
        overflow-y: scroll;  /* its bar does not come later and set all anew */
        scrollbar-size-vertical: 1;
        & #keys, & #last { margin-bottom: 1; }
        & #last { display: none; }
        & #last.-known { display: block; }
        & #parts { height: auto; }
    }
    HelpScreen.-wide #parts { layout: horizontal; }
    HelpScreen.-wide #keys { width: 51; }
    HelpScreen.-wide #all { width: 1fr; padding-right: 1; }
    """

    def __init__(
        self, below: Screen[None], last: Callable[[], Reason | None] = lambda: None
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
        self._below = below
        self._last = last
        self._listed = False
        self._shown_keys: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """List keys and verdicts."""
        with VerticalScroll() as box:
            box.border_title = say("Help")
            box.border_subtitle = say("↑ ↓ scroll, Esc closes")
            yield Drawn(id="last")
            with Vertical(id="parts"):
                yield Drawn(id="keys")
                yield Drawn(id="all")

    def on_screen_resume(self) -> None:
        """Explain the last verdict and list the keys that work now, from the top."""
        if (keys := self._keys()) != self._shown_keys:
            self._shown_keys = keys
            self.query_one("#keys", Drawn).show(partial(_listed, keys))
        last, reason = self.query_one("#last", Drawn), self._last()
        last.set_class(reason is not None, "-known")
        if reason:
            last.show(partial(one_verdict, reason))
        self.query_one(VerticalScroll).scroll_home(animate=False)
        if not self._listed:  # after the keys: the list takes longer than a key's answer may
            self._listed = True
            self.call_after_refresh(self.query_one("#all", Drawn).show, every_verdict)

    def _keys(self) -> list[tuple[str, str]]:
        """Return the keys of the screen below, and what each does."""
        rows = [
            (self.app.get_key_display(binding), tooltip or binding.description)
            for _, binding, enabled, tooltip in self._below.active_bindings.values()
            if enabled and binding.description and binding.key not in _OWN
        ]
        keys = " ".join(say(each.key_display or each.key) for each in ONLY_IN_TRAINING)
        return [*dict.fromkeys(rows), ("", say("{keys} act in training only", keys=keys))]


def _listed(keys: list[tuple[str, str]], width: int, _height: int = 0) -> Content:
    """Set each key before what it does, whose lines stand below one another."""
    lines = []
    for key, words in keys:
        first, *others = Content(words).wrap(max(1, width - _KEY - _GAP))
        lines.append(Content.assemble((key.rjust(_KEY), "bold $accent"), " " * _GAP, first))
        lines += [Content(" " * (_KEY + _GAP)) + each for each in others]
    return Content("\n").join(lines)


def commands_of(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Return as commands what the keys offer on a screen, each once."""
    offered: set[str] = set()
    for node, binding, enabled, tooltip in screen.active_bindings.values():
        name, action = binding.description, binding.action
        ours = isinstance(node, App | Screen)  # not a text field's, to delete a word
        if ours and enabled and name and action not in _NOT_IN_PALETTE | offered:
            offered.add(action)
            yield SystemCommand(name, tooltip, partial(screen.run_action, action))


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
