"""A keyboard wedge's keys, intercepted before they work as commands of the screen."""

import asyncio
import select
import sys
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Protocol

from textual.app import App
from textual.events import Event, Key, Paste
from textual.widgets import Input

from scanner.facts import Fact
from scanner.pin import may_be_pin
from scanner.scanning.code_framing import ENDS, codes_in
from scanner.scanning.keyboard_wedge import BurstDetector, SortedKeys
from scanner.scanning.scan_source import SourceStatus
from scanner.scanning.ticket_codes import TicketCodes
from scanner.wording.sentences import sentence

_NAMED = {
    "enter": "\r",
    "tab": "\t",
    "ctrl+@": "\x00",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
}
"""Keys that write control characters, by Textual's names; Ctrl and a letter are the others."""

LATE_SECONDS = 0.02
"""A timer this late means that the machine stalled: there may be keys that nobody has read."""

CATCH_UP_SECONDS = 0.02
"""How long to wait for the thread that reads the terminal."""

Correct = Callable[[str], str]
"""Undoes what a keyboard layout did to a scan, as `KeyMap.correct` does."""

HandOn = Callable[[Event], Awaitable[None]]
"""What the app does with a person's key."""


class ScanTarget(Protocol):
    """What the keys of a hand scanner are for; the app that gets them is one."""

    def scanned(self, payload: str, source: str, /) -> None:
        """Take a payload that was scanned or pasted; `source` is `wedge` or `paste`."""
        ...

    def say(self, sentence: str, /) -> None:
        """Show a sentence about the scanner."""
        ...

    def types_serial(self) -> bool:
        """Tell whether the input that has the focus is for a serial."""
        ...


class KeyTimeout(Event, bubble=False):
    """A wait for keys has ended; queued as an event, so that keys in the queue come first."""


class WedgeKeys:
    """Stands between the terminal's keys and the app; what isn't a scan goes on as it came.

    Args:
        app: gets the keys.
        target: gets the scans.
        correct: corrects what a scan's keys wrote.
        tickets: tells the codes of tickets.
        is_whole: tells a code that is whole without an end of its own; by default a ticket's.
    """

    def __init__(
        self,
        app: App[Any],
        target: ScanTarget,
        correct: Correct,
        tickets: TicketCodes | None = None,
        is_whole: Callable[[str], bool] | None = None,
    ) -> None:
        self._app = app
        self._target = target
        self._correct = correct
        self._tickets = tickets or TicketCodes()
        self._is_whole = is_whole or self._tickets.is_whole
        self._bursts: BurstDetector[Key] = BurstDetector(self._is_ticket, self._is_opaque)
        self._newest = 0.0
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, event: Event, hand_on: HandOn) -> bool:
        """Take an event of the app's; tells whether it is dealt with."""
        if isinstance(event, KeyTimeout):
            await self._time_out(event.time, hand_on)
            return True
        if event.is_forwarded:
            return False
        if isinstance(event, Paste):
            return self._take_paste(event)
        if not isinstance(event, Key):
            return False
        await self._dispatch(self._sort(event), event.time, hand_on)
        return True

    def _sort(self, key: Key) -> SortedKeys[Key]:
        self._newest = key.time
        text = written(key)
        if text is None:
            return self._bursts.other(key, key.time)
        in_line = isinstance(self._app.focused, Input)
        return self._bursts.press(key, text, key.time, in_line=in_line)

    def _is_ticket(self, text: str) -> bool:
        return self._is_whole(self._correct(text))

    def _is_opaque(self) -> bool:
        return self._tickets.opaque

    async def _dispatch(self, outcome: SortedKeys[Key], at: float, hand_on: HandOn) -> None:
        for key in outcome.typed:
            await hand_on(key)
        for code in outcome.scans:
            if not await self._take_pin(code, hand_on):
                self._target.scanned(self._correct(code), "wedge")
        if outcome.cut_off and self._target.types_serial():
            for key in outcome.cut_off:  # text that somebody pastes; it commands nothing
                await hand_on(key)
        elif outcome.cut_off:
            self._target.say(sentence(Fact(SourceStatus.CUT_OFF)))
        self._wait(at)

    async def _take_pin(self, text: str, hand_on: HandOn) -> bool:
        """Take a PIN that came as fast as a scan for one: typed in a hurry, or over a slow line.

        It may have come twice in a row, each with its Enter, which leads to the next line.
        """
        line = self._app.focused
        pins = lines_of(text)
        if not (isinstance(line, Input) and line.password and all(map(may_be_pin, pins))):
            return False
        for pin in pins:
            line = self._app.focused
            if isinstance(line, Input):
                line.insert_text_at_cursor(pin)
                await hand_on(Key("enter", "\r"))
        return True

    async def _time_out(self, at: float, hand_on: HandOn) -> None:
        """Decide on the held keys, unless others may have come that nobody has read yet."""
        stalled = self._due is not None and at - self._due > LATE_SECONDS
        self._due = None
        if stalled or self._input_waits():
            self._start_timer(CATCH_UP_SECONDS, at)
            return
        await self._dispatch(self._bursts.timeout(at), at, hand_on)

    def _wait(self, at: float) -> None:
        """Start a timer for the held keys; the earliest is enough."""
        seconds, now = self._bursts.wait_seconds(at), monotonic()
        if seconds is None:
            return
        seconds = max(seconds, 0.0)
        if self._due is None or now + seconds < self._due:
            self._start_timer(seconds, now)

    def _start_timer(self, seconds: float, at: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._due = at + seconds
        # Not a Textual timer: it skips a tick that is late, and the keys would stay held.
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, lambda: self._app.post_message(KeyTimeout()))

    def _input_waits(self) -> bool:
        """Tell whether keys are under way: in the terminal, or in the thread that reads it."""
        app = self._app
        if getattr(app._driver, "newest_key", 0.0) > self._newest:
            return True
        if sys.__stdin__ is None or app.is_headless or app.is_web:
            return False
        try:
            return bool(select.select([sys.__stdin__], [], [], 0)[0])
        except (OSError, ValueError):
            return False

    def _take_paste(self, paste: Paste) -> bool:
        """Judge a paste as a scan, unless somebody pastes into a line of text."""
        focused = self._app.focused
        if isinstance(focused, Input) and self._is_meant_for(focused, paste.text):
            return False
        for code in codes_in(paste.text, self._tickets.is_whole, self._is_opaque):
            self._target.scanned(code, "paste")
        return True

    def _is_meant_for(self, line: Input, text: str) -> bool:
        """Tell whether a paste belongs to the line that is written in, and isn't a scan.

        A scan is ended. A PIN never becomes a payload: the journal keeps those for everybody to
        read.
        """
        is_scan = text.endswith(("\r", "\n", "\t"))
        return self._target.types_serial() or line.password or not is_scan


def lines_of(text: str) -> list[str]:
    """Return the lines of what was typed, without their ends."""
    ends = {ord(end): "\r" for end in ENDS}
    return [line for line in text.translate(ends).split("\r") if line]


def written(key: Key) -> str | None:
    """Return what a key writes; None for one that no scanner sends, such as an arrow.

    A scanner's AltGr and a key arrives as Alt and that key where the terminal's layout has no mark
    there: nobody can tell which it was, and nothing is written.
    """
    name = key.key
    if name.startswith("alt+"):
        return "" if name.rpartition("+")[2] == (key.character or "").lower() else None
    if name.startswith("ctrl+") and len(name) == len("ctrl+?") and name[-1].isalpha():
        return chr(ord(name[-1]) & 0x1F)
    if name in _NAMED:
        return _NAMED[name]
    return key.character if key.is_printable else None
