"""Reads the records of a damaged database from its pages, without SQLite.

See "Database File Format" (https://www.sqlite.org/fileformat2.html): section 1.3 the header,
1.6 b-tree pages, 2.1 the record format, 4.1 the write-ahead log. What does not parse is left out;
it is never an error.
"""

import contextlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scanner.store.migrate import LEDGER_PAGE

Value = None | int | float | str | bytes

_FORMER_PAGE = 1024
"""The page size of ledgers of version 2. A header that says another one may be damaged."""

_PAGE_SIZES = {1 << power for power in range(9, 17)}
_HEADER_BYTES = 100
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR = 13, 10, 2
_LEAVES = {_TABLE_LEAF: 8, _INDEX_LEAF: 8, _INDEX_INTERIOR: 12}
"""Pages that hold records, by their first byte, and the length of the page's header: leaves of
tables, leaves and interior pages of indexes and of tables without rowid."""

_NO_RECORDS = 5
"""The first byte of a table's interior page, which holds no records."""

_WAL_HEADER, _FRAME_HEADER = 32, 24
_LONGEST_RECORD = 1 << 20
"""Bytes; a row of the ledger is a few thousand at most."""

_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_FLOAT = 7
_CONSTANTS = {8: 0, 9: 1}
_FIRST_BLOB = 12
_CONTINUES = 0x80


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of a file by number, as they were at one time; `size` is the page size."""

    size: int
    of: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """A record's values, and its `rowid` where the page has one.

    `frame` is the number of the log's frame, 0 in the database itself: of two versions of a row,
    the newer has the larger one.
    """

    values: tuple[Value, ...]
    rowid: int | None
    frame: int


class _NoRecord(ValueError):
    """The cell is no record."""


def read_records(
    database: IO[bytes], log: IO[bytes] | None, wanted: Callable[[Row], bool]
) -> list[Row]:
    """Return every wanted record that can be read in a database and in its write-ahead log.

    Args:
        database: the file, from its start; cut short and damaged as it may be.
        log: the `-wal` beside it, if there is one.
        wanted: tells which to keep, so that a million tickets do not fill the memory.
    """
    whole = database.read()
    frames = log.read() if log else b""
    (declared,) = struct.unpack(">H", whole[16:18]) if len(whole) > _HEADER_BYTES else (0,)
    sizes = {LEDGER_PAGE, _FORMER_PAGE, 65_536 if declared == 1 else declared}
    found = (
        [row for row in _rows(whole, frames, size) if wanted(row)]
        for size in sorted(sizes & _PAGE_SIZES)
    )
    return max(found, key=len)


def read_files(file: Path, wanted: Callable[[Row], bool]) -> list[Row]:
    """Return every wanted record that can be read in a database file and in the log beside it."""
    with contextlib.ExitStack() as stack:
        log = Path(f"{file}-wal")
        stream = stack.enter_context(log.open("rb")) if log.exists() else None
        return read_records(stack.enter_context(file.open("rb")), stream, wanted)


def _rows(whole: bytes, frames: bytes, size: int) -> Iterator[Row]:
    """Yield the records of every page in the database, then those of every frame in the log."""
    pages = _Pages(
        size,
        {
            number + 1: whole[start : start + size]  # the last one may be cut short
            for number, start in enumerate(range(0, len(whole), size))
        },
    )
    for number, page in pages.of.items():
        yield from _records(page, pages, 0, first=number == 1)
    for frame, number, page in _committed(frames, size):
        pages.of[number] = page  # an overflow chain is followed as it was at that frame
        yield from _records(page, pages, frame, first=number == 1)


def _committed(frames: bytes, size: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield frame number, page number and page of the log's frames, up to its last commit.

    Valid frames have the header's salts. They were written in order: what lies before the last
    commit frame among them belongs to it, damaged or not.
    """
    step = _FRAME_HEADER + size
    heads = [
        struct.unpack(">II8s", frames[at : at + 16])
        for at in range(_WAL_HEADER, len(frames) - _FRAME_HEADER + 1, step)
    ]
    salts = frames[16:24]
    if heads and all(head[2] != salts for head in heads):
        salts = heads[0][2]  # then it is the header that is damaged
    last = max((at for at, head in enumerate(heads, 1) if head[1] and head[2] == salts), default=0)
    for at, (number, *_) in enumerate(heads[:last], 1):
        start = _WAL_HEADER + (at - 1) * step + _FRAME_HEADER
        yield at, number, frames[start : start + size]


