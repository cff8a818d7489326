"""Makes the screens beside the gate's, by the names that its keys open them with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from textual.screen import Screen

from scanner.app.preferences import Preferences, Value
from scanner.store.search import Found, Typed
from scanner.sync.status import Status
from scanner.tui.gate.duty import DutyScreen, GuardScreen, Shift
from scanner.tui.gate.modal import show_cached
from scanner.tui.gate.screen import GateScreen
from scanner.tui.ports import Clock, Records, Reopen

REBUILT = (
    *("find", "look_up", "override", "queue", "scans", "statistics"),
    *("token", "list", "pin", "reasons", "duty", "guard"),
)
"""What is made anew after the language or the colours have changed."""

_MODULES = ("search", "override", "queue", "scans", "statistics", "settings")


def import_screens() -> None:
    """Import the screens before the first of them is opened."""
    for name in _MODULES:
        import_module(f"scanner.tui.gate.{name}")


@dataclass(frozen=True, slots=True)
class Beside:
    """What the screens are made of.

    Attributes:
        gate: the gate's own screen.
        records: cache and ledger; without them only settings are there.
        status: the gate's state.
        clock: the time now.
        preferences: what the guard has set.
        change: sets it.
        try_now: syncs and sends without waiting.
        shift: changes guard, token, camera and hand scanner.
        reopen: opens the gate with another token.
    """

    gate: GateScreen
    records: Records | None
    status: Callable[[], Status]
    clock: Clock
    preferences: Callable[[], Preferences]
    change: Callable[[str, Value], None]
    try_now: Callable[[], None]
    shift: Shift
    reopen: Reopen

    def offers(self, name: str) -> bool:
        """Tell whether a screen has something to show, or to do."""
        if name == "override":
            return self.records is not None and bool(self.gate.remedy or self.gate.put_back)
        if name in ("token", "list"):
            fits = self.status().at_list is (name == "list")
            return fits and self.shift.open_with is not None
        return name == "settings" or self.records is not None

    def make(self, name: str) -> Screen[None]:
        """Make the screen of a name; it has something to show."""
        gate, records, shown = self.gate, self.records, lambda: self.gate.shown
        if name == "settings":
            from scanner.tui.gate.settings import SettingsScreen

            return SettingsScreen(
                self.preferences, self.change, shown, records, at_venue=self._at_venue
            )
        if name in ("token", "list"):
            from scanner.tui.gate.token import TokenScreen

            say, ways = self.gate.say, self.shift.open_with
            return TokenScreen(self.reopen, shown, self.status, say, self.try_now, ways=ways)
        if records is None:
            raise LookupError(name)
        match name:
            case "find" | "look_up":
                from scanner.tui.gate.search import SearchScreen

                lets_in = name == "find"
                return SearchScreen(
                    records,
                    shown,
                    names=lambda: self.preferences().names,
                    look=partial(self._look, admit=self.admit if lets_in else None),
                    lets_in=lets_in,
                )
            case "duty":
                return DutyScreen(self.shift, shown, self.status, self._ask)
            case "guard":
                return GuardScreen(records, gate.say)
            case "override":
                from scanner.tui.gate.override import OverrideScreen

                return OverrideScreen(
                    records,
                    lambda: gate.last,
                    lambda: gate.put_back,
                    lambda: self.preferences().reasons_to_choose,
                )
            case "queue":
                from scanner.tui.gate.queue import QueueScreen

                return QueueScreen(records, self.try_now, shown)
            case "scans":
                from scanner.tui.gate.scans import ScansScreen

                return ScansScreen(records, shown, self.clock, partial(self._look, admit=None))
            case "statistics":
                from scanner.tui.gate.statistics import StatisticsScreen

                return StatisticsScreen(records, self.status, self.clock, shown)
        raise LookupError(name)

    def _at_venue(self) -> bool:
        return self.status().venue is not None

    def _ask(self, name: str) -> None:
        show_cached(self.gate.app, name, partial(self.make, name))

    def mistyped(self, typed: Typed) -> Screen[None]:
        """Make the screen that offers what may have been meant."""
        from scanner.tui.gate.search import MistypedScreen

        return MistypedScreen(
            lambda: self.gate.shown,
            typed,
            names=self.preferences().names,
            look=partial(self._look, admit=self.admit),
            again=self.gate.action_type_serial,
            as_typed=self.admit,
        )

    def _look(self, found: Found, admit: Callable[[str], None] | None) -> None:
        from scanner.tui.gate.search import TicketScreen

        if self.records:
            ticket = TicketScreen(
                self.records,
                lambda: self.gate.shown,
                found,
                clock=self.clock,
                names=self.preferences().names,
                admit=admit,
                lets_out=self.gate.lets_out,
            )
            self.gate.app.push_screen(ticket)

    def admit(self, serial: str) -> None:
        """Let in the patron of a ticket that was opened, if the gate's verdict lets them."""
        self.gate.presenter.present(serial, "hand")
