"""Screens that are made once: to make one takes twice as long as to show it again."""

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen


def show_kept(app: App[Any], name: str, make: Callable[[], Screen[Any]]) -> None:
    """Show a screen over the others, made now only if it was not kept.

    It is to bring itself up to date whenever it comes to the top (`ScreenResume`).
    """
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
