"""The gate on standard input: a payload a line in, a verdict a line out."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import IO, TYPE_CHECKING

from scanner.admission.cleaning import ScanDecoder
from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.scanning.presentation import Presentations
from scanner.scanning.ticket_codes import TicketCodes
from scanner.sync.clock import utc_now
from scanner.wording.catalogue import english
from scanner.wording.plain import plain, plain_json
from scanner.wording.sentences import in_english
from scanner.wording.ticket_notice import notice_lines

if TYPE_CHECKING:
    from scanner.admission.rules import Word
    from scanner.gate import Gate
    from scanner.judging import Judged

_BYTES_AT_ONCE = 65_536

_LONGEST_LINE = 65_536
"""Characters; what is longer is no ticket, whatever follows, and the rest of it is not kept."""


@dataclass(slots=True)
class Lines:
    """Splits text into lines as it comes: CR, LF or CR LF ends one, and CR at once."""

    _line: list[str] = field(default_factory=list)
    _after_cr: bool = False

    def feed(self, text: str) -> Iterator[str]:
        """Take text; yield each line that it ends, without its end."""
        for char in text:
            if self._after_cr and char in "\r\0\n":  # NUL: UTF-16 without a mark
                self._after_cr = char != "\n"
                continue
            self._after_cr = char == "\r"
            if char in "\r\n":
                yield from self._end()
            elif len(self._line) < _LONGEST_LINE:
                self._line.append(char)

    def rest(self) -> Iterator[str]:
        """Yield what no line's end came after."""
        if self._line:
            yield from self._end()

    def _end(self) -> Iterator[str]:
        line, self._line = "".join(self._line), []
        yield line


def payloads(stream: BufferedIOBase) -> Iterator[str]:
    """Yield each line's text as soon as it has come; see `ScanDecoder` for what bytes mean."""
    decoder, lines = ScanDecoder(), Lines()
    while data := stream.read1(_BYTES_AT_ONCE):
        yield from lines.feed(decoder.feed(data))
    yield from lines.feed(decoder.flush())
    yield from lines.rest()


def worded(line: str) -> "tuple[str, Word | None]":
    """Read a line's object: the payload, and the guard's word, if one is given, and not two.

    Only in an object's own field is it the guard's: a patron's code may hold any text. What is no
    such object is judged as it came, and is no ticket; nothing is judged where it is not clear
    whether the patron leaves.
    """
    from scanner.admission.rules import Exit, LetIn

    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return line, None
    payload = found.get("payload") if isinstance(found, dict) else None
    if not isinstance(payload, str):
        return line, None
    match found.get("let_in", False), found.get("exit", False):
        case False, False:
            return payload, None
        case True, False:
            return payload, LetIn()
        case False, True:
            return payload, Exit()
        case _, False:
            return line, None
        case _:  # who may have left is never let in for it
            return "", None


def serve_lines(
    gate: "Gate",
    stream: BufferedIOBase,
    out: IO[str],
    *,
    as_json: bool,
    json_input: bool = False,
    every_line: bool = False,
    only_exit: bool = False,
    correct: Callable[[str], str] = lambda text: text,
    tickets: TicketCodes | None = None,
) -> None:
    """Answer every line before the next is read; each presentation is judged once.

    A light counts as shown once its line is flushed. Where the reader is gone, it does not.
    With `every_line` each line is a presentation of its own, and so is a guard's word. With
    `only_exit` each is an exit.
    `correct` undoes what was learned of the scanner whose text a line is, and `tickets` tells the
    codes of tickets.

    Raises:
        StoreError: a verdict could not be recorded; nobody is admitted by that line.
    """
    from scanner.admission.rules import Exit

    say = as_line if as_json else as_words
    door: Presentations[Judged] = Presentations(tickets)
    for line in payloads(stream):
        given, word = worded(line) if json_input else (line, None)
        payload = correct(given)
        if new := door.begins(payload, time.monotonic()) or every_line or bool(word):
            said = Exit() if only_exit else word
            door.keep(payload, gate.present_and_wait(payload, utc_now(), "stdin", said))
        judged = door.answer(payload)
        out.write(say(judged, repeat=not new) + "\n")
        out.flush()
        if new:
            gate.note_shown(judged)


def as_line(judged: "Judged", *, repeat: bool = False) -> str:
    """Return a verdict as JSON in plain ASCII, its times in UTC; a long payload is cut."""
    verdict = judged.verdict
    fact = verdict.fact
    facts = {
        "payload": judged.payload[:LONGEST_PAYLOAD],
        "serial": verdict.serial,
        "verdict": verdict.kind.value,
        "reason": in_english(judged.fact),
        "advice": _advice(judged),
        "section": verdict.section,
        "at": judged.at.isoformat(),
        "scan": judged.scan,
        "notice": _notice(judged),
        **fact.as_json(),
    }
    return plain_json(facts | {"repeat": True} if repeat else facts)


def _notice(judged: "Judged") -> dict[str, object] | None:
    """Return what the guard is to be told of the ticket beside the verdict, if anything."""
    told = judged.notice
    if told is None:
        return None
    return {
        "attention": told.attention,
        "text": told.text[:LONGEST_PAYLOAD],
        "unjudged": sorted(told.unjudged),
        "unclaimed": told.unclaimed,
    }


def _advice(judged: "Judged") -> str:
    from scanner.wording.verdict import advice

    with english():
        return advice(judged.verdict)


def as_words(judged: "Judged", *, repeat: bool = False) -> str:
    """Return a verdict for a person, without control characters."""
    verdict = judged.verdict
    head = verdict.kind.value.replace("_", " ").upper()
    reason = in_english(judged.fact)
    with english():
        lines = notice_lines(judged.notice, admits=verdict.admits) if judged.notice else ()
    told = (f"▲ {each}" for each in lines)
    parts = (plain(verdict.serial), plain(verdict.section), reason, *told)
    words = " · ".join(filter(None, parts))
    return f"{'AGAIN  ' if repeat else ''}{head}  {words}"
