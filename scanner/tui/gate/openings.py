"""What the gate's keys open, and how it is closed again when a hand scanner had sent the key."""

from typing import TYPE_CHECKING

from textual.events import Key

from scanner.tui.widgets.hand_entry import HandEntry

if TYPE_CHECKING:
    from scanner.tui.gate.app import GateApp

_OPENING = frozenset({"type_serial", "help", "find", "override", "queue", "statistics", "settings"})
"""Actions that show something and change nothing."""


class GateOpenings:
    """Screens over the gate's, and its line for serials."""

    def __init__(self, app: "GateApp") -> None:
        self._app = app

    def opened_by(self, key: Key) -> bool:
        """Tell whether all that a key does now is to open something over the gate."""
        gate = self._app.gate
        if self._app.screen is not gate or gate.focused is not None:
            return False
        found = gate.active_bindings.get(key.key)
        return found is not None and found.enabled and found.binding.action in _OPENING

    def close(self) -> None:
        """Show the gate again."""
        while self._app.screen is not self._app.gate and len(self._app.screen_stack) > 1:
            self._app.pop_screen()
        entry = self._app.gate.query_one(HandEntry)
        if entry.opened:
            entry.action_leave()
