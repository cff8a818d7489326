"""Splits what a scanner sends into whole codes, by its suffix or by silence. Pure.

Lines, tabulators and field separators also stand inside codes, so an end is one only where a
ticket's form is complete, or where nothing follows it. Serial ports, the kernel's keys, the
terminal's and pasted text all share this.

Opaque codes have no form to be complete in. They are of one line: the first end is theirs, and what
comes at once behind it is no code.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scanner.admission.cleaning import clean
from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.scanning.ticket_codes import holds_ticket

ENDS = frozenset("\r\n\t\x03\x04")
"""What scanners are set to send after a code: carriage return, line feed, tabulator, end of text,
end of transmission (ECMA-48)."""

CANCEL = "\x18"
"""What came before it is in error (ECMA-48, CAN); a source writes it where it lost something."""

PAUSE_SECONDS = 1.1
"""A scanner on a slow radio link pauses inside a code, for a second and some jitter at most."""

SETTLE_SECONDS = 0.3
"""A text without an end that ends in a ticket's code is complete after this long."""

LONGEST = 4 * LONGEST_PAYLOAD
"""Characters that are kept of one code; a byte of a serial port's is one, and UTF-8 needs four."""

FEWEST_CUT_OFF = 6
"""Fewer characters without an end are somebody's elbow, and not worth a word."""

_FRAME = "".join(sorted(ENDS | {"\x02", " "}))


def ends_in(text: str, is_ticket: Callable[[str], bool]) -> bool:
    """Tell whether a ticket's code is all that a text waited for: it ends with the text."""
    return is_ticket(text) and not is_ticket(text[:-1])


def unframed(text: str) -> str:
    """Return a code without what a scanner puts around it: start of text, ends, spaces."""
    return text.strip(_FRAME)


@dataclass(slots=True)
class CodeFraming:
    """Splits characters into codes; times are monotonic seconds.

    Args:
        is_ticket: tells whether a text is, or holds, a ticket's code.
        needs_end: whether a code that is no ticket's counts only with an end, as where people may
            press keys too.
        on_cut_off: called where half a code was dropped.
        is_opaque: tells whether tickets' codes are opaque.
    """

    is_ticket: Callable[[str], bool] = holds_ticket
    needs_end: bool = False
    on_cut_off: Callable[[], None] = lambda: None
    is_opaque: Callable[[], bool] = lambda: False
    _text: str = ""
    _last: float = float("-inf")
    _given: bool = False
    _lost: bool = False

    def feed(self, text: str, at: float) -> list[str]:
        """Take characters; return the codes that they complete."""
        codes = self.idle(at)
        for char in text:
            codes += self._take(char)
        if text:
            self._last = at
        return codes

    def idle(self, at: float) -> list[str]:
        """Return the code that silence until `at` has ended."""
        silent = at - self._last
        settled = silent >= SETTLE_SECONDS and ends_in(unframed(self._text), self.is_ticket)
        whole = settled and not self.is_opaque()  # however much has come, more may
        codes = self._give() if whole or silent >= PAUSE_SECONDS else []
        if silent >= PAUSE_SECONDS:
            self._given = self._lost = False
        elif silent >= SETTLE_SECONDS and self._given and self._rests() and self.is_opaque():
            self._text, self._given = "", False  # what comes now is another patron's
        return codes

    def _take(self, char: str) -> list[str]:
        if char == CANCEL:
            self._text, self._lost = "", True
            self.on_cut_off()
        elif self._lost:
            self._lost = char not in ENDS
        elif char in ENDS and (self._is_ticket() or self._ends_opaque()):
            self._text += char
            return self._give()
        elif len(self._text) < LONGEST:
            self._text += char
        return []

    def _is_ticket(self) -> bool:
        return self.is_ticket(unframed(self._text))

    def _rests(self) -> bool:
        return not self._text or self._text[-1] in ENDS

    def _ends_opaque(self) -> bool:
        return bool(unframed(self._text)) and self.is_opaque()

    def _give(self) -> list[str]:
        """Give the code; what follows one without being a ticket's was a part of it."""
        code, ended = unframed(self._text), self._text[-1:] in ENDS
        self._text = ""
        ticket = self.is_ticket(code)
        if not clean(code) or (self._given and not ticket):
            return []
        if self.needs_end and not (ended or ticket):
            if len(code) >= FEWEST_CUT_OFF:
                self.on_cut_off()
            return []
        self._given = True
        return [code]


def codes_in(
    text: str,
    is_ticket: Callable[[str], bool] = holds_ticket,
    is_opaque: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Return the codes of a text that came in one piece, such as a paste."""
    framing = CodeFraming(is_ticket, is_opaque=is_opaque)
    return framing.feed(text, 0.0) + framing.idle(PAUSE_SECONDS)
