"""The anchor of a journal's chain: its key, and from where on every row must have a MAC.

It is kept where the system keeps secrets, together with a copy of the journal's head. Whoever has
the files alone can then neither write a row nor take one away without being found out.
"""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from typing import Protocol

import structlog

from scanner.facts import Fact
from scanner.keystore import KeyStoreError
from scanner.store import installation, journal, sessions
from scanner.store.checkpoint import Checkpoint
from scanner.store.database import files_of, transaction
from scanner.store.journal import KEY_BYTES, ChainKey, JournalNote, KeyedConnection, key_of
from scanner.store.locks import only_maker
from scanner.store.writer import Writer

KEEP_EVERY = 5.0
"""Seconds between two copies of the head; what came since the last one can be cut off unseen."""

Clock = Callable[[], datetime]

_ANCHOR, _HEAD = "journal-anchor", "journal-head"


class Secrets(Protocol):
    """Where the anchor is kept; `scanner.keystore.KeyStore` is one."""

    def fetch(self, name: str, /) -> str | None:
        """Return a secret; raises `KeyStoreError` where that can't be known."""

    def put(self, name: str, secret: str, /) -> None:
        """Store a secret; raises `KeyStoreError`."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where keying began.

    Attributes:
        secret: the key.
        first: the first journal row that must have a MAC.
        before: the hash of the row before it, which pins all earlier rows.
        moves: the last transition that is older.
        moves_digest: the hash of the transitions up to that one.
    """

    secret: bytes
    first: int
    before: bytes
    moves: int
    moves_digest: bytes

    @property
    def key(self) -> ChainKey:
        """The key of the MACs."""
        return ChainKey(self.secret)

    def is_in(self, conn: sqlite3.Connection) -> bool:
        """Tell whether a ledger has the rows that were there when keying began."""
        last = conn.execute(
            "SELECT hash FROM journal WHERE id < ? ORDER BY id DESC LIMIT 1", (self.first,)
        ).fetchone()
        return (bytes(last[0]) if last else journal.FIRST) == self.before


@dataclass(frozen=True, slots=True)
class Head:
    """A row of the journal and its hash."""

    row: int
    digest: bytes

    def is_in(self, conn: sqlite3.Connection) -> bool:
        """Tell whether a ledger has this row."""
        if not self.row:
            return self.digest == journal.FIRST
        found = conn.execute("SELECT hash FROM journal WHERE id = ?", (self.row,)).fetchone()
        return found is not None and bytes(found[0]) == self.digest


def read_anchor(keys: Secrets) -> Anchor | None:
    """Read the anchor.

    Raises:
        KeyStoreError: the key store is locked.
    """
    text = keys.fetch(_ANCHOR)
    if text is None:
        return None
    try:
        found = json.loads(text)
        secret, before, digest = (
            bytes.fromhex(found[name]) for name in ("key", "before", "moves_digest")
        )
        return Anchor(secret, int(found["first"]), before, int(found["moves"]), digest)
    except (ValueError, KeyError, TypeError):
        return None


def read_head(keys: Secrets) -> Head | None:
    """Read the key store's copy of the head.

    Raises:
        KeyStoreError: the key store is locked.
    """
    row, _, digest = (keys.fetch(_HEAD) or "").partition(" ")
    try:
        return Head(int(row), bytes.fromhex(digest))
    except ValueError:
        return None


def is_keyed(conn: sqlite3.Connection) -> bool:
    """Tell whether any row of the journal has a MAC."""
    return (
        conn.execute("SELECT 1 FROM journal WHERE mac IS NOT NULL LIMIT 1").fetchone() is not None
    )


def begin(conn: sqlite3.Connection, keys: Secrets, clock: Clock, *, create: bool = True) -> bool:
    """Give a connection the journal's key, if it can be had; returns whether it has it now.

    What is not as it was left is noted in the journal.

    The door never stays shut for it: a lost key is replaced, and without a key store rows are
    written without a MAC. The audit finds both, until a supervisor anchors the chain anew.

    Args:
        conn: the ledger.
        keys: where the anchor is kept.
        clock: the gate's time, aware; asked only where something is to be noted.
        create: false: a key that isn't there is not made.
    """
    try:
        anchor, head = read_anchor(keys), read_head(keys)
        if anchor:
            _give(conn, anchor)
            _note_what_is_missing(conn, keys, anchor, head, clock)
        elif create:
            lost = is_keyed(conn)
            with only_maker(dict(files_of(conn))["main"]):  # two programs would make two keys
                _give(conn, read_anchor(keys) or _anchor_here(conn, keys))
            if lost:
                _note(conn, Fact(JournalNote.KEY_LOST), clock())
    except KeyStoreError as error:
        structlog.get_logger("journal").warning("no key for the journal", problem=str(error))
        if is_keyed(conn):
            _note(conn, Fact(JournalNote.KEY_LOCKED), clock())
    return key_of(conn) is not None


