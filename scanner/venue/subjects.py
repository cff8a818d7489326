"""What events and sections are called at a venue's engine, and how messages are packed.

Whoever watches the wire or has a node's disk learns no name, no ticket and no event of them.
"""

import json
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scanner.venue.errors import Sealed

if TYPE_CHECKING:
    from scanner.venue.sealing import VenueKey

_DIGITS = 16
_LARGEST = 1 << 24
"""Bytes of a message, unpacked: a hundred admissions have some 30,000."""


def event_name(key: "VenueKey", uri: str) -> str:
    """Return what an event is called, 16 hexadecimal digits."""
    return key.name(uri, "event")[:_DIGITS]


def section_name(key: "VenueKey", uri: str) -> str:
    """Return what a section is called, 16 hexadecimal digits."""
    return key.name(uri, "section")[:_DIGITS]


def admissions_subject(event: str, section: str, gate: str) -> str:
    """Return where a gate's queued admissions go."""
    return f"admissions.{event}.{section}.{gate}"


def results_subject(gate: str) -> str:
    """Return where their outcomes go."""
    return f"results.{gate}"


def packed(key: "VenueKey", content: Any, subject: str) -> bytes:
    """Return a message: JSON, deflated and sealed under its subject."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return key.seal(zlib.compress(text.encode()), subject)


def unpacked(key: "VenueKey", message: bytes, subject: str, *, largest: int = _LARGEST) -> Any:
    """Return a message's content.

    Raises:
        Sealed: it is no message of this venue's under that subject, or larger than any is.
    """
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(key.open(message, subject), largest)
        if not inflating.eof:
            raise Sealed
        return json.loads(text)
    except (zlib.error, ValueError, RecursionError) as error:
        raise Sealed from error


def message_id(key: "VenueKey", nonces: Iterable[str], use: str) -> str:
    """Return what the engine knows a message by, so that one sent twice is there once."""
    return key.name(" ".join(nonces), use)[: 2 * _DIGITS]
