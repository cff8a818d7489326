"""Reconstructs a ledger from the records of a damaged file: chooses the rows that are proven."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from scanner.admission.verdict import Kind
from scanner.store.checkpoint import Checkpoint
from scanner.store.integrity import lone_digest
from scanner.store.journal import FIRST, hashed, link
from scanner.store.ledger import State
from scanner.store.recovery.page_reader import Row, Value
from scanner.store.recovery.record_forms import (
    is_admission,
    is_count,
    is_gap,
    is_journal,
    is_mark,
    is_move,
    is_passage,
    is_reason,
    is_shown,
    is_time,
    is_withheld,
)

_PASSING = (Kind.EXITED.value, Kind.REENTRY.value)
_SETTLED = {each.value for each in (State.CONFIRMED, State.CONFLICT, State.REFUSED, State.UNDONE)}
_TIMES, _COUNTS = ("sent", "last_sent", "outstanding"), ("attempts", "answered", "faults")
_AT, _EVENT, _SERIAL, _KIND, _EVIDENCE, _HASH, _PARAMS = 1, 2, 7, 8, 10, 11, 12

Fields = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Journal rows that are lost, first to last; `next_digest` is of the row that follows alone."""

    first: int
    last: int
    next_digest: bytes | None


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """All rows that can be restored.

    Attributes:
        journal: complete rows, by their number.
        head: the last number that the journal ever gave.
        gaps: the rows up to `head` that are lost.
        admissions: values by their column's name.
        withheld: the API's refusal, by the admission's journal row.
        transitions: complete rows, in order, each with its admission's journal row.
        shown: when the green light was shown, by the admission's journal row.
        passages: values by their column's name, in order.
        rebuilt: how many of admissions and sent passages are known from the journal alone.
    """

    journal: dict[int, Fields]
    head: int
    gaps: tuple[Gap, ...]
    admissions: tuple[dict[str, Value], ...]
    withheld: dict[int, str]
    transitions: tuple[Fields, ...]
    shown: dict[int, Value]
    passages: tuple[dict[str, Value], ...]
    rebuilt: int


def reconstruct(
    rows: Sequence[Row],
    columns: Sequence[str],
    checkpoint: Checkpoint | None = None,
    sent: str | None = None,
) -> Reconstruction:
    """Choose what to restore: what the hash chain proves, and what nothing contradicts.

    Args:
        rows: the wanted records, as they were read.
        columns: the names of the admission table's columns, in order.
        checkpoint: how far the ledger came, if that is known.
        sent: the event whose passages are sent, if that is known.
    """
    read: dict[int, list[Fields]] = defaultdict(list)
    for row in sorted(filter(is_journal, rows), key=lambda each: -each.frame):
        fields = (
            row.rowid,
            *row.values[1 : _HASH + 1],
            *_params_and_mac(row.values[_PARAMS:]),
        )
        if row.rowid and fields not in read[row.rowid]:
            read[row.rowid].append(fields)
    known = {int(str(row.values[1])) + 1: row.values[2] for row in rows if is_gap(row)}
    head = _head(rows, read, checkpoint)
    journal = _chained(read, head, known)
    admissions, rebuilt = _admissions(rows, columns, journal, head)
    passages, rebuilt_too = _passages(rows, journal, sent)
    of = {cast(int, each["journal"]): str(each["serial"]) for each in admissions}
    first = {serial: number for number, serial in sorted(of.items(), reverse=True)}
    moves = {row.rowid or 0: _move(row, first) for row in rows if is_move(row)}
    moved = of | {cast(int, each["journal"]): str(each["serial"]) for each in passages}
    gaps = tuple(_gaps(journal, head))
    return Reconstruction(
        journal,
        head,
        gaps,
        admissions,
        _withheld(rows, journal, of, first, gaps[-1].last if gaps else 0),
        tuple((each, *moves[each]) for each in sorted(moves) if _is_of(moves[each], moved)),
        {row.rowid or 0: row.values[1] for row in rows if is_shown(row) and row.rowid in of},
        passages,
        rebuilt + rebuilt_too,
    )


def section_of(journal_row: Fields) -> str | None:
    """Return the section that a presentation's ticket was for, from the recorded inputs."""
    found = _evidence(journal_row).get("ticket")
    section = found.get("section") if isinstance(found, dict) else None
    return section[0] if isinstance(section, list) and isinstance(section[0], str) else None


