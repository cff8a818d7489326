"""The keys: one table of them, and those that work now on the lowest row, each to be clicked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.events import Leave, MouseDown, MouseMove
from textual.screen import Screen
from textual.widget import Widget

from scanner.tui.widgets.notice_lines import TooSmall, breaks
from scanner.wording.catalogue import say

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One key: what presses it, what is written, and what more there is to say about it.

    `stays` is set where the key is listed however narrow the row is.
    """

    key: str
    display: str
    description: str
    tooltip: str
    stays: bool = False

    @property
    def width(self) -> int:
        """Return the cells that it takes."""
        return Content(f"{self.display} {self.description}").cell_length


_STAY = frozenset({"help", "back", "dismiss", "leave", "ask_leave", "ask_quit", "quit", "app.quit"})
"""The actions that lead to all the other keys, or out."""


def fitted(keys: Sequence[ShownKey], columns: int) -> list[ShownKey]:
    """Leave out keys from the end until the others fit: each has one name, in every width.

    The help lists them all.
    """
    shown = list(keys)
    for place in reversed(range(len(shown))):
        if _columns(shown) <= columns:
            break
        if not shown[place].stays:
            del shown[place]
    return shown


def _columns(keys: Sequence[ShownKey]) -> int:
    return sum(each.width + 1 for each in keys) - 1


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
        for _, binding, enabled, tooltip in screen.active_bindings.values():
            if binding.show and enabled:
                display = self.app.get_key_display(binding).partition(" ")[0]
                name, stays = binding.description, binding.action in _STAY
                shown = ShownKey(binding.key, display, name, tooltip, stays)
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
    read `active_bindings`. In a browser they don't offer to quit: no key does there.

    In a window that is too small for it a notice covers it; where `fluid`, nothing does.
    """

    fluid: ClassVar[bool] = False
    DEFAULT_CSS: ClassVar[str] = """
    TranslatedScreen { layers: default notice; }
    TranslatedScreen.-broken { overflow: hidden; }
    """

    def on_resize(self) -> None:
        """Cover what has no room now, or show it again."""
        self._cover_if_broken()

    def on_screen_resume(self) -> None:
        """Cover it where the window shrank while another screen was above."""
        self._cover_if_broken()

    def _cover_if_broken(self) -> None:
        covers, broken = self.query(TooSmall), not self.fluid and breaks(self.app)
        self.set_class(broken, "-broken")
        if not broken:
            covers.remove()
        elif covers:
            covers.first().refresh()
        else:
            self.mount(TooSmall())

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Return the bindings that work now, by key."""
        unoffered = "ask_quit" if self.app.is_web else None
        return {
            key: _translated(found)
            for key, found in super().active_bindings.items()
            if found.binding.action != unoffered
        }


def quit_words(*, in_browser: bool) -> str:
    """Say what ends the program."""
    if in_browser:
        return say("No key ends the gate in a browser; closing this window does.")
    return say("Ctrl+Q ends the program.")


def _translated(found: ActiveBinding) -> ActiveBinding:
    binding, tooltip = found.binding, say(found.tooltip)
    translated = replace(
        binding,
        description=say(binding.description),
        tooltip=tooltip,
        key_display=say(binding.key_display or "") or None,
    )
    return found._replace(binding=translated, tooltip=tooltip)


def _by_action(*bindings: Binding) -> dict[str, Binding]:
    return {each.action: each for each in bindings}


AT_THE_GATE = _by_action(
    Binding("i,slash", "type_serial", "Type", key_display="i /", tooltip="Type a serial"),
    Binding("l", "let_in", "Let in", tooltip="Let in the patron whose light was never shown"),
    Binding("r", "try_now", "Try now", tooltip="Sync and send without waiting", show=False),
    Binding("question_mark", "help", "Help", key_display="?"),
    Binding("f", "open('find')", "Find", tooltip="Find a ticket by serial or name"),
    Binding("u", "open('look_up')", "Look up", tooltip="Look up a ticket; nobody is let in"),
    Binding(
        "o",
        "open('override')",
        "Override",
        tooltip="Let in, or in again, with the PIN",
    ),
    Binding("w", "open('queue')", "Queue", tooltip="Admissions, and whether they were sent"),
    Binding("t", "open('statistics')", "Statistics"),
    Binding("n", "toggle_network", "Network", tooltip="Cut / restore network"),
    Binding("s", "open('settings')", "Settings"),
    Binding("k", "open('token')", "Token", tooltip="Open the gate with another token"),
    Binding("k", "open('list')", "List", tooltip="Open the gate for another check-in list"),
    Binding(
        "d",
        "open('duty')",
        "On duty",
        tooltip="Change guard, camera, scanner, or what the gate is open for",
    ),
    Binding("v", "open('scans')", "Scans", tooltip="All scans of this gate, let in or not"),
    Binding(
        "e",
        "turn(True)",
        "Exit",
        tooltip="Count who leaves: nobody is let in until e is pressed",
        show=False,
    ),
    Binding("e", "turn(False)", "Entry", tooltip="Let in again"),
    Binding("p", "picture", "Picture", tooltip="Show or hide what the camera sees"),
    Binding("m", "mute", "Mute", tooltip="Sound off and on"),
    Binding("plus,equals_sign", "volume(1)", "Louder", key_display="+", show=False),
    Binding("minus", "volume(-1)", "Quieter", key_display="-", show=False),
    Binding("q", "ask_quit", "Quit", tooltip="Quit, after a question; Ctrl+Q too"),
)
"""By what they do."""

ON_BOTH = (
    Binding("l", "answer('LET_IN')", "Let in", tooltip="Let in; only after a green light"),
    Binding("o", "answer('SUPERVISOR')", "Supervisor", tooltip="Call the supervisor"),
    Binding("f", "search", "Find", tooltip="Find a ticket by its owner's name"),
    Binding("i,slash", "type_serial", "Type", tooltip="Type a serial", show=False),
    Binding("question_mark", "help", "Help", key_display="?"),
    Binding("q", "ask_leave", "Stop", tooltip="Leave, after a question; the run does not count"),
)
"""Training's acts on keys that do the same at a gate."""

ONLY_IN_TRAINING = (
    Binding("x", "ask_reason", "Turn away", tooltip="Turn away; then the reason's number"),
    Binding(
        "g", "answer('SEND')", "Send on", tooltip="Send to the gate of the ticket's own section"
    ),
    Binding("h", "hand_scanner", "Scanner", tooltip="Take the hand scanner, where nothing is read"),
    Binding("c", "answer('CARRY_ON')", "Carry on", show=False),
    Binding("space", "skip", "Next", key_display="Space", tooltip="Don't wait for the next patron"),
)
"""Training's own acts: these keys do nothing at a gate."""


ON_ITS_SCREEN = ("type_serial", "let_in", "try_now", "help", "turn(True)", "turn(False)")
"""The gate's actions that are its main screen's own; the others work on every one of its screens
that does not use their keys."""


def gate_keys(*, on_screen: bool) -> list[Binding]:
    """Return the bindings of the gate's main screen, or those of all its screens."""
    return [each for each in AT_THE_GATE.values() if (each.action in ON_ITS_SCREEN) is on_screen]


def only_at_a_gate() -> list[Binding]:
    """Return the gate's keys that training lacks, with an action that says so."""
    shared = {key for each in ON_BOTH for key in each.key.split(",")}
    return [
        replace(each, action=f"only_at_a_gate({each.description!r})", show=False)
        for each in AT_THE_GATE.values()
        if each is not AT_THE_GATE["open('list')"] and not shared & set(each.key.split(","))
    ]
