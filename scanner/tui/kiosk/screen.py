"""A lane's screen: an invitation, a verdict, and the invitation again; lines out of its keys."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

import structlog
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key, Paste
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.pin import PinCheck, may_be_pin
from scanner.scanning.code_framing import ENDS, CodeFraming, codes_in
from scanner.scanning.keyboard_wedge import RHYTHM_KEYS, is_scanners
from scanner.scanning.scan_source import SourceStatus
from scanner.scanning.ticket_codes import TicketCodes
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster
from scanner.tui.kiosk import posters
from scanner.tui.kiosk.posters import calls, staff_line, troubles
from scanner.tui.ports import Clock, Judge, SourceState
from scanner.tui.presenter import Answered, PendingVerdicts, Presenter, Published, Said
from scanner.tui.terminal.wedge_keys import written
from scanner.tui.widgets.notice_lines import NoticeLines, needed
from scanner.tui.widgets.verdict_panel import VerdictPanel
from scanner.wording.catalogue import say
from scanner.wording.notices import Notice
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

BACK_AFTER = timedelta(seconds=3)
"""How long a verdict fills the screen."""

PROMPT_FOR = timedelta(seconds=20)
"""How long the line for the PIN stays when nobody types."""

LATE_FOR = timedelta(minutes=1)
"""How long after that line is closed somebody may still type the PIN, or the rest of it."""

REFRESH = timedelta(milliseconds=500)

SILENCE_LOOKS = timedelta(milliseconds=100)
"""Between two looks at whether silence has ended a code."""


class Lock(Protocol):
    """The supervisor's PIN; `scanner.pin.Pin` is one."""

    def check(self, pin: str, /) -> PinCheck:
        """Check a try; called from a thread, may take its time.

        Raises:
            ScannerError: it can't be checked.
        """

    def remaining(self) -> timedelta:
        """Return how long nobody may try."""

    def wrong_tries(self) -> int:
        """Return how often it was wrong since it was right."""


class KeyLine:
    """Gathers characters; a line longer than any code is dropped to its end.

    Args:
        pause_seconds: after such a pause a new line begins.
    """

    def __init__(self, pause_seconds: float) -> None:
        self._pause_seconds = pause_seconds
        self._characters: list[str] = []
        self._times: list[float] = []

    @property
    def length(self) -> int:
        """How many characters wait for their Enter."""
        return len(self._characters)

    def add(self, character: str, at: float) -> None:
        """Take one character; `at` in seconds that only rise."""
        self._begin(at)
        self._times.append(at)
        if len(self._characters) <= LONGEST_PAYLOAD:
            self._characters.append(character)

    def rub_out(self) -> None:
        """Take the last character back."""
        del self._characters[-1:], self._times[-1:]

    def end(self, at: float) -> tuple[str | None, bool]:
        """Take Enter; returns the line, if it is worth judging, and whether a scanner typed it."""
        self._begin(at)
        line, scanned = "".join(self._characters), is_scanners([*self._times, at])
        self.clear()
        return line.strip() if len(line) <= LONGEST_PAYLOAD and line.strip() else None, scanned

    def clear(self) -> None:
        """Forget what was typed."""
        self._characters.clear()
        self._times.clear()

    def _begin(self, at: float) -> None:
        if self._times and at - self._times[-1] > self._pause_seconds:
            self.clear()


