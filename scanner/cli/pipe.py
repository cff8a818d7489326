"""`scanner gate --stdin`: one payload a line in, one verdict a line out."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.sync.clock import utc_now
from scanner.wording.plain import plain, plain_json
from scanner.wording.sentences import in_english

if TYPE_CHECKING:
    from scanner.gate import Gate, Judged

_LONGEST_LINE = 65_536
"""Bytes; what is longer is no ticket, whatever follows, and the rest of it is not kept."""


def payloads(stream: IO[bytes]) -> Iterator[str]:
    """Yield each line's text without its end; bytes that are no UTF-8 become U+FFFD."""
    while line := stream.readline(_LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(_LONGEST_LINE)):
            pass
        yield line.rstrip(b"\r\n").decode("utf-8", "replace")


def serve(gate: "Gate", stream: IO[bytes], out: IO[str], *, as_json: bool) -> None:
    """Judge every line, and answer each before the next is read.

    A light counts as shown once its line is flushed. Where the reader is gone, it does not.

    Raises:
        StoreError: a verdict could not be recorded; nobody is admitted by that line.
    """
    say = as_line if as_json else as_words
    for payload in payloads(stream):
        judged = gate.present_and_wait(payload, utc_now(), "stdin")
        out.write(say(judged) + "\n")
        out.flush()
        gate.note_shown(judged)


def as_line(judged: "Judged") -> str:
    """Return a verdict as JSON in plain ASCII, its times in UTC; a long payload is cut."""
    verdict = judged.verdict
    fact = verdict.fact
    facts = {
        "payload": judged.payload[:LONGEST_PAYLOAD],
        "serial": verdict.serial,
        "verdict": verdict.kind.value,
        "reason": in_english(judged.fact),
        "section": verdict.section,
        "at": judged.at.isoformat(),
        "scan": judged.scan,
        **fact.as_json(),
    }
    return plain_json(facts)


def as_words(judged: "Judged") -> str:
    """Return a verdict for a person, without control characters."""
    verdict = judged.verdict
    head = verdict.kind.value.replace("_", " ").upper()
    reason = in_english(judged.fact)
    words = " · ".join(filter(None, (plain(verdict.serial), plain(verdict.section), reason)))
    return f"{head}  {words}"
