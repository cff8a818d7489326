"""Which driver an app has for its terminal."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver


def terminal_driver() -> "type[Driver] | None":
    """Return this program's own driver; nothing where Textual is to choose one.

    It chooses for a browser, as `textual-serve` tells it to, and where terminals aren't Unix's.
    """
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ:
        return None
    from scanner.tui.terminal.driver import TerminalDriver

    return TerminalDriver


def when_written(app: "App[Any]", call: Callable[[], None]) -> None:
    """Call once the terminal has taken all that was drawn so far; never where it is gone.

    This program's own driver calls from its writing thread. Another one, such as a browser's,
    writes as it is asked to: there it is called now.
    """
    after = getattr(app._driver, "when_written", None)
    after(call) if after else call()
