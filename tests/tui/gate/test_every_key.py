"""Every key of the gate's screens does something that can be seen; none is left out here."""

from collections.abc import Callable

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from scanner.admission.verdict import Kind
from scanner.store.search import Typed
from scanner.sync.opening import Opened
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.duty import DutyScreen, GuardScreen
from scanner.tui.gate.help import HelpScreen
from scanner.tui.gate.modal import QuitScreen
from scanner.tui.gate.override import OverrideScreen
from scanner.tui.gate.queue import QueueScreen
from scanner.tui.gate.scans import ScansScreen
from scanner.tui.gate.screen import GateScreen
from scanner.tui.gate.search import MistypedScreen, SearchScreen, TicketScreen
from scanner.tui.gate.settings import SettingsScreen
from scanner.tui.gate.statistics import StatisticsScreen
from scanner.tui.gate.token import TokenScreen
from scanner.tui.widgets.hand_entry import HandEntry
from tests.tui.ports import FOUND, SCANS, SERIAL, SESSION, VERDICTS, Stand
from tests.tui.seen import seen, settled

Told = Callable[[GateApp, Stand], bool]


def shows(text: str) -> Told:
    return lambda app, _stand: text in seen(app)


def at_gate(app: GateApp, _stand: Stand) -> bool:
    return app.screen is app.gate


def ended(app: GateApp, _stand: Stand) -> bool:
    return app._exit


def woken(_app: GateApp, stand: Stand) -> bool:
    return stand.background.woken > 0


def judged(count: int) -> Told:
    return lambda _app, stand: len(stand.judge.presented) == count


def kept(name: str) -> Told:
    return lambda _app, stand: name in {each for each, _ in stand.kept}


def row(number: int) -> Told:
    from textual.widgets import DataTable

    return lambda app, _stand: app.screen.query_one(DataTable).cursor_row == number


def closed_note(app: GateApp, _stand: Stand) -> bool:
    return not app.screen.query_one("#note").has_class("-open")


def at_plot(name: str) -> Told:
    return lambda app, _stand: app.focused is app.screen.query_one(f"#{name}")


def reason(text: str) -> Told:
    from textual.widgets import Input

    return lambda app, _stand: app.screen.query_one("#reason", Input).value == text


def marked(number: int) -> Told:
    from textual.widgets import OptionList

    return lambda app, _stand: app.screen.query_one(OptionList).highlighted == number


GATE: dict[str, Told] = {
    "i": shows("Type a serial"),
    "slash": shows("Type a serial"),
    "l": judged(1),  # nobody to let in: the ticket is not on the list
    "r": woken,
    "e": shows("EXIT: patrons leave here"),
    "question_mark": shows("Esc closes"),
    "f": shows("Find a ticket"),
    "u": shows("Look up a ticket"),
    "k": shows("eight letters and digits"),
    "v": shows("Scans: all"),
    "d": shows("On duty"),
    "o": shows("Let in by the supervisor"),
    "w": shows("Queue: all"),
    "t": shows("All sections"),
    "s": shows("Language"),
    "n": shows("The network is cut."),
    "p": shows("No camera gives a picture now."),
    "m": shows("Sound off."),
    "plus": kept("volume"),
    "equals_sign": kept("volume"),
    "minus": kept("volume"),
    "q": shows("Quit the gate?"),
    "ctrl+q": shows("Quit the gate?"),
}
FIND: dict[str, Told] = {
    "escape": at_gate,
    "enter": shows("Ticket DAWIER-BACK75580000"),
    "down": marked(1),
    "up": marked(0),
}
QUEUE: dict[str, Told] = {
    "escape": at_gate,
    "f": shows("· 1 admission "),
    "r": woken,
    "a": closed_note,  # nothing was refused
    "c": lambda app, _stand: app.clipboard.startswith("DAWIER"),
    "e": shows("/data/admissions.csv"),
    "j": shows("/data/admissions.json"),
    "g": row(0),
    "G": row(43),
}
DUTY: dict[str, Told] = {
    "escape": at_gate,
    **dict.fromkeys(("right", "enter", "space", "left"), shows("Who stands here from now on?")),
}
GUARD: dict[str, Told] = {
    "escape": lambda app, _stand: isinstance(app.screen, DutyScreen),
    "enter": shows("Type your name."),
}
OF_SCANS: dict[str, Told] = {
    "escape": at_gate,
    "f": shows("Scans: those kept out · 3 scans"),
    "enter": shows("This gate knows no ticket of this scan."),
    "down": marked(1),
}
STATISTICS: dict[str, Told] = {
    "escape": at_gate,
    "right": at_plot("arrivals"),
    "t": at_plot("arrivals"),
    "left": at_plot("refused"),
}
SETTINGS: dict[str, Told] = {
    "escape": at_gate,
    **dict.fromkeys(("right", "enter", "space", "left"), kept("language")),
}
OVERRIDE: dict[str, Told] = {
    "escape": at_gate,
    "enter": shows("Give a reason"),
    "1": reason("Wristband lost"),
    "2": reason("Out for a moment"),
    "3": reason("Guest list"),
    "4": reason("Checked at the desk"),
    **{digit: reason(digit) for digit in "56789"},  # of which there is no reason: words
}
TICKET: dict[str, Told] = {
    "escape": lambda app, _stand: isinstance(app.screen, SearchScreen),
    "l": judged(2),
}


