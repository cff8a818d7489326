"""The gate's main screen, and the way back to it from what its keys open."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.containers import Horizontal
from textual.timer import Timer

from scanner.admission.rules import Remedy
from scanner.admission.verdict import Closed, Reason
from scanner.app.sound import CANNOT_RECORD
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.scanning.ticket_codes import TicketCodes
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.tui.drawing import poster
from scanner.tui.gate.help import HelpScreen
from scanner.tui.gate.modal import show_cached
from scanner.tui.gate.notices import OwnTrouble
from scanner.tui.gate.party import Find, PartyBox
from scanner.tui.ports import Clock, Judge, SourceState, View
from scanner.tui.presenter import (
    Answered,
    LightShown,
    PendingVerdicts,
    Presenter,
    Published,
    Said,
)
from scanner.tui.widgets.camera_view import CameraView
from scanner.tui.widgets.exit_banner import ExitBanner
from scanner.tui.widgets.hand_entry import HandEntry
from scanner.tui.widgets.key_line import KeyLine, TranslatedScreen, gate_keys
from scanner.tui.widgets.last_scans import LastScans
from scanner.tui.widgets.masthead import Masthead
from scanner.tui.widgets.notice_lines import NoticeLines, needed
from scanner.tui.widgets.strip import Strip
from scanner.tui.widgets.verdict_panel import VerdictBand, VerdictPanel
from scanner.wording.catalogue import say
from scanner.wording.notices import Notice, abnormal
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

SHOWN_FOR = timedelta(seconds=8)
"""How long a verdict stays when no other follows."""

HELP = "help"
"""The help screen's name in the cache."""

_COVERS = "HandEntry.-open, PartyBox.-open, Question > Vertical"
"""What opens above the verdict's lowest rows."""

REFRESH = timedelta(milliseconds=500)
"""How often the status is read."""

FIRST_LOOKS = timedelta(milliseconds=50)
"""How often it is read until it is known for the first time."""