def anchor_anew(conn: sqlite3.Connection, keys: Secrets) -> None:
    """Anchor the chain at the next row; what stands before it is pinned as it is.

    The key is kept, where there is one. Say before, in a note, why.

    Raises:
        KeyStoreError: the key store does not take it.
    """
    known = read_anchor(keys)
    with transaction(conn):
        _give(conn, _anchor_here(conn, keys, known.secret if known else None))
        sessions.note_behind(conn, None)
        keep_head(keys, Head(*journal.head(conn)))


def open_put_back(conn: sqlite3.Connection, reason: str, at: datetime, by: str = "") -> None:
    """Let a gate admit though its ledger is an old copy: a supervisor has said so, by name or not.

    The chain stays as it is: until it is anchored anew, the audit finds what is missing.
    """
    with transaction(conn):
        said = {"reason": reason, **({"by": by} if by else {})}
        journal.note(conn, Fact(JournalNote.OPENED, said), at, "supervisor")
        sessions.note_behind(conn, None)


def keep_head(keys: Secrets, head: Head) -> None:
    """Write the head's copy.

    Raises:
        KeyStoreError: the key store does not take it.
    """
    keys.put(_HEAD, f"{head.row} {head.digest.hex()}")


@contextlib.contextmanager
def keyed(writer: Writer, keys: Secrets, clock: Clock, *, create: bool = True) -> Iterator[None]:
    """Key a writer's journal for as long as it is used, and keep its head in the key store.

    The head is written by a thread of its own, every few seconds and at the end.
    """
    before = writer.head
    has_key = writer.submit(lambda conn: begin(conn, keys, clock, create=create)).result()
    if not has_key:
        yield
        return
    done = Event()
    thread = Thread(target=_keep, args=(writer, keys, done, before), name="head", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _keep(writer: Writer, keys: Secrets, done: Event, kept: Checkpoint) -> None:
    ended = False
    while not ended:
        ended = done.wait(KEEP_EVERY)
        found = writer.head
        if found.row == kept.row:
            continue
        try:
            keep_head(keys, Head(found.row, found.digest))
            kept = found
        except KeyStoreError as error:
            structlog.get_logger("journal").warning("no copy of the head", problem=str(error))


def _give(conn: sqlite3.Connection, anchor: Anchor) -> None:
    if isinstance(conn, KeyedConnection):
        conn.chain_key = anchor.key


def _anchor_here(conn: sqlite3.Connection, keys: Secrets, secret: bytes | None = None) -> Anchor:
    """Keep an anchor at the next row, with a new key where none is given."""
    row, digest = journal.head(conn)
    moves = journal.last_move(conn)
    anchor = Anchor(
        secret or secrets.token_bytes(KEY_BYTES),
        row + 1,
        digest,
        moves,
        journal.moves_digest(conn, 1, moves),
    )
    kept = {
        "key": anchor.secret.hex(),
        "first": anchor.first,
        "before": anchor.before.hex(),
        "moves": anchor.moves,
        "moves_digest": anchor.moves_digest.hex(),
    }
    keys.put(_ANCHOR, json.dumps(kept))
    return anchor


def _note_what_is_missing(
    conn: sqlite3.Connection, keys: Secrets, anchor: Anchor, head: Head | None, clock: Clock
) -> None:
    """Note that the ledger lacks what the key store knows of it, and go on from its end."""
    missing = head if head and not head.is_in(conn) else None
    if not anchor.is_in(conn):
        missing = missing or Head(anchor.first - 1, anchor.before)
        _anchor_here(conn, keys, anchor.secret)
    if missing is None:
        return
    close_put_back(conn, missing, clock())
    keep_head(keys, Head(*journal.head(conn)))


def close_put_back(conn: sqlite3.Connection, missing: Head, at: datetime) -> bool:
    """Close a gate whose ledger lacks a head that was seen elsewhere; tells whether that is new.

    Nobody is admitted until the platform's list was compared, or a supervisor opens it.
    """
    said = Fact(JournalNote.HEAD_MISSING, {"row": missing.row, "head": missing.digest.hex()})
    with transaction(conn):
        if any(fact == said for _, fact in journal.notes(conn, JournalNote.HEAD_MISSING)):
            return False
        journal.note(conn, said, at)
        installation.draw_tag(conn)  # what is missing was sent with the one in force
        sessions.note_behind(conn, at)
    return True


def _note(conn: sqlite3.Connection, fact: Fact, at: datetime) -> None:
    with transaction(conn):
        journal.note(conn, fact, at)