def _chained(
    read: dict[int, list[Fields]], head: int, known: dict[int, Value]
) -> dict[int, Fields]:
    """Choose each row that the chain proves, and after a gap the one that nothing contradicts."""
    chosen: dict[int, Fields] = {}
    for row in sorted(each for each in read if each <= head):
        before = {_digest(each) for each in read.get(row - 1, [])} if row > 1 else {FIRST}
        proven = row == 1 or row - 1 in chosen
        if proven and row > 1:
            before = {_digest(chosen[row - 1])}
        follows = [each for each in read[row] if any(_links(one, each) for one in before)]
        if not follows and not proven:
            follows = [each for each in read[row] if _stands_alone(each, read, known)]
        if follows:
            chosen[row] = follows[0]
    return chosen


def _stands_alone(fields: Fields, read: dict[int, list[Fields]], known: dict[int, Value]) -> bool:
    """Tell whether a row whose predecessor is lost can be believed."""
    row = cast(int, fields[0])  # by `is_journal`
    after = read.get(row + 1, [])
    if after and not any(_links(_digest(fields), each) for each in after):
        return False
    if isinstance(digest := known.get(row), bytes):
        return lone_digest(hashed(fields)) == digest
    ticket = _evidence(fields).get("ticket")
    same = isinstance(ticket, dict) and ticket.get("serial") == fields[_SERIAL]
    return same if fields[_KIND] == "admitted" else True


def _head(rows: Sequence[Row], read: dict[int, list[Fields]], checkpoint: Checkpoint | None) -> int:
    """Return the last number that the journal gave, as far as anything proves it."""
    marks = [(row.values[1], row.values[2]) for row in rows if is_mark(row)]
    if checkpoint:
        marks.append((checkpoint.row, checkpoint.digest))
    proven = [
        number
        for number, digest in marks
        if isinstance(number, int) and any(_digest(each) == digest for each in read.get(number, []))
    ]
    if checkpoint and not read.get(checkpoint.row):
        proven.append(checkpoint.row)
    linked = (
        row
        for row, found in read.items()
        for one in ([FIRST] if row == 1 else map(_digest, read.get(row - 1, [])))
        if any(_links(one, each) for each in found)
    )
    return max([*proven, *linked], default=0)


def _gaps(journal: dict[int, Fields], head: int) -> list[Gap]:
    found, last = [], 0
    for row in [*sorted(journal), head + 1]:
        if row > last + 1:
            after = lone_digest(hashed(journal[row])) if row in journal else None
            found.append(Gap(last + 1, row - 1, after))
        last = row
    return found


def _admissions(
    rows: Sequence[Row], columns: Sequence[str], journal: dict[int, Fields], head: int
) -> tuple[tuple[dict[str, Value], ...], int]:
    """Take the newest version of each admission that the journal does not contradict."""
    green = {row: each for row, each in journal.items() if each[_KIND] == "admitted"}
    of_row: dict[int, dict[str, Value]] = {}
    serials = {each[_SERIAL] for each in green.values()}
    for row in sorted(filter(is_admission, rows), key=lambda each: -each.frame):
        found = dict(zip(columns, row.values, strict=False))
        number = cast(int, found["journal"] or row.rowid)  # by `is_admission`
        found["journal"] = number
        if number in of_row or not 0 < number <= head:
            continue
        if number in journal:
            agrees = number in green and _agree(found, green[number])
        else:
            agrees = found["serial"] not in serials or found["state"] == State.UNDONE.value
        if agrees:
            of_row[number] = _in_doubt(found)
            serials.add(found["serial"])
    missing = [number for number in green if number not in of_row]
    for number in missing:
        of_row[number] = _from_journal(green[number])
    stands: dict[Value, dict[str, Value]] = {}
    for _, each in sorted(of_row.items()):
        if earlier := stands.get(each["serial"]):  # or this one could not have been recorded
            earlier["state"] = State.UNDONE.value
        stands[each["serial"]] = each
    return tuple(of_row[row] for row in sorted(of_row)), len(missing)


def _passages(
    rows: Sequence[Row], journal: dict[int, Fields], sent: str | None
) -> tuple[tuple[dict[str, Value], ...], int]:
    """Take the newest record of each passage whose presentation came back.

    What was not settled is queued: it counts once, however often it is sent. So is one whose record
    is lost, where the passages of its event are sent; else it is kept here.
    """
    passed = {row: each for row, each in journal.items() if each[_KIND] in _PASSING}
    moved = {row.values[-1] for row in rows if is_move(row)}
    found: dict[int, dict[str, Value]] = {}
    for row in sorted(filter(is_passage, rows), key=lambda each: -each.frame):
        number = row.rowid or 0
        if number in passed and row.values[1] == passed[number][_SERIAL]:
            found.setdefault(number, _requeued(number, row, was_sent=number in moved))
    taken = {sent} | {
        passed[row][_EVENT] for row, each in found.items() if each["state"] != State.LOCAL.value
    }
    missing = [row for row in passed if row not in found]
    for number in missing:
        event, serial = (passed[number][each] for each in (_EVENT, _SERIAL))
        state = State.QUEUED if event in taken else State.LOCAL
        found[number] = {"journal": number, "serial": serial, "state": state.value}
    rebuilt = sum(found[each]["state"] == State.QUEUED.value for each in missing)
    return tuple(each for _, each in sorted(found.items())), rebuilt


