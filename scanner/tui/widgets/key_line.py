"""The keys that work now, on the lowest row, named in the language spoken; each can be clicked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from textual.binding import ActiveBinding
from textual.content import Content
from textual.events import Leave, MouseDown, MouseMove
from textual.screen import Screen
from textual.widget import Widget

from scanner.wording.catalogue import say

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One key: what presses it, what is written, and what more there is to say about it.

    `short` is a word for it that takes less room, where there is one.
    """

    key: str
    display: str
    description: str
    tooltip: str
    short: str = ""

    @property
    def width(self) -> int:
        """Return the cells that it takes."""
        return Content(f"{self.display} {self.description}").cell_length


FEWEST_LETTERS = 3
"""That are left of a key's name, at least, where the row is too narrow."""


def fitted(keys: Sequence[ShownKey], columns: int) -> list[ShownKey]:
    """Shorten names until all keys fit, so that none is cut off at the end.

    Short words come first, those that save most; then the longest names lose letters.
    """
    shown = keys = _in_short_words(keys, columns)
    letters = max((len(each.description) for each in keys), default=0)
    while _columns(shown) > columns and letters > FEWEST_LETTERS:
        letters -= 1
        shown = [_shortened(each, letters) for each in keys]
    spare = columns - _columns(shown)
    for place in sorted(range(len(keys)), key=lambda each: len(keys[each].description)):
        more = keys[place].width - shown[place].width
        if more <= spare:
            shown[place] = keys[place]
            spare -= more
    return shown


def _in_short_words(keys: Sequence[ShownKey], columns: int) -> list[ShownKey]:
    shown = list(keys)
    shorter = [_in_short(each) for each in keys]
    for place in sorted(range(len(keys)), key=lambda each: shorter[each].width - keys[each].width):
        if _columns(shown) > columns:
            shown[place] = shorter[place]
    return shown


def _in_short(key: ShownKey) -> ShownKey:
    """Write its short word, where that is shorter, and only the first of its keys."""
    word = min(key.short or key.description, key.description, key=len)
    return replace(key, display=key.display.partition(" ")[0], description=word)


def _columns(keys: Sequence[ShownKey]) -> int:
    return sum(each.width + 1 for each in keys) - 1


def _shortened(key: ShownKey, letters: int) -> ShownKey:
    if len(key.description) <= letters:
        return key
    return replace(key, description=f"{key.description[: letters - 1].rstrip()}.")


def _short_words() -> dict[str, str]:
    """Return, for the gate's actions, a word that still says what each does."""
    return {
        "type_serial": say("Key in"),
        "find": say("Search"),
        "override": say("Allow"),
        "queue": say("Sent"),
        "statistics": say("Stats"),
        "settings": say("Setup"),
        "toggle_network": say("Net"),
        "picture": say("View"),
        "mute": say("Muted"),
        "quit": say("Exit"),
    }


class KeyLine(Widget):
    """The screen's keys, in one widget: one for each key took most of a new screen's time."""

    ALLOW_SELECT = False
    DEFAULT_CSS: ClassVar[str] = """
    KeyLine {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[ShownKey] = []
        self._under: ShownKey | None = None

    def on_mount(self) -> None:
        """List the screen's keys from the first picture on, and follow them."""
        self._take(self.screen)
        self.screen.bindings_updated_signal.subscribe(self, self._take)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Mark the key under the mouse, and say more about it."""
        self._point_at(self._at(event.x))

    def on_leave(self, _: Leave) -> None:
        """Mark none."""
        self._point_at(None)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Press the key that was clicked."""
        if found := self._at(event.x):
            self.app.simulate_key(found.key)

    def render(self) -> Content:
        """List the keys."""
        return Content(" ").join(self._drawn(each) for each in self._fitted())

    def _take(self, screen: Screen[Any]) -> None:
        """Take over what the screen's keys are now; of two for one action, the first."""
        if screen is not self.screen:
            return
        keys: dict[str, ShownKey] = {}
        words = _short_words()
        for _, binding, enabled, tooltip in screen.active_bindings.values():
            if binding.show and enabled:
                display = self.app.get_key_display(binding)
                name, short = binding.description, words.get(binding.action, "")
                shown = ShownKey(binding.key, display, name, tooltip, short)
                keys.setdefault(binding.action, shown)
        if list(keys.values()) != self._keys:
            self._keys = list(keys.values())
            self.refresh()

    def _at(self, x: int) -> ShownKey | None:
        for each in self._fitted():
            if x < each.width:
                return each
            x -= each.width + 1
        return None

    def _fitted(self) -> list[ShownKey]:
        return fitted(self._keys, self.size.width)

    def _point_at(self, key: ShownKey | None) -> None:
        if key != self._under:
            self._under = key
            self.tooltip = key.tooltip if key else None
            self.refresh()

    def _drawn(self, key: ShownKey) -> Content:
        drawn = Content.assemble(
            (key.display, "bold $footer-key-foreground on $footer-key-background"),
            (f" {key.description}", "$footer-description-foreground"),
        )
        return drawn.stylize("on $block-hover-background") if key == self._under else drawn


class TranslatedScreen(Screen[Result]):
    """A screen whose bindings are described in the language that is spoken.

    `BINDINGS` are English: the catalogue's keys. Key line, footer, help and command palette all
    read `active_bindings`.
    """

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Return the bindings that work now, by key."""
        return {key: _translated(found) for key, found in super().active_bindings.items()}


def _translated(found: ActiveBinding) -> ActiveBinding:
    binding, tooltip = found.binding, say(found.tooltip)
    translated = replace(
        binding,
        description=say(binding.description),
        tooltip=tooltip,
        key_display=say(binding.key_display or "") or None,
    )
    return found._replace(binding=translated, tooltip=tooltip)
