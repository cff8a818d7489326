"""A lane's screen: an invitation, a verdict, and the invitation again; lines out of its keys."""

import asyncio
import contextlib
import time
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

from scanner.admission.serial import LONGEST_PAYLOAD, Fingerprint, Serial, parse_payload
from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.gate import Judged
from scanner.pin import PinCheck, may_be_pin
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster
from scanner.tui.kiosk import posters
from scanner.tui.kiosk.posters import calls, staff_line, troubles
from scanner.tui.ports import Clock, Judge, SourceState
from scanner.tui.presenter import Answered, PendingVerdicts, Presenter, Published, Said
from scanner.tui.widgets.notice_lines import NoticeLines
from scanner.tui.widgets.verdict_panel import VerdictPanel
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

BACK_AFTER = timedelta(seconds=3)
"""How long a verdict fills the screen."""

PROMPT_FOR = timedelta(seconds=20)
"""How long the line for the PIN stays when nobody types."""

LATE_FOR = timedelta(minutes=1)
"""How long after that line is closed somebody may still type the PIN, or the rest of it."""

REFRESH = timedelta(milliseconds=500)

PAUSE_SECONDS = 2.0
"""Of a hand scanner: it never pauses so long, an elbow does."""


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


class KeyLines:
    """Gathers characters; a line longer than any code is dropped to its end.

    Args:
        pause_seconds: after such a pause a new line begins.
    """

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._pause_seconds = pause_seconds
        self._characters: list[str] = []
        self._last = float("-inf")

    @property
    def length(self) -> int:
        """How many characters wait for their Enter."""
        return len(self._characters)

    def add(self, character: str, at: float) -> None:
        """Take one character; `at` in seconds that only rise."""
        if at - self._last > self._pause_seconds:
            self._characters.clear()
        self._last = at
        if len(self._characters) <= LONGEST_PAYLOAD:
            self._characters.append(character)

    def rub_out(self) -> None:
        """Take the last character back."""
        del self._characters[-1:]

    def end(self, at: float) -> str | None:
        """Take Enter or Tab; returns the line, or nothing where there is none worth judging."""
        if at - self._last > self._pause_seconds:
            self._characters.clear()
        line = "".join(self._characters)
        self._characters.clear()
        return line.strip() if len(line) <= LONGEST_PAYLOAD and line.strip() else None

    def clear(self) -> None:
        """Forget what was typed."""
        self._characters.clear()


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
    ) -> None:
        super().__init__()
        self.presenter = Presenter(judge, clock, self.post_message)
        self._status, self._camera, self._clock = status, camera, clock
        self._lock, self._trouble, self._correct = lock, trouble, correct
        self._scan_keys = KeyLines()
        self._pin_keys = KeyLines(PROMPT_FOR.total_seconds())
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
        self.run_worker(self._count_wrong_pins(), exit_on_error=False)

    def look(self) -> None:
        """Show how the lane stands, to patrons in large and to staff in small."""
        status, now = self._status(), self._clock()
        if status.link.state is not self._link_state:
            self._link_state, self._link_since = status.link.state, now
        turnstile = self._trouble() if self._trouble else None
        notices = troubles(status, self._camera(), turnstile, self._link_since, now)
        notices[:0] = calls(self._last, now)
        self.query_one(NoticeLines).show(notices)
        staff = staff_line(status, now, self.size.width - 2, self._wrong_pins)
        self.query_one("#staff", Static).update(staff)
        if not self._showing:
            self._show(posters.attract(status, broken=self._broken))

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
        at = time.monotonic()
        match event.key:
            case "enter" | "tab" | "ctrl+j":
                self._entered(self._keys.end(at))
            case "escape":
                self._close_prompt() if self._prompting else self._open_prompt()
            case "backspace" if self._prompting:
                self._keys.rub_out()
            case _ if event.character and event.character.isprintable():
                self._keys.add(event.character, at)
        if self._prompting:
            self._show_prompt()

    def on_paste(self, event: Paste) -> None:
        """Take what comes in one piece for lines of a scanner's; never for a PIN."""
        event.stop()
        event.prevent_default()
        for line in map(str.strip, event.text.splitlines()):
            if line:
                self._present(line)

    def _entered(self, line: str | None) -> None:
        if line is None:
            return
        if self._prompting and _ticket_in(self._correct(line)) is None:
            self._try(line)
        else:
            self._present(line)
            self._close_prompt()

    def _present(self, line: str) -> None:
        """Judge a line, but nothing that may be typed as a PIN: the journal would keep it.

        While the PIN is asked for, and for a while after, only what is a ticket's code is judged,
        without what was typed before it. Few digits alone never are.
        """
        text = self._correct(line)
        late = time.monotonic() - self._closed_at < LATE_FOR.total_seconds()
        if self._prompting or late:
            ticket = _ticket_in(text)
        else:
            ticket = None if may_be_pin(line) or may_be_pin(text) else text
        if ticket is not None:
            self.presenter.present(ticket, "wedge")
        elif not self._prompting:
            self._fill(posters.no_ticket())

    @property
    def _prompting(self) -> bool:
        return self.query_one("#pin").has_class("-open")

    @property
    def _keys(self) -> KeyLines:
        return self._pin_keys if self._prompting else self._scan_keys

    def _open_prompt(self) -> None:
        self._keys.clear()
        self.query_one("#pin").add_class("-open")
        self._show_prompt()

    def _close_prompt(self) -> None:
        self._keys.clear()
        if self._prompting:
            self._closed_at = time.monotonic()
        self.query_one("#pin").remove_class("-open")

    def _show_prompt(self, says: str = "") -> None:
        if self._prompt_timer:
            self._prompt_timer.stop()
        self._prompt_timer = self.set_timer(PROMPT_FOR.total_seconds(), self._close_prompt)
        typed = "•" * min(self._keys.length, 12)
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


def _ticket_in(text: str) -> str | None:
    """Return a ticket's serial or fingerprint, without what else is in the text."""
    match parse_payload(text):
        case Serial(value):
            return value
        case Fingerprint(digest):
            return digest
        case _:
            return None
