"""The form of a platform's codes, by which a payload is parsed."""

from enum import StrEnum

from scanner.admission.cleaning import CLEANING, clean
from scanner.admission.keyboards import explanations
from scanner.admission.serial import (
    Fingerprint,
    LooksLike,
    NotATicket,
    ParsedPayload,
    Secret,
    Serial,
    looks_like,
    parse_payload,
    parse_secret,
)

_OTHERS = frozenset(
    {
        LooksLike.PAYMENT_CODE,
        LooksLike.WEB_ADDRESS,
        LooksLike.WIFI_CODE,
        LooksLike.BUSINESS_CARD,
    }
)
"""What a text can be told to be, whatever a list has; a number may be a ticket's that is missing
from it."""


class CodeForm(StrEnum):
    """What a ticket's code is made of; the values are those of the session and of the evidence.

    Attributes:
        SERIAL: a serial or a fingerprint, which can be told from any other text.
        SECRET: an opaque text of any length whose case counts; only the list can tell it.
    """

    SERIAL = "serial"
    SECRET = "secret"  # noqa: S105 - a form's name


def parse(form: CodeForm, payload: str, cleaning: int = CLEANING) -> ParsedPayload:
    """Parse a payload of a form; `cleaning` is the version of the table that takes off the rest.

    No version before the second has read an opaque code.
    """
    if form is CodeForm.SECRET:
        return parse_secret(payload)
    return parse_payload(payload, cleaning)


def code_of(form: CodeForm, serial: str) -> ParsedPayload:
    """Return what a ticket's own code is parsed as."""
    return Secret(serial) if form is CodeForm.SECRET else Serial(serial)


def unlisted(parsed: ParsedPayload) -> ParsedPayload:
    """Return what is left of a code that no ticket of the list has, for verdict and record.

    An opaque one may be a password, and 64 digits may be another's key: neither stays in it.
    """
    match parsed:
        case Secret(value) if (other := looks_like(value)) in _OTHERS:
            return NotATicket(other)
        case Secret():
            return Secret("")
        case Fingerprint():
            return Fingerprint("")
        case _:
            return parsed


def may_be_ticket(parsed: ParsedPayload) -> bool:
    """Tell whether a text may be a ticket's code, as far as can be told without a list."""
    return not isinstance(parsed, NotATicket) and not isinstance(unlisted(parsed), NotATicket)


def respelled(secret: Secret) -> set[str]:
    """Return what else may have been meant by an opaque code that no ticket of the list has.

    Another keyboard layout writes other characters, Caps Lock turns the case of all letters, an
    input method makes them wide, and whoever puts a code into an address escapes some.
    """
    upright = {secret.value, clean(secret.value)}
    turned = {each.swapcase() for each in upright}
    typed = {text for each in upright | turned for text in explanations(each)}
    return (upright | turned | typed) - {secret.value, ""}