def _records(page: bytes, pages: "_Pages", frame: int, *, first: bool) -> Iterator[Row]:
    start = _HEADER_BYTES if first else 0
    if len(page) < start + _LEAVES[_INDEX_INTERIOR]:
        return
    kind = page[start]
    if kind == _NO_RECORDS:
        return
    if kind not in _LEAVES:
        kind = _TABLE_LEAF  # the byte is damaged, and most rows are in leaves of tables
    pointers = start + _LEAVES[kind]
    (count,) = struct.unpack(">H", page[start + 3 : start + 5])
    most = min(count, (len(page) - pointers) // 2)
    for cell in struct.unpack(f">{most}H", page[pointers : pointers + 2 * most]):
        with contextlib.suppress(_NoRecord, IndexError, struct.error, UnicodeDecodeError):
            if cell:
                yield _record(page, cell, kind, pages, frame)


def _record(page: bytes, at: int, kind: int, pages: "_Pages", frame: int) -> Row:
    rowid = None
    if kind == _INDEX_INTERIOR:
        at += 4  # the child page's number
    length, at = _varint(page, at)
    if kind == _TABLE_LEAF:
        rowid, at = _varint(page, at)
        rowid -= (rowid >> 63) << 64
    if not 0 < length <= _LONGEST_RECORD:
        raise _NoRecord
    return Row(_values(_payload(page, at, length, kind, pages)), rowid, frame)


def _payload(page: bytes, at: int, length: int, kind: int, pages: "_Pages") -> bytes:
    """Assemble a record from its page and its overflow pages (section 1.6).

    Where one of them is cut short, so is the record, and it does not parse.
    """
    usable = pages.size
    most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return page[at : at + length]
    least = (usable - 12) * 32 // 255 - 23
    here = least + (length - least) % (usable - 4)
    here = here if here <= most else least
    found = bytearray(page[at : at + here])
    (following,) = struct.unpack(">I", page[at + here : at + here + 4])
    while len(found) < length:
        overflow = pages.of.get(following)
        if overflow is None:
            raise _NoRecord
        (following,) = struct.unpack(">I", overflow[:4])
        found += overflow[4 : 4 + length - len(found)]
    return bytes(found)


def _values(record: bytes) -> tuple[Value, ...]:
    head, at = _varint(record, 0)
    if not at <= head <= len(record):
        raise _NoRecord
    body, values = head, []
    while at < head:
        kind, at = _varint(record, at)
        value, body = _value(record, body, kind)
        values.append(value)
    if body != len(record):
        raise _NoRecord
    return tuple(values)


def _value(record: bytes, at: int, kind: int) -> tuple[Value, int]:
    """Read one value of a record by its serial type (section 2.1)."""
    if kind == 0:
        return None, at
    if kind in _CONSTANTS:
        return _CONSTANTS[kind], at
    if kind == _FLOAT:
        return float(struct.unpack(">d", record[at : at + 8])[0]), at + 8
    if kind in _INTEGER_BYTES:
        end = at + _INTEGER_BYTES[kind]
        return int.from_bytes(record[at:end], signed=True), end
    if kind < _FIRST_BLOB:
        raise _NoRecord
    end = at + (kind - _FIRST_BLOB) // 2
    raw = record[at:end]
    return (raw.decode() if kind % 2 else raw), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a varint (section 1.6): big-endian, 7 bits a byte and 8 in the ninth."""
    value = 0
    for index in range(at, at + 8):
        byte = data[index]
        value = value << 7 | byte & 0x7F
        if byte < _CONTINUES:
            return value, index + 1
    return value << 8 | data[at + 8], at + 9
