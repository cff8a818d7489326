"""The gate's terminal app: connects the gate's screen to what works behind it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.events import Event, Key
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from scanner.app.preferences import Keep, Preferences, Value
from scanner.app.sound import LOUDEST, STEP, Sounds
from scanner.errors import ScannerError
from scanner.scanning.ticket_codes import TicketCodes
from scanner.store.journal import JournalNote
from scanner.tui.drawing.theme import NIGHT, THEMES
from scanner.tui.gate.beside import REBUILT, Beside, import_screens
from scanner.tui.gate.duty import Shift
from scanner.tui.gate.help import Commands, Palette, commands_of
from scanner.tui.gate.modal import Modal, QuitScreen, drop_cached, show_cached
from scanner.tui.gate.screen import HELP, GateScreen
from scanner.tui.gate.search_index import SearchIndex
from scanner.tui.gate.token import TokenScreen
from scanner.tui.ports import (
    Background,
    Clock,
    Judge,
    Network,
    OpenWith,
    Readers,
    Records,
    ScanSource,
)
from scanner.tui.presenter import CodeReader
from scanner.tui.terminal.alerts import Alerts
from scanner.tui.terminal.ascii_only import AsciiOnly, wanted
from scanner.tui.terminal.choice import UnaskedEnd, speaker_of, terminal_driver
from scanner.tui.terminal.wedge_keys import Correct, KeyTimeout, WedgeKeys
from scanner.tui.widgets.camera_view import wanted as picture_wanted
from scanner.tui.widgets.hand_entry import HandEntry
from scanner.tui.widgets.key_line import gate_keys, quit_words
from scanner.tui.widgets.last_scans import REMEMBERED
from scanner.wording.catalogue import choose_language, say
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from scanner.sync.opening import Opened

_LOOKS = frozenset({"language", "theme", "characters"})
_IMPORT_SECONDS = 0.4
"""After the start: the gate's screen is drawn by then."""

_TO_ASCII = AsciiOnly()


