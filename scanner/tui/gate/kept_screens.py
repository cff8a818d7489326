"""Screens that are made once: to make one takes twice as long as to show it again."""

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen


class Kept(Screen[None]):
    """A screen that is kept: whatever it shows is set when it appears, and cleared when left."""

    _away = True

    def on_screen_resume(self) -> None:
        """Begin anew where it was away, not where the palette was above it."""
        if self._away:
            self._away = False
            self.begin()

    def on_screen_suspend(self) -> None:
        """Note that it was left."""
        self._away = self not in self.app.screen_stack
        if self._away:
            self.leave()

    def begin(self) -> None:
        """Show everything as it is now, from the first on."""

    def leave(self) -> None:
        """Clear away what is nobody's next time, or would take time then."""


def show_kept(app: App[Any], name: str, make: Callable[[], Screen[Any]]) -> None:
    """Show a screen over the others, made now only if it was not kept; one that begins anew."""
    if not app.is_screen_installed(name):
        app.install_screen(make(), name)
    app.push_screen(name)


def forget_kept(app: App[Any], name: str) -> None:
    """Have a screen made anew the next time, if it is kept and not shown now."""
    if app.is_screen_installed(name):
        screen = app.get_screen(name)
        if screen not in app.screen_stack:
            app.uninstall_screen(name)
            screen.remove()
