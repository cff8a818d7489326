"""Key pairs as NATS writes them: Ed25519, in base32 with a letter for whose they are.

A seed begins with `S`, then the owner's letter: `SU…` is a user's. The public key begins with the
letter alone. Seeds are secrets; public keys are names.
"""

import base64
import binascii
import secrets
from enum import IntEnum
from typing import Protocol, cast

import nkeys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SEED_BYTES = 32
_CHECKSUM_BYTES = 2
_KEY_CHARACTERS = 56


class Role(IntEnum):
    """Whose key pair it is: the prefix that NATS encodes with it."""

    OPERATOR = nkeys.PREFIX_BYTE_OPERATOR
    ACCOUNT = nkeys.PREFIX_BYTE_ACCOUNT
    USER = nkeys.PREFIX_BYTE_USER


class KeyPair(Protocol):
    """What a key pair of the library can do here."""

    public_key: bytes

    def sign(self, input: bytes) -> bytes:  # noqa: A002 - the library's name
        """Return the signature, 64 bytes."""
        ...


def new_seed(role: Role) -> str:
    """Draw a new key pair, and return its seed."""
    return seed_of(secrets.token_bytes(_SEED_BYTES), role)


def seed_of(raw: bytes, role: Role) -> str:
    """Return a seed as NATS writes it, of the 32 bytes that it stands for."""
    return bytes(nkeys.encode_seed(raw, int(role))).decode()


def raw_seed(seed: str) -> bytes:
    """Return the 32 bytes that a seed stands for.

    Raises:
        ValueError: it is none.
    """
    try:
        _, raw = nkeys.decode_seed(seed.encode())
    except (nkeys.NkeysError, binascii.Error, IndexError, TypeError) as error:
        raise ValueError("no seed") from error
    if len(raw) != _SEED_BYTES:
        raise ValueError("no seed")
    return bytes(raw)


def key_pair(seed: str) -> KeyPair:
    """Return the key pair of a seed.

    Raises:
        ValueError: it is none.
    """
    raw_seed(seed)
    return cast("KeyPair", nkeys.from_seed(bytearray(seed.encode())))


def public_key(seed: str) -> str:
    """Return the public key of a seed, 56 characters.

    Raises:
        ValueError: it is none.
    """
    return key_pair(seed).public_key.decode()


def sign(seed: str, what: bytes) -> bytes:
    """Return a seed's signature, 64 bytes."""
    return key_pair(seed).sign(what)


def verifies(public: str, what: bytes, signature: bytes) -> bool:
    """Tell whether the owner of a public key signed something."""
    raw = base64.b32decode(public)[1:-_CHECKSUM_BYTES]
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, what)
    except InvalidSignature:
        return False
    return True


def is_public(key: str, role: Role) -> bool:
    """Tell whether a text is a public key of that role, with its checksum."""
    if len(key) != _KEY_CHARACTERS:
        return False
    try:
        raw = base64.b32decode(key)
    except (binascii.Error, ValueError):
        return False
    checksum = nkeys.crc16_checksum(bytearray(raw[:-_CHECKSUM_BYTES]))
    return raw[0] == role and raw[-_CHECKSUM_BYTES:] == checksum
