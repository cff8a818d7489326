"""The journal: every presentation and every note, each chained to the one before; append-only.

A row's hash covers the hash before it, so a row stands for all that came before. Where the
connection has a key, each hash has a MAC too, which nobody without the key can compute.
"""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from scanner.facts import Code, Fact

KEY_BYTES = 32

NONCE_DIGITS = 32
"""Of a nonce: 128 bits, as a UUID has (RFC 9562)."""


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


class Scan(NamedTuple):
    """One presentation as the journal keeps it.

    Attributes:
        at: aware.
        reason: the code of the verdict's reason; until version 3, an English sentence.
        evidence: what the verdict was based on, as JSON.
        params: the reason's parameters, as JSON; nothing until version 3.
    """

    at: datetime
    event: str | None
    redeemer: str | None
    device: str | None
    source: str
    payload: str
    serial: str | None
    kind: str
    reason: str
    evidence: str
    params: str | None = None


FIRST = bytes(32)
"""What the journal's first row is chained to."""

NOTE = "note"
"""The kind of a row that is no presentation: its reason is a fact that the program notes."""

_FIELDS = (
    "id, at, event, redeemer, device, source, payload, serial, kind, reason, evidence, params, hash"
)
_APPEND = f"INSERT INTO journal ({_FIELDS}, mac) VALUES ({', '.join('?' * 14)})"
_BEFORE_HASH = 11
"""The columns that every version of the journal has, before the hash."""


class JournalNote(Code):
    """What the journal notes of itself."""

    MOVED = "journal.moved"
    HEAD_MISSING = "journal.head_missing"
    KEY_LOST = "journal.key_lost"
    KEY_LOCKED = "journal.key_locked"
    REANCHORED = "journal.reanchored"
    RECOVERED = "journal.recovered"
    RECOVERED_IN_PART = "journal.recovered_in_part"
    EXPORTED = "journal.exported"
    QUEUE_EXPORTED = "journal.queue_exported"
    OPENED = "journal.opened"
    ACKNOWLEDGED = "journal.acknowledged"
    TERMINAL_CLOSED = "journal.terminal_closed"
    STOPPED = "journal.stopped"
    KILLED = "journal.killed"
    END_TOLD = "journal.end_told"
    SESSION = "journal.session"
    GUARD = "journal.guard"
    READS = "journal.reads"
    DOUBLE_ENTRY = "journal.double_entry"
    CLAIM_RELEASED = "journal.claim_released"


_UNASKED_ENDS = (JournalNote.TERMINAL_CLOSED, JournalNote.STOPPED, JournalNote.KILLED)
"""How a gate ends that nobody has quit."""


class Entry(NamedTuple):
    """A row as it is stored; `mac` is of its hash, where it was written with a key."""

    row: int
    scan: Scan
    digest: bytes
    mac: bytes | None


def append(conn: sqlite3.Connection, scan: Scan) -> int:
    """Append a presentation to the journal, chained to the one before; returns its row.

    One that lets somebody in is an admission by that; the database takes no second one of a serial.
    Call inside a transaction.
    """
    last, digest = head(conn)
    row = last + 1
    digest = chain_hash(digest, row, scan)
    key = key_of(conn)
    conn.execute(_APPEND, (row, *_columns(scan), digest, key.mac(digest) if key else None))
    return row


def note(conn: sqlite3.Connection, fact: Fact, at: datetime, source: str = "") -> int:
    """Append a fact that is no presentation, such as a supervisor's decision; returns its row.

    Call inside a transaction.

    Args:
        conn: the ledger.
        fact: what is noted, with its parameters.
        at: the gate's time, aware.
        source: where it comes from, such as `supervisor`.
    """
    params = params_to_text(fact)
    return append(
        conn,
        Scan(at, None, None, None, source, "", None, NOTE, str(fact.code), "{}", params),
    )


def notes(conn: sqlite3.Connection, code: str, after: int = 0) -> Iterator[tuple[int, Fact]]:
    """Read the notes of one code in rows after one, oldest first: row and fact."""
    stored = conn.execute(
        "SELECT id, reason, params FROM journal WHERE id > ? AND kind = ? AND reason = ?"
        " ORDER BY id",
        (after, NOTE, code),
    )
    for row, reason, params in stored:
        yield row, params_from_text(reason, params)


def last_scans(
    conn: sqlite3.Connection, most: int, kinds: Sequence[str] | None = None
) -> list[tuple[int, Scan]]:
    """Return the last presentations at the session's event, newest first, by their rows.

    Args:
        conn: the ledger.
        most: how many.
        kinds: only those of these verdicts; one that let in on an earlier record is `admitted`.
    """
    stored = conn.execute(
        f"SELECT {_FIELDS} FROM journal WHERE kind <> ?1 AND event = (SELECT event FROM session)"
        " AND (?2 IS NULL OR CASE reason WHEN 'verdict.let_in' THEN 'admitted' ELSE kind END"
        " IN (SELECT value FROM json_each(?2))) ORDER BY id DESC LIMIT ?3",
        (NOTE, None if kinds is None else json.dumps(kinds), most),
    )
    return [
        (row, Scan(datetime.fromisoformat(at), *fields)) for row, at, *fields, _digest in stored
    ]


