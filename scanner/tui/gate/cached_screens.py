"""Screens that are made once and shown often: to make one takes twice as long as to show it."""

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen

from scanner.tui.terminal.key_names import TranslatedScreen


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
