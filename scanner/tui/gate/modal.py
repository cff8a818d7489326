"""The base of the gate's modal screens: verdicts still show above, Esc goes back."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster
from scanner.tui.widgets.key_line import KeyLine, TranslatedScreen, quit_words
from scanner.tui.widgets.verdict_panel import VerdictBand
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain


class CachedScreen(TranslatedScreen[None]):
    """A screen that is filled each time it is opened, and cleared each time it is closed."""

    _is_open = False

    def on_screen_resume(self) -> None:
        """Fill it where it was closed, not where the command palette was above it."""
        if not self._is_open:
            self._is_open = True
            self.populate()

    def on_screen_suspend(self) -> None:
        """Note that it was closed."""
        self._is_open = self in self.app.screen_stack
        if not self._is_open:
            self.clear()

    def populate(self) -> None:
        """Show everything as it is now."""

    def clear(self) -> None:
        """Remove what the next one must not see, or what would take time then."""


def show_cached(app: App[Any], name: str, make: Callable[[], Screen[Any]]) -> None:
    """Show a screen over the others; made now only where it is not in the cache."""
    if not app.is_screen_installed(name):
        app.install_screen(make(), name)
    app.push_screen(name)


def drop_cached(app: App[Any], name: str) -> None:
    """Remove a screen from the cache unless it is shown now."""
    if app.is_screen_installed(name):
        screen = app.get_screen(name)
        if screen not in app.screen_stack:
            app.uninstall_screen(name)
            screen.remove()


class Modal(CachedScreen):
    """The last verdict, a title, the body, and a line for messages.

    Args:
        shown: returns what the gate's screen shows now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", key_display="Esc")]
    DEFAULT_CSS: ClassVar[str] = """
    Modal {
        & > #title {
            height: 1; padding: 0 1; background: $panel; color: $foreground;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > #body { height: 1fr; background: $surface; color: $foreground; }
        & > #said { height: 1; padding: 0 1; background: $panel; color: $foreground; }
        & > TooSmall { margin-top: 3; }  /* below the verdict */
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


class FollowedModal(Modal):
    """A modal screen that is read again every few seconds while it is open."""

    REFRESH_SECONDS: ClassVar[float] = 2.0

    def on_mount(self) -> None:
        """Follow what is read from now on."""
        self.set_interval(self.REFRESH_SECONDS, self.follow)

    def look(self) -> None:
        """Read again."""
        self.run_worker(self.read(), group="read", exclusive=True, exit_on_error=False)

    def follow(self) -> None:
        """Read again while the screen is open."""
        if self in self.app.screen_stack:
            self.look()

    async def read(self) -> None:
        """Read, and show what was read."""
        raise NotImplementedError


class Question(ModalScreen[None], CachedScreen):
    """A box at the bottom of the gate's screen, which is seen above it.

    Its title is the box's; `#said` is its line for messages, where it has one.
    """

    fluid = True
    DEFAULT_CSS: ClassVar[str] = """
    Question {
        align: center bottom;
        background: $background 0%;
        & > Vertical {
            height: auto; padding: 0 1;
            background: $surface; color: $foreground; border: round $accent;
        }
        & Input { background: $surface; border: tall $accent; height: 3; }
        & #said { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def clear(self) -> None:
        """Remove what was typed."""
        for line in self.query(Input):
            line.value = ""

    def say(self, sentence: str) -> None:
        """Show a message until the next."""
        self.query_one("#said", Static).update(Content(plain(sentence)))

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.dismiss()


class QuitScreen(Question):
    """Asks whether to quit, and says what is not sent yet; a second, different key quits.

    In a browser no key does: it would leave a window with nothing in it.

    Args:
        status: the gate's state.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "quit", "Quit the gate"),
        Binding("escape", "leave", "Stay", key_display="Esc"),
    ]

    def __init__(self, status: Callable[[], Status]) -> None:
        super().__init__()
        self._status = status

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical() as box:
            box.border_title = say("The gate") if self.app.is_web else say("Quit the gate?")
            yield Static("", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Follow the queue while the question stands."""
        self.set_interval(0.5, self.populate)

    def populate(self) -> None:
        """Say what is not sent yet."""
        in_browser = self.app.is_web
        sent = say("To send them: start the gate again, or run `scanner replay`.")
        how = quit_words(in_browser=True) if in_browser else say("y quits, Esc stays.")
        words = [*undelivered(self._status().waiting, sent), how]
        self.query_one(Static).update(Content("\n".join(words)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key to quit in a browser."""
        if action == "quit":
            return not self.app.is_web
        return super().check_action(action, parameters)

    async def action_quit(self) -> None:
        """Quit the gate."""
        await self.app.action_quit()


def undelivered(waiting: int, how: str) -> list[str]:
    """Say how many admissions are not sent yet, and how they are."""
    if not waiting:
        return [say("Every admission was sent; nothing waits.")]
    return [
        say_count(
            "{count} admission is not sent yet. It is kept on this computer.",
            "{count} admissions are not sent yet. They are kept on this computer.",
            waiting,
        ),
        how,
    ]
