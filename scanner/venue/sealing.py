"""The venue's key: it names things without telling them, and seals what is sent.

Two keys are derived from the venue's secret, as HKDF expands one: the first hashes names, the
second seals. Each subject has a sealing key of its own, so that the random nonces of a whole
season stay far from meeting. Whoever has what nodes store has hashes and sealed bytes.
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from scanner.venue.errors import Sealed

SECRET_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_TAG_BYTES = 16
_PADDED_TO = 256
"""Bytes: a claim's length would tell who came back or was let in twice."""


def new_secret() -> bytes:
    """Draw a venue's secret."""
    return secrets.token_bytes(SECRET_BYTES)


class VenueKey:
    """Names and seals for one venue.

    Args:
        secret: the venue's, 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._naming = hmac.digest(secret, b"scanner venue name\x01", "sha256")
        self._sealing = hmac.digest(secret, b"scanner venue seal\x01", "sha256")

    def name(self, text: str, use: str = "right") -> str:
        """Return the keyed hash that stands for a text, 64 hexadecimal digits.

        Args:
            text: what is named, such as a ticket's right or an event's URI.
            use: what for; the same text has another name for another use.
        """
        told = use.encode() + b"\x00" + text.encode()
        return hmac.digest(self._naming, told, "sha256").hex()

    def seal(self, plain: bytes, subject: str) -> bytes:
        """Return what only the venue's gates can read, and only under this subject.

        Its length tells that of `plain` in steps of 256 bytes alone.
        """
        told = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
        padded = told.ljust(-(-len(told) // _PADDED_TO) * _PADDED_TO, b"\x00")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher(subject).encrypt(nonce, padded, _bound(subject))

    def open(self, sealed: bytes, subject: str) -> bytes:
        """Return what was sealed under this subject.

        Raises:
            Sealed: another venue's key closed it, or it was changed, or sealed under another
                subject, or is nothing that was sealed.
        """
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _VERSION or len(rest) < _TAG_BYTES:
            raise Sealed
        try:
            told = self._cipher(subject).decrypt(nonce, rest, _bound(subject))
        except InvalidTag as error:
            raise Sealed from error
        end = _LENGTH_BYTES + int.from_bytes(told[:_LENGTH_BYTES], "big")
        return told[_LENGTH_BYTES:end]

    def _cipher(self, subject: str) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(hmac.digest(self._sealing, subject.encode(), "sha256"))


def _bound(subject: str) -> bytes:
    return _VERSION + subject.encode()