class GateScreen(TranslatedScreen[None]):
    """The verdict, the last scans, notices, and the gate's status."""

    fluid = True
    BINDINGS: ClassVar[list[BindingType]] = [*gate_keys(on_screen=True)]
    DEFAULT_CSS: ClassVar[str] = """
    GateScreen.-flat LastScans, GateScreen.-tiny LastScans { display: none; }
    GateScreen.-tiny Masthead, GateScreen.-tiny Strip { display: none; }
    GateScreen.-low.-troubled LastScans { height: 2; }
    GateScreen.-tall LastScans { height: 6; }
    GateScreen.-high LastScans { height: 8; }
    GateScreen > #sight { height: 1fr; min-height: 3; layers: below above; }
    GateScreen HandEntry, GateScreen PartyBox { layer: above; dock: bottom; }
    GateScreen VerdictPanel { width: 1fr; height: 100%; }
    GateScreen.-picture.-rest CameraView, GateScreen.-picture.-wide CameraView { display: block; }
    GateScreen.-wide CameraView { width: 40%; max-width: 72; }
    GateScreen.-lets-out {
        & ExitBanner { display: block; }
        & Masthead { background: #ffffff; color: #000000; }
    }
    """

    def __init__(
        self,
        judge: Judge,
        status: Callable[[], Status],
        camera: Callable[[], SourceState | None],
        clock: Clock,
        try_now: Callable[[], None],
        *,
        view: Callable[[], View | None] = lambda: None,
        muted: Callable[[], bool] = lambda: False,
        demo: bool = False,
        announce: Callable[[str], None] = lambda _name: None,
        tickets: TicketCodes | None = None,
        only_exit: bool = False,
        party: Find | None = None,
        names: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._announce = announce
        self._only_exit = only_exit
        self.last: Judged | None = None
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
        self.VERTICAL_BREAKPOINTS = [
            *((0, "-tiny"), (14, "-flat"), (20, "-low")),
            *((32, "-tall"), (44, "-high")),
        ]
        self._tickets = tickets or TicketCodes()
        self.presenter = Presenter(judge, clock, self.post_message, self._tickets)
        self.presenter.lets_out = only_exit
        self._party = PartyBox(party, names, self._let_in, self.say, self._follow_covers)
        self._status = status
        self._try_now = try_now
        self._demo = demo
        self._trouble = OwnTrouble()
        self._camera = camera
        self._clock = clock
        self.pending = PendingVerdicts(self, self.show_checking)
        self._fading: Timer | None = None
        self._knowing: Timer | None = None
        self._view = view
        self._muted = muted
        self.picture = False
        self._at_rest = True
        self._was_put_back = False
        self._link_state: LinkState | None = None
        self._link_since: datetime = clock()

    def compose(self) -> ComposeResult:
        """Lay out the screen, from top to bottom."""
        yield Masthead(demo=self._demo)
        yield ExitBanner(fixed=self._only_exit)
        with Horizontal(id="sight"):
            yield VerdictPanel()
            yield CameraView(self._view, self._camera)
            yield HandEntry()  # a layer above: the widgets below keep their layout
            yield self._party
        yield NoticeLines()
        yield LastScans()
        yield Strip()
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the status now, and refresh it."""
        self.look()
        self.set_interval(REFRESH.total_seconds(), self.look)
        self._knowing = self.set_interval(FIRST_LOOKS.total_seconds(), self._look_until_known)

    @property
    def shown(self) -> poster.Poster:
        """Return what the screen shows now."""
        return self.query_one(VerdictPanel).poster

    def look(self) -> None:
        """Show the gate's status."""
        status, now = self._status(), self._clock()
        if status.link.state is not self._link_state:
            self._link_state, self._link_since = status.link.state, now
        self.query_one(Masthead).show(status)
        self.query_one(Strip).show(status, self._link_since, now, muted=self._muted())
        if self.put_back is not self._was_put_back:  # the supervisor's key comes or goes
            self._was_put_back = self.put_back
            self.call_after_refresh(self.refresh_bindings)
        notices = self._notices(status, now)
        lines = self.query_one(NoticeLines)
        lines.show(notices)
        self.set_class(len(lines.rows(self.size.width)) > 1, "-troubled")
        self.set_class(self.picture and self._view() is not None, "-picture")
        self.set_class(self._at_rest, "-rest")
        self.set_class(self.lets_out, "-lets-out")
        self._make_room()
        if self._at_rest:
            scans = self.query_one(LastScans)
            last = self._sight() if scans.display else scans.last()
            self.query_one(VerdictPanel).show(poster.at_rest(status, last, lets_out=self.lets_out))

    def on_screen_suspend(self) -> None:
        """Make room for the question that opened."""
        self.call_after_refresh(self._make_room)

    def on_screen_resume(self) -> None:
        """Take the room back."""
        self._make_room()

    def _make_room(self) -> None:
        """Set the verdict above what covers its lowest rows."""
        panel = self.query_one(VerdictPanel)
        open_now = (each for screen in self.app.screen_stack for each in screen.query(_COVERS))
        tops = [each.region.y for each in open_now if each.region]
        panel.give_way(max(0, panel.region.bottom - min(tops)) if tops else 0)

    def _look_until_known(self) -> None:
        if self._status().known and self._knowing:
            self._knowing.stop()
            self._knowing = None
            self.look()

    def say(self, sentence: str) -> None:
        """Show a sentence for a moment; callable from any thread."""
        self.post_message(Said(sentence))

    def tell(self, fact: Fact) -> None:
        """Show a fact for a moment; callable from any thread."""
        self.say(sentence(fact))

    def on_said(self, message: Said) -> None:
        """Show it."""
        words = plain(message.sentence)
        if self._at_rest and self.query_one(LastScans).display and words == self._sight():
            self.look()  # it stands on the screen as long as it holds
        else:
            self.query_one(VerdictPanel).say(words)

    def show_picture(self, *, shown: bool) -> None:
        """Show or hide what the camera sees, where a camera looks."""
        self.picture = shown
        if self.is_mounted:
            self.look()

    def show_background(self, *, running: bool) -> None:
        """Say, until it runs again, that nothing is synced or sent."""
        self._trouble.syncs = running
        if self.is_mounted:
            self.look()

    def tell_of_last_end(self, end: Fact) -> None:
        """Say, until the next ticket, that this gate ended the last time without being quit."""
        self._trouble.last_end = end
        self.look()

    def recall(self, scans: Iterable[Judged]) -> None:
        """Show the scans of before this start, newest first, below those since."""
        self.query_one(LastScans).add_earlier(scans, self._clock())

    def on_judging(self) -> None:
        """Count a payload that waits for its verdict; what is said from now on is said of it."""
        self.query_one(VerdictPanel).hush()
        self.pending.add()

    @property
    def refused(self) -> Reason | None:
        """Return why the last patron, of a known serial, was kept out."""
        last = self.last
        return (
            last.verdict.reason
            if last and last.verdict.serial and not last.verdict.admits
            else None
        )

    @property
    def remedy(self) -> Remedy | None:
        """Return what a supervisor can do for the last patron.

        Nothing while the gate is closed, or lets out: there is nobody to let in.
        """
        able = self.last and not self._status().closed and not self.lets_out
        return self.last.remedy if self.last and able else None

    @property
    def lets_out(self) -> bool:
        """Tell whether those who leave are counted here, and nobody is let in."""
        return self.presenter.lets_out

    def turn(self, *, lets_out: bool) -> None:
        """Count exits from now on, or let in again; the last patron is nobody's matter any more."""
        self.presenter.turn(lets_out=lets_out or self._only_exit)
        self.last = None
        if self.is_mounted:
            self._party.close()
            self.rest()
            self.refresh_bindings()

    @property
    def put_back(self) -> bool:
        """Tell whether the gate is closed because its ledger is an old copy."""
        return self._status().closed is Closed.PUT_BACK

    def on_published(self, message: Published) -> None:
        """Fill the screen with a verdict; it is recorded already."""
        self._trouble.failure = self._trouble.last_end = None
        refused, self.last = self.refused, message.judged
        self._party.on_verdict(message.judged)
        self.query_one(LastScans).add(message.judged)
        shown = poster.of_judged(message.judged)
        self._fill(shown)
        self._announce(message.judged.verdict.light.value)
        self._fading = self.set_timer(SHOWN_FOR.total_seconds(), self.rest)
        self.presenter.note_shown(
            message.judged, self.app.screen, standing=lambda: self.shown == shown
        )
        if refused != self.refused:  # the keys that let in come or go, after the verdict
            self.call_after_refresh(self.refresh_bindings)

    def on_light_shown(self, message: LightShown) -> None:
        """Offer the others of the patron's order, now that nobody waits for this light."""
        if not self.query_one(HandEntry).opened and not self.lets_out:
            self._party.on_light(message.judged)

    def on_answered(self, message: Answered) -> None:
        """Stop waiting; where nothing was recorded, say so until something is."""
        self.pending.remove()
        if message.failure is None:
            return
        self._trouble.failure = message.failure
        self._fill(poster.cannot_record(message.failure))
        self._announce(CANNOT_RECORD)
        self.look()

    def rest(self) -> None:
        """Show the idle screen."""
        self._at_rest = True
        self.look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the line for a serial only while it is not open."""
        if action == "type_serial":
            return not self.query_one(HandEntry).opened
        if action == "let_in":
            return self.refused is Reason.LIGHT_NOT_SHOWN
        if action == "turn":
            return not self._only_exit and parameters[0] is not self.lets_out
        return super().check_action(action, parameters)

    def action_type_serial(self, text: str = "") -> None:
        """Open the line for a serial, with a text to correct."""
        self._party.close()
        self.query_one(HandEntry).open(text, opaque=self._tickets.opaque)
        self.call_after_refresh(self._make_room)

    def action_let_in(self) -> None:
        """Let in the last patron, whose admission is recorded and whose light was never shown."""
        if self.last:
            self.presenter.let_in(self.last)

    def action_turn(self, lets_out: bool) -> None:
        """Count who leaves, or let in again."""
        self.turn(lets_out=lets_out)
        self.say(
            say("EXIT from now on: nobody is let in here.")
            if lets_out
            else say("ENTRY from now on: tickets let in again.")
        )

    def action_try_now(self) -> None:
        """Sync and send without waiting."""
        self._try_now()
        self.say(say("Trying now."))

    def action_help(self) -> None:
        """Show the keys and the shapes."""
        show_cached(self.app, HELP, lambda: HelpScreen(self, self._last_reason))

    def _let_in(self, serial: str) -> None:
        self.presenter.present(serial, "hand")

    def _follow_covers(self) -> None:
        self.call_after_refresh(self._make_room)

    def _last_reason(self) -> Reason | None:
        return self.last.verdict.reason if self.last else None

    def _sight(self) -> str:
        camera = self._camera()
        if camera is None or not camera.running or self.has_class("-picture"):
            return ""  # the notice tells, or the picture's own line
        return sentence(camera.fact) if camera.fact else ""

    def _notices(self, status: Status, now: datetime) -> list[Notice]:
        admitting = self._trouble.failure is None
        notices = abnormal(status, self._camera(), self._link_since, now, admitting=admitting)
        if status.closed and self._at_rest:
            notices = notices[1:]  # the screen says it, large
        return self._trouble.with_others(notices, needed(self.app))

    def show_checking(self) -> None:
        """Replace the last verdict while the next one is late: it is another patron\'s."""
        self._fill(poster.checking())

    def _fill(self, shown: poster.Poster) -> None:
        self._at_rest = False
        self.remove_class("-rest")
        self._make_room()
        if self._fading:
            self._fading.stop()
            self._fading = None
        self.query_one(VerdictPanel).show(shown)
        for screen in self.app.screen_stack:
            for band in screen.query(VerdictBand):
                band.show(shown)
        if isinstance(self.app.screen, HelpScreen | CommandPalette):
            self.app.pop_screen()
