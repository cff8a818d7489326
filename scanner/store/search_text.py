"""All serials (and names, where they may be searched) as one folded text in a file of its own.

Looking through such a text is faster than any index in the database would be for parts of two
characters, and a pull writes no slower for it. It stands beside the database, some 27 bytes a
ticket, so that the first search after a start finds it made, and takes no memory. It is a copy:
whoever removes it loses the second in which it is made anew.
"""

import contextlib
import hashlib
import json
import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

_TICKETS = 5000
"""Folded at a time: a few milliseconds in which no other thread goes on."""

_PIECE = 1 << 20
"""Bytes read at a time."""

_HEAD = 512
"""Bytes before the text: what it was made of, as JSON, and blanks."""

_MARKS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a text is made of: whose tickets, with names or without, up to which, after what."""

    event: tuple[str, ...]
    names: bool
    last: int
    pulled: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Head:
    stamp: Stamp
    length: int
    digest: str


def read_stamp(conn: sqlite3.Connection, *, names: bool) -> Stamp:
    """Read what a text made now would be made of."""
    row = conn.execute("SELECT api, event, opened, synced, whole FROM session").fetchone()
    last = conn.execute("SELECT coalesce(max(id), 0) FROM ticket").fetchone()[0]
    return Stamp(tuple(row[:2]), names, last, tuple(row[2:])) if row else Stamp((), names, last, ())


class SearchText:
    """The text of one database's tickets.

    Args:
        file: where it is kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def refresh(self, conn: sqlite3.Connection, *, names: bool) -> None:
        """Bring the file up to the database; until it returns, the former text is searched.

        A text that has not changed is not written again: on a slow disk, an admission's commit
        would wait for it. A file that can't be written is done without.
        """
        import filelock

        stamp = read_stamp(conn, names=names)
        with self._opened() as (head, lines):
            if head and head.stamp == stamp:
                for _ in lines:  # so that it is in memory before somebody types
                    pass
                return
        lock = filelock.FileLock(f"{self._file}.lock", timeout=0, mode=0o600)
        try:
            with lock:
                self._bring_up(conn, stamp, head)
        except filelock.Timeout:
            return  # another gate of this database is at it
        except OSError as error:
            reason = error.strerror
            structlog.get_logger("search").warning("no text to search in", reason=reason)

    def forget_names(self) -> None:
        """Remove the file if it has names or can't be read, and what was left of making one."""
        with self._opened() as (head, _):
            named = head is None or head.stamp.names
        for file in [self._partial(), *([self._file] if named else [])]:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                reason = error.strerror
                structlog.get_logger("search").warning("names are left", reason=reason)

    def pieces(self, conn: sqlite3.Connection, *, names: bool) -> Iterator[bytes]:
        """Yield all lines, many at a time: `\\nserial\\tname\\n…\\n`, both folded.

        They come from the file; tickets that are newer than it, or all where it is of no use,
        come from the database.
        """
        stamp = read_stamp(conn, names=names)
        first = 1
        with self._opened() as (head, lines):
            if head and (head.stamp.event, head.stamp.names) == (stamp.event, names):
                yield from lines
                first = head.stamp.last + 1
        yield from _made(conn, range(first, stamp.last + 1), names=names)

    def _bring_up(self, conn: sqlite3.Connection, stamp: Stamp, kept: _Head | None) -> None:
        ids = range(1, stamp.last + 1)
        length, digest = _measure(_made(conn, ids, names=stamp.names))
        head = _Head(stamp, length, digest)
        if kept and (kept.length, kept.digest) == (length, digest):
            with self._file.open("r+b") as opened:
                opened.write(_written(head))
            return
        partial = self._partial()
        try:
            with open(partial, "wb", opener=_for_owner) as opened:
                opened.write(_written(head))
                opened.writelines(_made(conn, ids, names=stamp.names))
            partial.replace(self._file)
        finally:
            partial.unlink(missing_ok=True)

    def _partial(self) -> Path:
        return self._file.with_name(f"{self._file.name}.partial")

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[_Head | None, Iterator[bytes]]]:
        """Open the file: what it was made of, nothing where it is no whole text, and its lines."""
        try:
            opened = self._file.open("rb")
        except OSError:
            yield None, iter(())
            return
        with opened:
            yield _read_head(opened), _whole_lines(opened)


def fold(text: str) -> str:
    """Make letters equal that people take for one: case and accents go."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def _made(conn: sqlite3.Connection, ids: range, *, names: bool) -> Iterator[bytes]:
    name = "coalesce(name, '')" if names else "''"
    query = (
        f"SELECT group_concat(serial || char(9) || replace({name}, char(10), ' '), char(10))"
        " FROM ticket WHERE id BETWEEN ? AND ? AND listed"
    )
    for first in ids[::_TICKETS]:
        text = conn.execute(query, (first, min(first + _TICKETS, ids.stop) - 1)).fetchone()[0]
        if text:
            yield f"\n{fold(text)}\n".encode("utf-8", "replace")


def _measure(pieces: Iterable[bytes]) -> tuple[int, str]:
    length, digest = 0, hashlib.sha256()
    for piece in pieces:
        length += len(piece)
        digest.update(piece)
    return length, digest.hexdigest()


def _read_head(opened: BinaryIO) -> _Head | None:
    try:
        read = json.loads(opened.read(_HEAD))
        facts = read.pop("stamp")
        stamp = Stamp(**{**facts, **{key: tuple(facts[key]) for key in ("event", "pulled")}})
        head = _Head(stamp, **read)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return head if os.fstat(opened.fileno()).st_size == _HEAD + head.length else None


def _written(head: _Head) -> bytes:
    text = json.dumps(asdict(head)).encode()
    if len(text) >= _HEAD:
        raise OSError(0, "the session's addresses are too long for the text's head")
    return text.ljust(_HEAD)


def _whole_lines(opened: BinaryIO) -> Iterator[bytes]:
    """Yield pieces that begin and end between two lines."""
    rest = b""
    while piece := opened.read(_PIECE):
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = b"\n" + piece[cut:]
        else:
            rest += piece


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
