"""The key of a journal's chain, and the connection that carries it."""

import hashlib
import hmac
import sqlite3

KEY_BYTES = 32


class ChainKey:
    """A secret of this installation: who lacks it can compute neither MACs nor blinded texts.

    HMAC-SHA-256 (RFC 2104), with a prefix for each use.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def mac(self, digest: bytes) -> bytes:
        """Compute the MAC of a journal row's hash."""
        return hmac.digest(self._secret, b"row" + digest, hashlib.sha256)

    def blind(self, text: str) -> str:
        """Compute, in hexadecimal, what tells whether two texts are the same, and nothing else."""
        return hmac.digest(
            self._secret, b"text" + text.encode("utf-8", "replace"), hashlib.sha256
        ).hex()


class KeyedConnection(sqlite3.Connection):
    """A connection that appends to the journal with a key, once it has been given one."""

    chain_key: ChainKey | None = None


def key_of(conn: sqlite3.Connection) -> ChainKey | None:
    """Return the key that a connection was given."""
    return conn.chain_key if isinstance(conn, KeyedConnection) else None
