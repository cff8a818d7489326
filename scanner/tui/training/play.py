"""The training gate's screen: the patron, the verdict, and the trainee's answer."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.scanning.scan_source import SourceState, SourceStatus
from scanner.sync.clock import utc_now
from scanner.sync.link import LinkState
from scanner.training.answers import Act, Answer, Refusal
from scanner.training.crowd import Patron
from scanner.training.gate import Hit, TrainingGate
from scanner.training.held_codes import spoken
from scanner.training.scenario import CARDS, IncidentKind, Scenario
from scanner.training.shift import Case, Shift
from scanner.tui.drawing import poster, shapes
from scanner.tui.drawing.faces import Face
from scanner.tui.drawing.poster import Poster
from scanner.tui.training.screen import QueueLine, TrainingHelp, TrainingScreen, reason_keys
from scanner.tui.training.search import NameSearch
from scanner.tui.widgets.hand_entry import HandEntry
from scanner.tui.widgets.key_line import ON_BOTH, ONLY_IN_TRAINING, only_at_a_gate
from scanner.tui.widgets.notice_lines import NoticeLines
from scanner.tui.widgets.picture_view import PictureView
from scanner.tui.widgets.strip import Strip
from scanner.tui.widgets.verdict_panel import VerdictPanel
from scanner.wording.catalogue import say
from scanner.wording.notices import abnormal
from scanner.wording.sentences import sentence

WHAT_NOW = Face("what-now", "?", shapes.question, "#000000", "#ff8fe0", "#ff8fe0")
"""An incident: the trainee is asked."""

NOBODY = Face("next", "◇", shapes.frame, "#e3c8e0", "#35143a", "#e3c8e0")
"""The gate waits for a patron."""

LOOK_SECONDS = 0.2
"""Interval of the updates of queue and clock."""

_GATE_KEYS = frozenset(
    {
        "answer",
        "ask_leave",
        "ask_reason",
        "hand_scanner",
        "help",
        "leave",
        "only_at_a_gate",
        "search",
        "skip",
        "type_serial",
    }
)

_ABOUT_PATRONS = frozenset({Act.LET_IN, Act.SEND})
"""Acts that are no answer to an incident."""

Announce = Callable[[str], None]


class PlayScreen(TrainingScreen[Shift | None]):
    """Plays one scenario; dismissed with the shift at the end, with nothing when it was left.

    Args:
        scenario: what is played.
        seed: of the crowd.
        gate: the training gate, not entered yet.
        clock: seconds that only rise, at the training's speed.
        announce: sounds a verdict by its name.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *ON_BOTH,
        *ONLY_IN_TRAINING,
        *only_at_a_gate(),
        *(Binding(str(i), f"turn_away({i - 1})", "", show=False) for i in range(1, 7)),
        Binding("escape", "no_question", "Back", show=False),
        Binding("y", "leave", "Stop", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS: ClassVar[str] = """
    PlayScreen Horizontal { height: 1fr; min-height: 6; }
    PlayScreen VerdictPanel { width: 2fr; height: 100%; }
    PlayScreen PictureView { width: 1fr; height: 100%; }
    PlayScreen.-narrow.-judged PictureView, PlayScreen.-nobody PictureView { display: none; }
    PlayScreen #says { height: 2; padding: 0 1; background: $surface; text-style: bold; }
    PlayScreen .question { height: auto; padding: 0 1; display: none; background: $accent;
        color: #000000; }
    PlayScreen .question.-open { display: block; }
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        gate: TrainingGate,
        *,
        clock: Callable[[], float],
        announce: Announce = lambda _name: None,
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
        self._scenario = scenario
        self._seed = seed
        self._clock = clock
        self._announce = announce
        self._gate = gate
        self._opened = False
        self._busy = asyncio.Lock()
        self._begun: float | None = None
        self._skipped = 0.0
        self._heard: Judged | None = None
        self._subject: Patron | IncidentKind | None = None
        self._link: LinkState | None = None
        self._link_since: datetime = utc_now()
        self.shift: Shift | None = None

    def body(self) -> Iterable[Widget]:
        """Lay out the screen, from top to bottom."""
        yield QueueLine(say(self._scenario.title), self._scenario.patrons)
        yield Horizontal(VerdictPanel(), PictureView())
        yield Static(say("The doors open in a moment ..."), id="says", markup=False)
        yield Static(reason_keys(), id="reasons", classes="question", markup=False)
        yield Static(
            say("Stop? The run does not count. y stops, Esc goes on."),
            id="leaving",
            classes="question",
            markup=False,
        )
        yield NoticeLines()
        yield NameSearch(self._gate.search)
        yield HandEntry()
        yield Strip()

    def on_mount(self) -> None:
        """Start the training gate, then update the screen at intervals."""
        self.run_worker(self._open(), exit_on_error=False)

    async def on_unmount(self) -> None:
        """Stop the training gate, however the screen ends."""
        if self._opened:
            self._opened = False
            await self._gate.__aexit__(None, None, None)
        else:
            await asyncio.to_thread(self._gate.close)  # it may still be starting
        if self.shift and not self.shift.drill.over:
            self.shift.close()  # the debrief still draws with a finished shift

    @property
    def now(self) -> float:
        """Seconds after the doors open."""
        return 0.0 if self._begun is None else self._clock() - self._begun + self._skipped

    async def look(self) -> None:
        """Let the time pass, and update the screen."""
        if self.shift is None or self._busy.locked():
            return
        async with self._busy:
            await self.shift.settle(self.now)
        self._show(self.shift)

    async def action_answer(self, act: str, reason_place: int | None = None) -> None:
        """Answer about the patron or incident at the gate; `act` is an `Act`'s name."""
        shift = self.shift
        case = shift.case if shift else None
        if shift is None or case is None:
            return
        if isinstance(case.subject, IncidentKind) and Act[act] in _ABOUT_PATRONS:
            self.say(say("First say what you do about this."))
            return
        if isinstance(case.subject, Patron) and Act[act] is Act.CARRY_ON:
            self.say(say("Nothing has happened: somebody is at the gate."))
            return
        reason = None if reason_place is None else list(Refusal)[reason_place]
        self.action_no_question()
        async with self._busy:
            if shift.case is not case:
                return  # the next patron is there: the answer was not about them
            await shift.decide(Answer(Act[act], reason), self.now)
            await shift.settle(self.now)
        self._show(shift)

    async def action_skip(self) -> None:
        """Advance the clock to the next patron, while nobody is at the gate."""
        shift = self.shift
        if shift is None or shift.case is not None:
            return
        comes = shift.drill.next_event
        if comes is not None and comes > self.now:
            self._skipped += comes - self.now
        await self.look()

    def action_help(self) -> None:
        """Show keys and lights."""
        self.app.push_screen(TrainingHelp())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the gate's keys while a name or a serial is being typed.

        A search needs a patron at the gate; a skip needs nobody there.
        """
        somebody = self.shift is not None and self.shift.case is not None
        if (action == "skip" and somebody) or (action == "search" and not somebody):
            return False
        if action in _GATE_KEYS and self.is_mounted:
            return not (self.query_one(NameSearch).opened or self.query_one(HandEntry).opened)
        return super().check_action(action, parameters)

    async def action_ask_reason(self) -> None:
        """Ask for the reason to turn the patron away; answers an incident at once."""
        case = self.shift.case if self.shift else None
        if case and isinstance(case.subject, IncidentKind):
            await self.action_answer(Act.TURN_AWAY.name)
        elif case:
            self._ask("#reasons")

    def action_no_question(self) -> None:
        """Close the list of reasons, and the question whether to stop."""
        self.query(".question").remove_class("-open")

    def action_only_at_a_gate(self, name: str) -> None:
        """Say what a key does at a gate, which training has no use for."""
        self.say(say("At a gate, this key is: {name}. Training does without.", name=say(name)))

    def _ask(self, question: str) -> None:
        self.action_no_question()
        self.query_one(question).add_class("-open")

    def _asks(self, question: str) -> bool:
        return self.query_one(question).has_class("-open")

    async def action_turn_away(self, place: int) -> None:
        """Turn the patron away with the reason of a number key."""
        if self._asks("#reasons"):
            await self.action_answer(Act.TURN_AWAY.name, place)

    async def action_hand_scanner(self) -> None:
        """Take the hand scanner: the answer to an incident, or a tool to read a code."""
        shift = self.shift
        if shift is None:
            return
        if shift.case and isinstance(shift.case.subject, IncidentKind):
            await self.action_answer(Act.HAND_SCANNER.name)
            return
        async with self._busy:
            await shift.take_hand_scanner(self.now)
        self._show(shift)

    def action_search(self) -> None:
        """Search by name."""
        if self.shift and self.shift.case and not self.query_one(NameSearch).opened:
            self.query_one(NameSearch).open()

    def action_type_serial(self) -> None:
        """Type a serial; a real ticket's is refused."""
        if self.shift:
            self.query_one(HandEntry).open()

    def action_ask_leave(self) -> None:
        """Ask whether to leave before the end."""
        self._ask("#leaving")

    def action_leave(self) -> None:
        """Leave before the end, once asked; the run does not count."""
        if self._asks("#leaving"):
            self.dismiss(None)

    async def on_name_search_picked(self, message: NameSearch.Picked) -> None:
        """Let the gate judge the ticket that was found."""
        await self._present(message.hit)

    async def on_hand_entry_typed(self, message: HandEntry.Typed) -> None:
        """Let the gate judge what was typed."""
        await self._present(message.text)

    def scanned(self, payload: str) -> None:
        """Judge the payload of a real hand scanner; a real ticket is refused."""
        self.run_worker(self._present(payload), exit_on_error=False)

    def say(self, words: str) -> None:
        """Show a sentence for a moment."""
        self.query_one(VerdictPanel).say(words)

    async def _present(self, what: Hit | str) -> None:
        shift = self.shift
        if shift is None:
            return
        async with self._busy:
            payload, source = (what.serial, "name") if isinstance(what, Hit) else (what, "hand")
            judged = await shift.present(payload, source, self.now)
        self._show(shift)
        if shift.case is None or shift.case.judged is not judged:
            self.query_one(VerdictPanel).show(poster.of_judged(judged))
            self.say(sentence(judged.fact))

    async def _open(self) -> None:
        try:
            await self._gate.__aenter__()
            self._opened = True
            shift = Shift(self._scenario, self._seed, self._gate)
            await shift.begin()
        except ScannerError as error:
            self.query_one("#says", Static).update(Content(sentence(error.fact)))
            return
        self.shift = shift
        self._begun = self._clock()
        self.set_interval(LOOK_SECONDS, self.look)
        await self.look()

    def _show(self, shift: Shift) -> None:
        if shift.drill.over:
            if self.is_current:
                self.dismiss(shift)
            return
        case = shift.case
        if (case and case.subject) is not self._subject:
            self._subject = case.subject if case else None
            self.action_no_question()
            self.query_one(NameSearch).action_leave()
            self.refresh_bindings()
        self._show_queue(shift)
        self._show_gate(shift)
        self.query_one(VerdictPanel).show(self._poster(shift, case))
        unseen = case and isinstance(case.subject, Patron) and case.picture is None
        picture = case.picture if case else None
        words = say("no picture from the camera") if unseen else ""
        self.query_one(PictureView).show(picture, words)
        self.set_class(picture is None and not words, "-nobody")
        self.query_one("#says", Static).update(_spoken(shift, case))
        judged = case.judged if case else None
        self.set_class(judged is not None, "-judged")  # where it is narrow, as large as at a gate
        if judged and judged is not self._heard:
            self._announce(judged.verdict.kind.value)
        self._heard = judged

    def _show_queue(self, shift: Shift) -> None:
        drill, now = shift.drill, self.now
        front, left = drill.front, drill.patience_left(now)
        part = left / front.patience if isinstance(front, Patron) and left is not None else None
        self.query_one(QueueLine).show(now, drill.waiting, drill.gone, part)

    def _show_gate(self, shift: Shift) -> None:
        status, now = shift.gate.status(), utc_now()
        if status.link.state is not self._link:
            self._link, self._link_since = status.link.state, now
        dead = not shift.camera and not shift.hand_scanner
        camera = SourceState(running=False, fact=Fact(SourceStatus.NO_FRAMES)) if dead else None
        self.query_one(NoticeLines).show(abnormal(status, camera, self._link_since, now))
        self.query_one(Strip).show(status, self._link_since, now)

    def _poster(self, shift: Shift, case: Case | None) -> Poster:
        if case is None:
            return Poster(
                NOBODY,
                say("NEXT"),
                say("Nobody is at the gate."),
                say("The next patron is coming."),
            )
        if isinstance(case.subject, IncidentKind):
            return Poster(WHAT_NOW, say("WHAT NOW?"), sentence(Fact(CARDS[case.subject])))
        if case.judged:
            return poster.of_judged(case.judged)
        return poster.at_rest(shift.gate.status(), say("Nothing was read."))


def _spoken(shift: Shift, case: Case | None) -> Content:
    if case is None:
        return Content("")
    if isinstance(case.subject, IncidentKind):
        return Content("\n".join(_choices()))
    words = sentence(spoken(case.subject, shift.held_codes[case.subject.number]))
    bag = f"   {say('(carries a bag)')}" if case.subject.bag else ""
    return Content(f"{words}{bag}")


def _choices() -> tuple[str, str]:
    """Return the answers to an incident, in two rows.

    An automatic line break could part a key from its words.
    """
    left = f"c {say('carry on as before')}", f"h {say('take the hand scanner')}"
    right = f"o {say('call the supervisor')}", f"x {say('turn everybody away')}"
    wide = max(map(len, left))
    return f"{left[0]:<{wide}}  {right[0]}", f"{left[1]:<{wide}}  {right[1]}"
