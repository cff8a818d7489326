"""Which driver an app has for its terminal."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def terminal_driver() -> "type[Driver] | None":
    """Return this program's own driver; nothing where Textual is to choose one.

    It chooses for a browser, as `textual-serve` tells it to, and where terminals aren't Unix's.
    """
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ:
        return None
    from scanner.tui.terminal.driver import TerminalDriver

    return TerminalDriver