def types(text: str) -> Told:
    def told(app: GateApp, _stand: Stand) -> bool:
        from textual.widgets import Input

        return app.screen.query_one(Input).value == text

    return told


TOKEN: dict[str, Told] = {
    "escape": at_gate,
    "enter": shows("This is no token's code"),
    **{str(digit): types(str(digit)) for digit in range(1, 10)},  # there is no list to choose
    "down": types(""),  # there is no list to go to
}
QUIT: dict[str, Told] = {"escape": at_gate, "y": ended}
MISTYPED: dict[str, Told] = {
    "escape": at_gate,
    "enter": shows("Ticket DAWIER-BACK75580001"),
    "i": lambda app, _stand: app.gate.query_one(HandEntry).value == "x",
}
HELP: dict[str, Told] = dict.fromkeys(("escape", "question_mark", "enter"), at_gate)
ENTRY: dict[str, Told] = {
    "enter": judged(2),
    "escape": lambda app, _stand: not app.gate.query_one(HandEntry).opened,
}

SCREENS: list[tuple[tuple[str, ...], dict[str, Told], tuple[type[DOMNode], ...]]] = [
    ((), GATE, (GateApp, GateScreen)),
    (("f", *"7558"), FIND, (SearchScreen,)),
    (("w",), QUEUE, (QueueScreen,)),
    (("d",), DUTY, (DutyScreen,)),
    (("d", "enter"), GUARD, (GuardScreen,)),
    (("v",), OF_SCANS, (ScansScreen,)),
    (("t",), STATISTICS, (StatisticsScreen,)),
    (("s",), SETTINGS, (SettingsScreen,)),
    (("o",), OVERRIDE, (OverrideScreen,)),
    (("question_mark",), HELP, (HelpScreen,)),
    (("i", "z"), ENTRY, (HandEntry,)),
    (("f", *"7558", "enter"), TICKET, (TicketScreen,)),
    (("k",), TOKEN, (TokenScreen,)),
    (("q",), QUIT, (QuitScreen,)),
    (("i", "x", "enter"), MISTYPED, (MistypedScreen,)),
]


ALIKE = {
    *((key, digit) for key in "ok" for digit in "234678"),
    *(("d", key) for key in ("enter", "space")),
}
"""Keys that do what their neighbours do, and need no app of their own to show it."""

CASES = [
    pytest.param(before, key, told, id="-".join((*before, key)))
    for before, keys, _ in SCREENS
    for key, told in keys.items()
    if (*before, key) not in ALIKE
]


@pytest.mark.parametrize(("before", "key", "told"), CASES)
async def test_a_key_does_what_it_says(
    stand: Stand, before: tuple[str, ...], key: str, told: Told
) -> None:
    stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
    stand.records.mistyped["x"] = Typed("x", near=tuple(FOUND[1:2]))
    stand.records.scanned = SCANS
    stand.open_with = lambda _code, _other: Opened(SESSION, (), 0)
    app = stand.app(network=lambda: False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        stand.source.see(SERIAL)
        await pilot.pause()
        for each in before:
            await pilot.press(each)
            await settled(app, pilot)
        await pilot.press(key)
        if not app._exit:
            await settled(app, pilot)
        assert told(app, stand)


@pytest.mark.parametrize(
    ("keys", "owners"),
    [(keys, owners) for _, keys, owners in SCREENS],
    ids=[owners[-1].__name__ for _, _, owners in SCREENS],
)
def test_no_key_is_left_out(keys: dict[str, Told], owners: tuple[type[DOMNode], ...]) -> None:
    bound = {key for owner in owners for key in _keys(owner)}
    assert bound <= set(keys)


def _keys(owner: type[DOMNode]) -> list[str]:
    own = [binding for each in owner.__mro__ for binding in _ours(each)]
    return [key for binding in own for key in binding.key.split(",")]


def _ours(owner: type) -> list[Binding]:
    if not owner.__module__.startswith("scanner"):
        return []
    return [each for each in owner.__dict__.get("BINDINGS", []) if isinstance(each, Binding)]