def _requeued(number: int, row: Row, *, was_sent: bool) -> dict[str, Value]:
    _, serial, state, attempts, faults, reason, settled = row.values
    is_settled = settled is not None and state in _SETTLED
    if not is_settled and (state != State.LOCAL.value or was_sent):
        state, reason, settled = State.QUEUED.value, None, None
    return {
        "journal": number,
        "serial": serial,
        "state": state,
        "attempts": attempts,
        "faults": faults,
        "reason": reason,
        "settled": settled,
    }


def _agree(found: dict[str, Value], row: Fields) -> bool:
    _, at, event, redeemer, device, *_ = row
    names = ("serial", "at", "event", "redeemer", "device")
    if tuple(found[name] for name in names) != (row[_SERIAL], at, event, redeemer, device):
        return False
    return section_of(row) in (None, found["section"])


def _in_doubt(found: dict[str, Value]) -> dict[str, Value]:
    """Keep what was settled; the rest may be older than what was sent, so the API is asked.

    What its presentation does not prove, and is no time, number or reason, is left out.
    """
    found = found | {each: None for each in _TIMES if not is_time(found.get(each))}
    found |= {each: 0 for each in _COUNTS if not is_count(found.get(each))}
    if not is_reason(found.get("reason")):
        found["reason"] = None
    if found["state"] in _SETTLED and is_time(found.get("settled")):
        return found
    unknown: dict[str, Value] = {
        "state": State.SENDING.value,
        "answered": 0,
        "settled": None,
        "reason": None,
    }
    return {**found, **unknown}


def _from_journal(row: Fields) -> dict[str, Value]:
    number, at, event, redeemer, device, *_ = row
    return {
        "serial": row[_SERIAL],
        "journal": number,
        "event": event,
        "section": section_of(row) or "",
        "redeemer": redeemer,
        "device": device,
        "at": at,
        "state": State.SENDING.value,
    }


def _withheld(
    rows: Sequence[Row],
    journal: dict[int, Fields],
    of: dict[int, str],
    first: dict[str, int],
    lost: int,
) -> dict[int, str]:
    """Collect the admissions that were withheld, from their records and later presentations.

    Args:
        rows: the records that were read.
        journal: the rows that were chosen.
        of: the serial of each admission, by its journal row.
        first: the row of each serial's first admission; until version 4 it had no other.
        lost: the last row that is lost; up to there, the presentation that tells one may be.
    """
    found = {}
    for number, each in sorted(journal.items()):
        why = _evidence(each).get("refusal")
        before = [row for row in of if row < number and of[row] == each[_SERIAL]] if why else []
        if before and isinstance(why, str | dict):  # a sentence until version 3, a fact since
            found[max(before)] = (
                why
                if isinstance(why, str)
                else json.dumps(why, ensure_ascii=False, separators=(",", ":"))
            )
    for row in filter(is_withheld, rows):
        number, why = row.rowid or first.get(str(row.values[0]), 0), row.values[1]
        if number in of and number < lost:
            found.setdefault(number, str(why))
    return found


def _move(row: Row, first: dict[str, int]) -> Fields:
    """Return a transition with its admission's journal row, which version 5 added."""
    _, serial, before, after, reason, at, *journal = row.values
    return serial, before, after, reason, at, *(journal or [first.get(str(serial))])


def _is_of(move: Fields, of: dict[int, str]) -> bool:
    serial, *_, number = move
    return isinstance(number, int) and of.get(number) == serial


def _evidence(row: Fields) -> dict[str, object]:
    try:
        found = json.loads(str(row[_EVIDENCE]))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _links(before: bytes, fields: Fields) -> bool:
    return link(before, hashed(fields)) == fields[_HASH]


def _params_and_mac(found: tuple[Value, ...]) -> tuple[Value, Value]:
    """Return a journal row's last columns, whichever version wrote it."""
    params, mac = (*found, None, None)[:2]
    return params, mac if isinstance(mac, bytes) else None


def _digest(fields: Fields) -> bytes:
    return cast(bytes, fields[_HASH])  # by `is_journal`
