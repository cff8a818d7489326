"""Which keys only open something over the gate, and how it is closed again.

A hand scanner that types may have sent such a key: then the gate takes it back.
"""

from typing import Any

from textual.app import App
from textual.events import Key

from scanner.tui.gate.screen import GateScreen
from scanner.tui.widgets.hand_entry import HandEntry

_OPENING = frozenset({"type_serial", "help", "find", "override", "queue", "statistics", "settings"})
"""Actions that show something and change nothing."""


class GateNavigation:
    """Screens over the gate's, and its line for serials."""

    def __init__(self, app: App[Any], gate: GateScreen) -> None:
        self._app = app
        self._gate = gate

    def opens(self, key: Key) -> bool:
        """Tell whether all that a key does now is to open something over the gate."""
        gate = self._gate
        if self._app.screen is not gate or gate.focused is not None:
            return False
        found = gate.active_bindings.get(key.key)
        return found is not None and found.enabled and found.binding.action in _OPENING

    def go_home(self) -> None:
        """Show the gate."""
        while self._app.screen is not self._gate and len(self._app.screen_stack) > 1:
            self._app.pop_screen()
        entry = self._gate.query_one(HandEntry)
        if entry.opened:
            entry.action_leave()
