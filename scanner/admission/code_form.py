"""The form of a platform's codes, by which a payload is parsed."""

from enum import StrEnum

from scanner.admission.cleaning import CLEANING
from scanner.admission.serial import ParsedPayload, parse_payload, parse_secret


class CodeForm(StrEnum):
    """What a ticket's code is made of; the values are those of the session and of the evidence.

    Attributes:
        SERIAL: a serial or a fingerprint, which can be told from any other text.
        SECRET: an opaque text of any length whose case counts; only the list can tell it.
    """

    SERIAL = "serial"
    SECRET = "secret"  # noqa: S105 - a form's name


def parse(form: CodeForm, payload: str, cleaning: int = CLEANING) -> ParsedPayload:
    """Parse a payload of a form; `cleaning` is the version of the table that takes off the rest."""
    if form is CodeForm.SECRET:
        return parse_secret(payload)
    return parse_payload(payload, cleaning)