class GateApp(App[None]):
    """The gate in a terminal.

    Args:
        judge: returns recorded verdicts.
        background: pulls and replays while the app runs.
        source: reads codes; without it, serials are typed.
        clock: the time now, aware, UTC.
        network: cuts and restores the demo's network.
        demo: say on the screen that this is a demonstration.
        correct: corrects what a hand scanner types; without it all keys are a person's.
        tickets: tells the codes of tickets.
        scanner: the hand scanners that are read, as in the settings; with `none`, what one types
            is dropped, and said.
        sounds: plays the verdicts' sounds.
        preferences: what the guard has set before.
        keep: saves a setting.
        records: for search, queue, statistics and overrides; without it there are none.
        open_with: opens the gate with another token; without it there is no such key.
        readers: what can read codes instead of `source`; without it, that stays.
        claim: called with every key, so that background work gives way.
        only_exit: count those who leave, for good; else the gate begins as an entry.
    """

    TITLE = "scanner"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}
    CSS = """
    Input > .input--placeholder { color: $foreground 80%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *gate_keys(on_screen=False),
        Binding("ctrl+q", "ask_quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        judge: Judge,
        background: Background,
        source: ScanSource | None,
        *,
        clock: Clock,
        network: Network | None = None,
        demo: bool = False,
        correct: Correct | None = None,
        tickets: TicketCodes | None = None,
        scanner: str = "auto",
        sounds: Sounds | None = None,
        preferences: Preferences | None = None,
        keep: Keep = lambda _name, _value: None,
        records: Records | None = None,
        open_with: OpenWith | None = None,
        readers: Readers | None = None,
        claim: Callable[[], None] = lambda: None,
        only_exit: bool = False,
    ) -> None:
        super().__init__(driver_class=terminal_driver())
        self.preferences = preferences or Preferences()
        self._keep = keep
        self._records = records
        self._claim = claim
        self._clock = clock
        self._ascii_wanted = False
        heard = partial(speaker_of, self, sounds)
        self._alerts = Alerts(heard, lambda: self.preferences, self.bell, self.set_timer)
        self._background = background
        self._reader = CodeReader(source)
        self._network = network
        self._work: Worker[None] | None = None
        self.gate = GateScreen(
            judge,
            background.status,
            self._reader.state,
            clock,
            self.try_now,
            view=self._reader.view,
            muted=lambda: self.preferences.muted,
            demo=demo,
            announce=self._alerts.play,
            tickets=tickets,
            only_exit=only_exit,
            party=records.party if records else None,
            names=lambda: self.preferences.names,
        )
        self._shift = Shift(
            records,
            self._reader,
            readers,
            scanner=scanner,
            keep=self._save_later,
            open_with=open_with,
        )
        self._beside = Beside(
            self.gate,
            records,
            background.status,
            clock,
            lambda: self.preferences,
            self.change,
            self.try_now,
            self._shift,
            self._open_another,
        )
        self._index = SearchIndex(self, records, background.status, lambda: self.preferences.names)
        self._unasked = UnaskedEnd(self, records, background.status)
        self._wedge = WedgeKeys(self, self, correct, tickets) if correct else None

    def on_mount(self) -> None:
        """Open the gate."""
        for theme in THEMES:
            self.register_theme(theme)
        self._apply()
        self.push_screen(self.gate)
        self._begin()
        self._unasked.begin(self.gate.tell_of_last_end)
        self.run_worker(self._recall(), exit_on_error=False)
        self._reader.start(self._read, self.gate.tell)
        self._index.begin()
        self.set_timer(_IMPORT_SECONDS, self._import_modals)

    async def on_event(self, event: Event) -> None:
        """Turn a hand scanner's keys into payloads before they work as commands."""
        if isinstance(event, (Key, KeyTimeout)):  # a held key is answered when its time is over
            self._claim()
        if not (self._wedge and await self._wedge.take(event, super().on_event)):
            await super().on_event(event)

    def scanned(self, payload: str, source: str) -> None:
        """Judge what a hand scanner typed, or what was pasted."""
        line = self.focused
        if self._shift.takes_scans or isinstance(self.screen, TokenScreen):
            self._read(payload, source)
        elif isinstance(line, HandEntry):
            line.value = payload  # asked for, however fast it came
            self.call_later(line.action_submit)
        else:
            self.say(say("What a hand scanner typed was dropped: this gate takes no hand scanner."))

    def _read(self, payload: str, source: str) -> None:
        """Judge what a source read, from any thread; a token's code opens the gate where asked."""
        if not self._reads_token(payload):
            self.gate.presenter.read(payload, source)

    def _reads_token(self, payload: str) -> bool:
        screen = next(reversed(self.screen_stack), None)
        return isinstance(screen, TokenScreen) and screen.offer(payload)

    def on_hand_entry_typed(self, message: HandEntry.Typed) -> None:
        """Judge what was typed, unless it may be mistyped."""
        self.run_worker(self._judge_typed(message.text), exit_on_error=False)

    async def _judge_typed(self, text: str) -> None:
        if self._records:
            with contextlib.suppress(ScannerError):  # then the gate says what is wrong
                typed = await asyncio.to_thread(self._records.typed, text)
                if not typed.known and (typed.near or not typed.formed):
                    self.push_screen(self._beside.mistyped(typed))
                    return
        self.gate.presenter.present(text, "hand")

    def say(self, sentence: str) -> None:
        """Show a sentence on the gate's screen."""
        self.gate.say(sentence)

    def types_serial(self) -> bool:
        """Tell whether the gate's line for serials has the focus."""
        return isinstance(self.focused, HandEntry)

    async def on_unmount(self) -> None:
        """Stop the source, however the app ends."""
        await self._reader.stop()
        self._unasked.over()

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell the guard when the background work has failed; admitting goes on."""
        if event.worker is not self._work or event.state is not WorkerState.ERROR:
            return
        structlog.get_logger("tui").error("background work ended", exc_info=event.worker.error)
        self.gate.show_background(running=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a key only where it can do something."""
        if action == "toggle_network":
            return self._network is not None
        if action == "picture":
            return self._reader.pictured and not isinstance(self.screen, Modal)
        if action == "open":
            name = str(parameters[0])
            return not isinstance(self.screen, Modal) and self._beside.offers(name)
        if action == "ask_quit":
            return not isinstance(self.screen, QuitScreen)
        return super().check_action(action, parameters)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes the drawn lines: to ASCII, where that is wanted."""
        filters = super().get_line_filters()
        return [*filters, _TO_ASCII] if self._ascii_wanted else filters

    def try_now(self) -> None:
        """Wake the background work, or start it again where it ended."""
        if self._work and self._work.state is WorkerState.ERROR:
            self._begin()
        self._background.wake()

    def action_toggle_network(self) -> None:
        """Cut the demo's network, or restore it."""
        if self._network:
            self.gate.say(
                say("The network is back.") if self._network() else say("The network is cut.")
            )

    def change(self, name: str, value: Value) -> None:
        """Set a preference, for now and for the next start."""
        self.preferences = self.preferences.with_value(name, value)
        if name in _LOOKS:
            self._apply()
        elif name == "picture":
            self.gate.show_picture(shown=picture_wanted(self.preferences.picture))
        elif name == "muted":
            self.gate.look()
        elif name == "names" and self._records:
            self._records.keep_names(bool(value))
        self._save_later(name, value)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer in the palette what this app's keys offer on the screen below it, each once."""
        return commands_of(screen)

    def action_command_palette(self) -> None:
        """Offer every command, to be searched."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())

    def action_open(self, name: str) -> None:
        """Open a screen beside the gate's."""
        show_cached(self, name, partial(self._beside.make, name))

    def action_picture(self) -> None:
        """Show what the camera sees, or hide it."""
        shown = not self.gate.picture
        self.change("picture", "on" if shown else "off")
        if shown and self._reader.view() is None:
            self.gate.say(say("No camera gives a picture now."))
        else:
            self.gate.say(say("Picture on.") if shown else say("Picture off."))

    def action_mute(self) -> None:
        """Turn the sound off, or on again."""
        self.change("muted", not self.preferences.muted)
        self.gate.say(self._alerts.words())

    def action_volume(self, steps: int) -> None:
        """Make the sound louder or quieter, and play one."""
        volume = min(LOUDEST, max(0, self.preferences.volume + steps * STEP))
        self.change("volume", volume)
        if self.preferences.muted:
            self.change("muted", False)
        self._alerts.play("admitted")
        self.gate.say(self._alerts.words())

    def action_help_quit(self) -> None:
        """Say which key quits, since Ctrl+C does not."""
        self.gate.say(quit_words(in_browser=self.is_web))

    def action_ask_quit(self) -> None:
        """Ask before the gate is quit, and say what is not sent yet."""
        self.push_screen(QuitScreen(self._background.status))

    def terminal_gone(self) -> None:
        """End, since nobody can see the gate any more; the next start says so."""
        self._unasked.end(JournalNote.TERMINAL_CLOSED)

    async def action_quit(self) -> None:
        """Stop the source and the background work, then quit."""
        await self._reader.stop()
        await self._stop_work()
        self.exit()

    async def _open_another(self, code: str, other_event: bool) -> "Opened":
        """Open the gate with another token; for another event while nothing is synced or sent.

        Else this one's tickets would still be written. Its last patron has no remedy there.
        """
        if not other_event:
            return await self._shift.reopen(code)
        await self._stop_work()
        try:
            opened = await self._shift.reopen(code, other_event=True)
            self.gate.turn(lets_out=False)  # another event begins as an entry
            return opened
        finally:
            self.gate.last = None
            self._begin()

    async def _stop_work(self) -> None:
        if self._work and not self._work.is_finished:
            self._work.cancel()
            with contextlib.suppress(WorkerFailed, WorkerCancelled):
                await self._work.wait()

    def _apply(self) -> None:
        """Apply language, theme and characters to what is shown."""
        now = self.preferences
        names = {theme.name for theme in THEMES}
        self.theme = now.theme if now.theme in names else NIGHT.name
        choose_language(now.language)
        self._ascii_wanted = wanted(now.characters)
        for name in (HELP, *REBUILT):  # their words and colours were those before
            drop_cached(self, name)
        self.gate.show_picture(shown=picture_wanted(self.preferences.picture))
        self.refresh_bindings()
        self.refresh()

    def _begin(self) -> None:
        self._work = self.run_worker(self._background.run(), exit_on_error=False)
        self.gate.show_background(running=True)

    async def _import_modals(self) -> None:
        """Import the modal screens before the first of them is opened."""
        await asyncio.to_thread(import_screens)

    async def _recall(self) -> None:
        """Show the scans of before this start."""
        if self._records:
            with contextlib.suppress(ScannerError):  # the next verdict says what is wrong
                found = await asyncio.to_thread(self._records.scans, None, REMEMBERED)
                self.gate.recall(found)

    def _save_later(self, name: str, value: Value) -> None:
        self.run_worker(self._save(name, value), exit_on_error=False)

    async def _save(self, name: str, value: Value) -> None:
        try:
            await asyncio.to_thread(self._keep, name, value)
        except ScannerError as error:
            self.gate.say(sentence(error.fact))
