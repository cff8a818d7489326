"""A payload parsed: it is a serial, a fingerprint, or not a ticket's.

The forms are the API's: a serial is six of 0-9 A-Z, a hyphen and twelve of 0-9 A-Z; a fingerprint
is the hexadecimal SHA-256 of `SERIAL;OWNER` with anything after a colon. What scanners do to such a
text on its way is taken off by `cleaning`; what people and keyboards do (case, spaces, another
layout's hyphen) is undone here, and only where a single serial can have been meant.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote

from scanner.admission.cleaning import CLEANING, clean, clean_secret
from scanner.admission.keyboards import explanations
from scanner.facts import Code

LONGEST_PAYLOAD = 4296
"""Characters. No QR code holds more (ISO/IEC 18004: version 40-L, alphanumeric mode)."""

_SERIAL = re.compile(r"[0-9A-Z]{6}-[0-9A-Z]{12}")
_SERIAL_LENGTH = 19
_SERIAL_WITHIN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{6}-[0-9A-Za-z]{12}(?![0-9A-Za-z])")
_FINGERPRINT = re.compile(r"([0-9A-Fa-f]{64})(?::.*)?", re.DOTALL)
_AIM_PREFIX = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_UNSEEN = re.compile(r"[\x00-\x20\x7f\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)", re.IGNORECASE)
_PAYMENT = re.compile(r"BCD\s|SPC\s|000201|(?:bitcoin|ethereum|upi|bezahlcode|lightning):", re.I)

# The key that types "-" on a US keyboard types these on a German, Spanish, French, Italian,
# Nordic, Swiss or Portuguese one, and the reverse; then the look-alikes that texts are set with.
_HYPHENS = "ßẞ'?)/+*_`\u00b4°\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d"
_SERIAL_WITH_OTHER_HYPHEN = re.compile(rf"([0-9A-Z]{{6}})[{re.escape(_HYPHENS)}]([0-9A-Z]{{12}})")
_BLINDED = re.compile(r"[a-z_]+ [0-9]+ (?:[0-9a-f]{64}|-)")
_ASCII_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Serial:
    """A ticket's printed identifier, e.g. `DAWIER-BACK75580348`; always in the API's own form."""

    value: str

    @property
    def event_part(self) -> str:
        """The six characters that name the event in every known example."""
        return self.value[:6]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Lower-case hexadecimal SHA-256 that binds a ticket to its owner, 64 digits."""

    digest: str


class LooksLike(Code):
    """What a payload seems to be that is not a ticket's."""

    PAYMENT_CODE = "verdict.payment_code"
    WEB_ADDRESS = "verdict.web_address"
    WIFI_CODE = "verdict.wifi_code"
    BUSINESS_CARD = "verdict.business_card"
    NUMBER = "verdict.number"
    OTHER_TEXT = "verdict.other_text"
    OTHER_LAYOUT = "verdict.other_layout"
    EMPTY = "verdict.empty"
    TOO_LONG = "verdict.too_long"
    SEVERAL_TICKETS = "verdict.several_tickets"


@dataclass(frozen=True, slots=True)
class NotATicket:
    """A text that no ticket carries, and what it looks like."""

    looks_like: LooksLike


@dataclass(frozen=True, slots=True)
class Secret:
    """An opaque code whose case counts; empty in a record where no ticket of the list has it."""

    value: str


ParsedPayload = Serial | Fingerprint | Secret | NotATicket


def parse_payload(payload: str, cleaning: int = CLEANING) -> ParsedPayload:
    """Parse a payload: a serial, a fingerprint, or not a ticket.

    `cleaning` is the version of the table that takes off what is no part of the code.
    """
    if _SERIAL.fullmatch(payload):
        return Serial(payload)
    if len(payload) > LONGEST_PAYLOAD:
        return NotATicket(LooksLike.TOO_LONG)
    if cleaning < CLEANING:
        return _parse(payload)
    text = clean(payload)
    parsed = _parse(text)
    certain = _is_certain(text, parsed, clean_secret(payload))
    return parsed if certain else NotATicket(LooksLike.OTHER_LAYOUT)


def parse_secret(payload: str) -> Secret | NotATicket:
    """Parse the payload of an opaque code: it may be anything, once its framing is taken off."""
    if len(payload) > LONGEST_PAYLOAD:
        return NotATicket(LooksLike.TOO_LONG)
    text = clean_secret(payload).encode("utf-8", "replace").decode()  # as a record keeps it
    return Secret(text) if text else NotATicket(LooksLike.EMPTY)