def unasked_end(conn: sqlite3.Connection) -> Fact | None:
    """Return how the gate ended the last time without being quit, unless that was told since.

    The fact has the moment of it as `at` (aware).
    """
    codes = (*_UNASKED_ENDS, JournalNote.END_TOLD)
    found = conn.execute(
        "SELECT reason, params, at FROM journal WHERE kind = ? AND reason IN (?, ?, ?, ?)"
        " ORDER BY id DESC LIMIT 1",
        (NOTE, *codes),
    ).fetchone()
    if found is None or found[0] == JournalNote.END_TOLD:
        return None
    end = params_from_text(*found[:2])
    return Fact(end.code, {**end.params, "at": datetime.fromisoformat(found[2])})


class moves_noted:  # noqa: N801 - it reads as what it does, as those of contextlib do
    """Notes in the journal which moves of admissions were made inside, so that its chain has them.

    Moves are written by the database itself. Use it inside a transaction.
    """

    def __init__(self, conn: sqlite3.Connection, at: datetime) -> None:
        self._conn, self._at = conn, at

    def __enter__(self) -> None:
        self._before = last_move(self._conn)

    def __exit__(self, failure: object, *_: object) -> None:
        if failure is None and (last := last_move(self._conn)) > self._before:
            digest = moves_digest(self._conn, self._before + 1, last).hex()
            first = self._before + 1
            moved = Fact(JournalNote.MOVED, {"first": first, "last": last, "digest": digest})
            note(self._conn, moved, self._at)


def last_move(conn: sqlite3.Connection) -> int:
    """Return the number of the last transition."""
    (last,) = conn.execute("SELECT coalesce(max(id), 0) FROM transition").fetchone()
    return int(last)


def moves_digest(conn: sqlite3.Connection, first: int, last: int) -> bytes:
    """Compute one hash of the transitions from `first` to `last`."""
    digest = FIRST
    for stored in conn.execute(
        "SELECT * FROM transition WHERE id BETWEEN ? AND ? ORDER BY id",
        (first, last),
    ):
        digest = link(digest, stored)
    return digest


def chain_hash(before: bytes, row: int, scan: Scan) -> bytes:
    """Compute the hash of a presentation that is the journal's `row`."""
    columns = _columns(scan)
    return link(before, (row, *(columns if scan.params is not None else columns[:-1])))


def hashed(stored: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what the hash of a stored row covers.

    Args:
        stored: its columns in the table's order: the hash is the twelfth, and where the row has
            parameters, they are the thirteenth; a row of version 1 to 3 has none.
    """
    params = (each for each in stored[_BEFORE_HASH + 1 : _BEFORE_HASH + 2] if each is not None)
    return (*stored[:_BEFORE_HASH], *params)


def link(before: bytes, columns: tuple[object, ...]) -> bytes:
    """Compute a row's hash: SHA-256 over the hash before it and its columns, as stored, as JSON."""
    text = json.dumps(columns, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def rows(conn: sqlite3.Connection) -> Iterator[tuple[int, Scan, bytes]]:
    """Read the journal from the start: row, presentation or note, hash."""
    for row, scan, digest, _ in entries(conn):
        yield row, scan, digest


def entries(conn: sqlite3.Connection) -> Iterator[Entry]:
    """Read the journal from the start, with the MACs."""
    stored = conn.execute(f"SELECT {_FIELDS}, mac FROM journal ORDER BY id")
    for row, at, *fields, digest, mac in stored:
        yield Entry(row, Scan(datetime.fromisoformat(at), *fields), digest, mac)


def head(conn: sqlite3.Connection) -> tuple[int, bytes]:
    """Return the number that the journal gave last, and the hash to chain its next row to."""
    row, digest = conn.execute("SELECT id, hash FROM journal_head").fetchone()
    return int(row), bytes(digest)


def nonce(conn: sqlite3.Connection, row: int) -> str:
    """Return what names a presentation to a platform, so that one told twice counts once.

    32 hexadecimal digits; of a row always the same, and of no other row or installation. It is
    made of what an admission's record has too, and so outlives the loss of its journal row.

    Raises:
        LookupError: neither journal nor admissions have the row.
    """
    found = conn.execute(
        "SELECT at, event, device, serial FROM journal WHERE id = ?1"
        " UNION ALL SELECT at, event, device, serial FROM admission WHERE journal = ?1",
        (row,),
    ).fetchone()
    if found is None:
        raise LookupError(row)
    return nonce_of(row, *found)


def nonce_of(row: int, at: str, event: str | None, device: str | None, serial: str | None) -> str:
    """Compute the nonce of a journal row with these values, the time and all else as stored.

    SHA-256. The device's name has the installation's tag. An old copy of the ledger that was put
    back gives the row's number again, but not at the same microsecond.
    """
    return link(b"nonce", (row, at, event, device, serial)).hex()[:NONCE_DIGITS]


def fact_to_text(fact: Fact) -> str:
    """Write a fact into one column, as JSON."""
    return json.dumps(fact.as_json(), ensure_ascii=False, separators=(",", ":"))


def fact_from_text(text: str) -> Fact:
    """Read a fact from its column; a sentence of an earlier version has the code `text`."""
    try:
        return Fact.from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Fact("text", {"text": text})


def params_to_text(fact: Fact) -> str:
    """Write a fact's parameters into one column, as JSON."""
    return json.dumps(fact.as_json()["params"], ensure_ascii=False, separators=(",", ":"))


def params_from_text(code: str, text: str) -> Fact:
    """Read a fact back from its code and its column of parameters; none where that is damaged."""
    try:
        return Fact.from_json({"code": code, "params": json.loads(text)})
    except (ValueError, KeyError, TypeError, AttributeError):
        return Fact(code)


def _columns(scan: Scan) -> tuple[str | None, ...]:
    return (scan.at.isoformat(), *scan[1:])