class KioskScreen(Screen[None], inherit_bindings=False):
    """Reads lines from keys, and payloads from a camera; `Esc` asks for the supervisor's PIN."""

    BINDINGS: ClassVar[list[BindingType]] = []
    ALLOW_SELECT = False
    DEFAULT_CSS: ClassVar[str] = """
    KioskScreen {
        & > #staff { height: 1; padding: 0 1; background: $panel; color: $foreground; }
        & > #pin {
            height: 1; padding: 0 1; display: none; text-align: center; text-style: bold;
            background: #ffffff; color: #000000;
        }
        & > #pin.-open { display: block; }
    }
    """

    class Unlocked(Message):
        """The right PIN was typed."""

    def __init__(
        self,
        judge: Judge,
        status: Callable[[], Status],
        camera: Callable[[], SourceState | None],
        lock: Lock,
        clock: Clock,
        *,
        trouble: Callable[[], Fact | None] | None,
        correct: Callable[[str], str],
        muted: bool = False,
        tickets: TicketCodes | None = None,
        only_exit: bool = False,
    ) -> None:
        super().__init__()
        self._tickets = tickets or TicketCodes()
        self.presenter = Presenter(judge, clock, self.post_message, self._tickets)
        self.presenter.lets_out = only_exit
        self._status, self._camera, self._clock = status, camera, clock
        self._lock, self._trouble, self._correct = lock, trouble, correct
        self._muted = muted
        self._codes = CodeFraming(
            lambda code: self._tickets.is_whole(correct(code)),
            needs_end=True,
            on_cut_off=lambda: self.tell(Fact(SourceStatus.CUT_OFF)),
            is_opaque=lambda: self._tickets.opaque,
        )
        self._times: deque[float] = deque(maxlen=RHYTHM_KEYS)
        self._pin = KeyLine(PROMPT_FOR.total_seconds())
        self.pending = PendingVerdicts(self, self.show_checking)
        self._showing = self._broken = self._checking_pin = False
        self._wrong_pins = 0
        self._closed_at = float("-inf")
        self._last: Judged | None = None
        self._back: Timer | None = None
        self._prompt_timer: Timer | None = None
        self._link_state: LinkState | None = None
        self._link_since: datetime = clock()

    def compose(self) -> ComposeResult:
        """Lay out the screen, from top to bottom."""
        yield VerdictPanel()
        yield NoticeLines()
        yield Static("", id="pin", markup=False)
        yield Static("", id="staff", markup=False)

    def on_mount(self) -> None:
        """Look at the state now and from now on."""
        self.look()
        self.set_interval(REFRESH.total_seconds(), self.look)
        self.set_interval(SILENCE_LOOKS.total_seconds(), self._listen)
        self.run_worker(self._count_wrong_pins(), exit_on_error=False)

    def look(self) -> None:
        """Show how the lane stands, to patrons in large and to staff in small."""
        status, now = self._status(), self._clock()
        if status.link.state is not self._link_state:
            self._link_state, self._link_since = status.link.state, now
        turnstile = self._trouble() if self._trouble else None
        notices = troubles(status, self._camera(), turnstile, self._link_since, now)
        notices[:0] = calls(self._last, now)
        if words := needed(self.app):
            notices.append(Notice(f"▲ {words}"))
        self.query_one(NoticeLines).show(notices)
        columns, wrong = self.size.width - 2, self._wrong_pins
        staff = staff_line(status, now, columns, wrong, muted=self._muted)
        self.query_one("#staff", Static).update(staff)
        if not self._showing:
            lets_out = self.presenter.lets_out
            self._show(posters.attract(status, broken=self._broken, lets_out=lets_out))

    def say(self, sentence: str) -> None:
        """Show a sentence for a moment; callable from any thread."""
        self.post_message(Said(sentence))

    def tell(self, fact: Fact) -> None:
        """Show a fact for a moment; callable from any thread."""
        self.say(sentence(fact))

    def on_said(self, message: Said) -> None:
        """Show it."""
        self.query_one(VerdictPanel).say(plain(message.sentence))

    def on_judging(self) -> None:
        """Begin to wait for a verdict; what is said from now on is said of it."""
        self.query_one(VerdictPanel).hush()
        self.pending.add()

    def on_published(self, message: Published) -> None:
        """Fill the screen with a verdict; it is recorded already."""
        self._broken = False
        self._last = message.judged
        shown = posters.for_patron(message.judged)
        self._fill(shown)
        if self._trouble is None:  # with a turnstile, its opening lets the patron in
            panel = self.query_one(VerdictPanel)
            self.presenter.note_shown(
                message.judged, self.app.screen, standing=lambda: panel.poster == shown
            )

    def on_answered(self, message: Answered) -> None:
        """Stop waiting; where nothing was recorded, the lane is closed until something is."""
        self.pending.remove()
        if message.failure is not None:
            self._broken = True
            self._fill(posters.closed())

    def show_checking(self) -> None:
        """Replace the last verdict while the next one is late: it is another patron\'s."""
        self._fill(posters.checking(), stays=True)

    def rest(self) -> None:
        """Invite the next patron."""
        self._showing = False
        self.look()

    def on_key(self, event: Key) -> None:
        """Take every key; none of them goes any further."""
        event.stop()
        event.prevent_default()
        text = written(event)
        if event.key == "escape":
            self._close_prompt() if self._prompting else self._open_prompt()
        elif event.key == "backspace" and self._prompting:
            self._pin.rub_out()
        elif text and self._prompting:
            self._type(text, event.time)
        elif text:
            self._times.append(event.time)
            self._judge(self._codes.feed(text, event.time))
        if self._prompting:
            self._show_prompt()

    def on_paste(self, event: Paste) -> None:
        """Take what comes in one piece for a scanner's; never for a PIN."""
        event.stop()
        event.prevent_default()
        self._judge(codes_in(event.text, self._codes.is_ticket, self._codes.is_opaque))

    def _type(self, text: str, at: float) -> None:
        """Take a key while the PIN is asked for; what a scanner types is no try."""
        if text not in ENDS:
            self._pin.add(text, at)
            return
        line, scanned = self._pin.end(at)
        if line is None:
            return
        if self._codes.is_ticket(line) or (scanned and not may_be_pin(line)):
            self._judge(self._codes.feed(line + text, at))
        else:
            self._try(line)

    def _listen(self) -> None:
        self._judge(self._codes.idle(time.monotonic()))

    def _judge(self, codes: list[str]) -> None:
        for code in codes:
            payload = self._payload(code)
            self._times.clear()
            if payload is not None:
                self.presenter.read(payload, "wedge")
                self._close_prompt()
            elif not self._prompting:
                self._fill(posters.no_ticket())

    def _payload(self, code: str) -> str | None:
        """Return what is judged of a code: nothing that may be typed as a PIN, for the journal.

        While the PIN is asked for, and for a while after, only what is a ticket's code is judged,
        without what was typed before it; without other lines always. Few digits alone are only
        where codes may be digits and a scanner typed these.
        """
        text = self._correct(code)
        ticket = self._tickets.of(text)
        late = time.monotonic() - self._closed_at < LATE_FOR.total_seconds()
        if self._prompting or late or (ticket and not ENDS.isdisjoint(text)):
            return ticket
        scanned = self._tickets.opaque and is_scanners(self._times)
        return None if not scanned and (may_be_pin(code) or may_be_pin(text)) else text

    @property
    def _prompting(self) -> bool:
        return self.query_one("#pin").has_class("-open")

    def _open_prompt(self) -> None:
        self._pin.clear()
        self.query_one("#pin").add_class("-open")
        self._show_prompt()

    def _close_prompt(self) -> None:
        self._pin.clear()
        if self._prompting:
            self._closed_at = time.monotonic()
        self.query_one("#pin").remove_class("-open")

    def _show_prompt(self, says: str = "") -> None:
        if self._prompt_timer:
            self._prompt_timer.stop()
        self._prompt_timer = self.set_timer(PROMPT_FOR.total_seconds(), self._close_prompt)
        typed = "•" * min(self._pin.length, 12)
        words = says or say("Supervisor's PIN, then Enter: {typed}", typed=f"{typed}_")
        self.query_one("#pin", Static).update(Content(words))

    def _try(self, pin: str) -> None:
        if self._checking_pin:
            return
        self._checking_pin = True
        self.run_worker(self._check(pin), exit_on_error=False)

    async def _check(self, pin: str) -> None:
        try:
            answer = await asyncio.to_thread(self._lock.check, pin)
        except ScannerError as error:
            structlog.get_logger("kiosk").error("the PIN can't be checked", reason=str(error))
            self._show_prompt(say("The PIN can't be checked now; try again."))
            return
        finally:
            self._checking_pin = False
        structlog.get_logger("kiosk").warning("a PIN was tried", answer=answer.value)
        if answer is PinCheck.RIGHT:
            self.post_message(self.Unlocked())
            return
        await self._count_wrong_pins()
        if self._prompting:
            self._show_prompt(_refusal(answer, await asyncio.to_thread(self._lock.remaining)))

    async def _count_wrong_pins(self) -> None:
        with contextlib.suppress(ScannerError):
            self._wrong_pins = await asyncio.to_thread(self._lock.wrong_tries)
            self.look()

    def _fill(self, shown: Poster, *, stays: bool = False) -> None:
        self._showing = True
        if self._back:
            self._back.stop()
        self._back = None if stays else self.set_timer(BACK_AFTER.total_seconds(), self.rest)
        self._show(shown)

    def _show(self, shown: Poster) -> None:
        self.query_one(VerdictPanel).show(shown)


def _refusal(answer: PinCheck, wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if answer is PinCheck.UNSET:
        return say("No PIN is set; `scanner pin` sets one.")
    if wait:
        return (
            say("Wrong PIN. Try again in {seconds} s.", seconds=seconds)
            if answer is PinCheck.WRONG
            else say("Too many wrong tries. Try again in {seconds} s.", seconds=seconds)
        )
    return say("Wrong PIN. Try again.")
