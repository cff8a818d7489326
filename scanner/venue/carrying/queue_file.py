"""The file that carries a gate's queue on a stick: sealed for the venue, signed by its gate.

A line says what it is, whose venue's, and how long the rest is; so what was cut off is told from
what was changed. The rest is sealed under the venue's key. In it are the gate's signature and what
it signed: its token, by which the venue vouches for it, the file's number, and what is carried.
"""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.store.carried_forms import Carried, CarriedOutcome, carried_of, outcome_of
from scanner.venue.errors import Sealed, VenueError, VenueFault
from scanner.venue.members import jwt, nkey
from scanner.venue.members.membership import Membership
from scanner.venue.sealing import VenueKey

_VERSION = 1
_HEAD = re.compile(rb"SCANNER-QUEUE-([0-9]{1,4}) ([0-9a-f]{16}) ([0-9]{1,12})\n")
_LONGEST_HEAD = 80
_LARGEST_FILE = 1 << 26
_LARGEST_CONTENT = 1 << 28
"""Bytes: a million admissions have some 300,000,000, and no gate lets in so many."""
_SIGNATURE_BYTES = 64
_SUBJECT = "queue-file"


@dataclass(frozen=True, slots=True)
class QueueFile:
    """What such a file holds.

    Attributes:
        gate: the public key of the gate that wrote it.
        name: that gate's name in the venue.
        number: how many it had written before, and one.
        admissions: its own that are on nobody's books yet.
        outcomes: of admissions that it has delivered for others, by their gates.
    """

    gate: str
    name: str
    number: int
    admissions: Sequence[Carried]
    outcomes: Mapping[str, Sequence[CarriedOutcome]]


def write(
    membership: Membership,
    number: int,
    admissions: Sequence[Carried],
    outcomes: Mapping[str, Sequence[CarriedOutcome]],
) -> bytes:
    """Return a file's content.

    Args:
        membership: this gate's.
        number: the file's.
        admissions: this gate's own.
        outcomes: of other gates' admissions, by their gates.

    Raises:
        VenueError: this gate has not registered with the venue yet.
    """
    if membership.jwt is None:
        raise VenueError(VenueFault.NOT_REGISTERED, name=membership.name)
    told = {
        "jwt": membership.jwt,
        "name": membership.gate,
        "number": number,
        "count": len(admissions),
        "admissions": [each.as_json() for each in admissions],
        "outcomes": {gate: [each.as_json() for each in some] for gate, some in outcomes.items()},
    }
    content = zlib.compress(json.dumps(told, ensure_ascii=False).encode())
    signature = nkey.sign(membership.seed, _signed(membership.venue, content))
    sealed = VenueKey(membership.secret).seal(signature + content, _SUBJECT)
    return f"SCANNER-QUEUE-{_VERSION} {membership.venue} {len(sealed)}\n".encode() + sealed


def read_file(membership: Membership, file: Path) -> QueueFile:
    """Read a file that another gate of this gate's venue has written.

    Raises:
        VenueError: it can't be read, or is none; it is another venue's, not whole, changed, or
            larger than any is.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise VenueError(VenueFault.UNREADABLE, file=file, why=why) from error
    return read(membership, content, file)


def read(membership: Membership, content: bytes, file: Path) -> QueueFile:
    """Read a file's content; raises as `read_file` does. `file` is only named."""
    found = _HEAD.match(content[:_LONGEST_HEAD])
    if found is None:
        raise VenueError(VenueFault.NO_QUEUE_FILE, file=file)
    version, venue, length = int(found[1]), found[2].decode(), int(found[3])
    if version > _VERSION:
        raise VenueError(VenueFault.NEWER_QUEUE_FILE, file=file)
    if venue != membership.venue:
        raise VenueError(VenueFault.OTHER_VENUES, file=file, name=membership.name)
    sealed = content[found.end() :]
    if len(content) > _LARGEST_FILE or length > _LARGEST_FILE:
        raise VenueError(VenueFault.TOO_LARGE, file=file)
    if len(sealed) < length:
        raise VenueError(VenueFault.NOT_WHOLE, file=file)
    try:
        return _opened(membership, sealed)
    except _TooLarge as error:
        raise VenueError(VenueFault.TOO_LARGE, file=file) from error
    except (Sealed, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VenueError(VenueFault.CHANGED, file=file) from error


class _TooLarge(Exception):
    pass


def _opened(membership: Membership, sealed: bytes) -> QueueFile:
    plain = VenueKey(membership.secret).open(sealed, _SUBJECT)
    signature, content = plain[:_SIGNATURE_BYTES], plain[_SIGNATURE_BYTES:]
    told = json.loads(_inflated(content))
    gate = jwt.member(told["jwt"], membership.jwt or "")
    if not nkey.verifies(gate, _signed(membership.venue, content), signature):
        raise Sealed
    admissions = [carried_of(each, gate) for each in told["admissions"]]
    if len(admissions) != told["count"]:
        raise Sealed
    outcomes = {
        str(whose): [outcome_of(each) for each in some] for whose, some in told["outcomes"].items()
    }
    return QueueFile(gate, str(told["name"]), int(told["number"]), admissions, outcomes)


def _inflated(content: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        plain: Any = inflating.decompress(content, _LARGEST_CONTENT)
    except zlib.error as error:
        raise Sealed from error
    if inflating.unconsumed_tail:
        raise _TooLarge
    if not inflating.eof:
        raise Sealed
    return bytes(plain)


def _signed(venue: str, content: bytes) -> bytes:
    return f"scanner queue file {_VERSION} {venue} ".encode() + content