def _parse(text: str) -> ParsedPayload:
    """Parse what is left of a payload.

    A fingerprint is looked for before a serial inside other text, so that whatever follows its
    colon can't take the place of the owner-bound code.
    """
    bare = _without_prefix(_UNSEEN.sub("", text))
    if not bare:
        return NotATicket(LooksLike.EMPTY)
    if serial := _whole_serial(bare):
        return Serial(serial)
    if match := _FINGERPRINT.fullmatch(bare):
        return Fingerprint(match[1].lower())
    return _within_text(text)


def _is_certain(text: str, parsed: ParsedPayload, escaped: str) -> bool:
    """Tell whether no other keyboard layout explains a text better, or as well.

    A serial with a hyphen is none that was typed in another layout. One with another layout's
    hyphen may be, and Y may stand for Z. `escaped` is the text before escapes were read in it: a 5
    that arrived as a percent sign seems to begin one.
    """
    match parsed:
        case Serial(value) if value in text.translate(_ASCII_UPPER):
            return True
        case Serial():
            return _typed_elsewhere(text) <= {parsed}
        case NotATicket(LooksLike.OTHER_TEXT):
            return not (_typed_elsewhere(text) or _typed_elsewhere(escaped))
        case _:
            return True


def _typed_elsewhere(text: str) -> set[ParsedPayload]:
    """Return the tickets that a text would be of, had it been typed in another layout."""
    found: set[ParsedPayload] = set()
    if len(text) < _SERIAL_LENGTH:  # nor is it longer in any other
        return found
    for other in map(clean, explanations(text)):
        parsed = _parse(other)
        match parsed:
            case Serial(value) if value in other.translate(_ASCII_UPPER):
                found.add(parsed)
            case Fingerprint():
                found.add(parsed)
    return found


def fingerprint(serial: str, owner: str) -> str:
    """Compute the owner-bound form of a serial: hexadecimal SHA-256 of `SERIAL;OWNER`."""
    return hashlib.sha256(f"{serial};{owner}".encode()).hexdigest()


def is_verbatim(payload: str, parsed: ParsedPayload, *, ticket_known: bool) -> bool:
    """Tell whether a record may have a payload as it came.

    What is no ticket may be a password or a payment; it is on record by `blinded` instead. So is
    a text about an unknown serial, fingerprint or secret, unless it is a bare serial.
    """
    if isinstance(parsed, NotATicket):
        return not payload
    if isinstance(parsed, Secret):
        return ticket_known
    return ticket_known or _SERIAL.fullmatch(payload) is not None


def blinded(parsed: ParsedPayload, length: int, digest: str) -> str:
    """Return what is recorded of a payload: what it looks like, its characters, a keyed hash."""
    match parsed:
        case NotATicket(looks_like):
            kind = looks_like.partition(".")[2]
        case _:
            kind = type(parsed).__name__.lower()
    return f"{kind} {length} {digest or '-'}"


def is_blinded(recorded: str) -> bool:
    """Tell whether `blinded` made a recorded payload."""
    return _BLINDED.fullmatch(recorded) is not None


def _without_prefix(text: str) -> str:
    match = _AIM_PREFIX.match(text)
    return text[match.end() :] if match else text


def _whole_serial(bare: str) -> str | None:
    upper = bare.translate(_ASCII_UPPER)
    if _SERIAL.fullmatch(upper):
        return upper
    match = _SERIAL_WITH_OTHER_HYPHEN.fullmatch(upper)
    return f"{match[1]}-{match[2]}" if match else None


def _within_text(payload: str) -> ParsedPayload:
    found = {each.translate(_ASCII_UPPER) for each in _SERIAL_WITHIN.findall(unquote(payload))}
    if len(found) == 1:
        return Serial(found.pop())
    if found:
        return NotATicket(LooksLike.SEVERAL_TICKETS)
    return NotATicket(looks_like(payload.strip()))


def looks_like(text: str) -> LooksLike:
    """Return what a text seems to be that has no ticket's form."""
    if _PAYMENT.match(text):
        return LooksLike.PAYMENT_CODE
    if _ADDRESS.match(text):
        return LooksLike.WEB_ADDRESS
    if text.startswith("WIFI:"):
        return LooksLike.WIFI_CODE
    if text.startswith(("BEGIN:VCARD", "MECARD:")):
        return LooksLike.BUSINESS_CARD
    if text.isdigit():
        return LooksLike.NUMBER
    return LooksLike.OTHER_TEXT
