"""Tells the ledger's records by their form: of a damaged file, only the values are known.

Each takes a record of any version. A byte may be wrong anywhere, so a column that is of another
type or form than it was written in makes it none.
"""

import json
from datetime import datetime

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.store.journal import NOTE
from scanner.store.ledger import State
from scanner.store.recovery.page_reader import Row, Value

_STATES = {state.value for state in State}
_PASSAGE_STATES = _STATES - {State.CONFLICT.value, State.UNDONE.value}
_KINDS = {NOTE, *(kind.value for kind in Kind)}
_DIGEST_BYTES = 32
_MOST_TRIES = 1 << 20
"""More of them than an evening has seconds; a number beyond is damaged."""


def is_wanted(row: Row) -> bool:
    """Tell whether a record may be the ledger's."""
    looks = (is_journal, is_admission, is_passage, is_move, is_withheld, is_shown, is_mark)
    return any(look(row) for look in looks)


def is_journal(row: Row) -> bool:
    """Tell a row of the journal."""
    match row.values:
        case (None, str(at), event, redeemer, device, str(), str(), serial, str(kind), str(), str(),
              bytes(digest), *rest):  # fmt: skip
            texts = (event, redeemer, device, serial, *rest[:1])
            return (
                row.rowid is not None
                and row.rowid > 0
                and len(digest) == _DIGEST_BYTES
                and kind in _KINDS
                and all(each is None or isinstance(each, str) for each in texts)
                and is_time(at)
            )
    return False


def is_admission(row: Row) -> bool:
    """Tell what became of an admission."""
    match row.values:
        case (str(), None | int() as number, str(), str(), str(), str(), str(at), str(state),
              int(), *_):  # fmt: skip
            # Until version 2 a record has its number, since then it is the record's key.
            return (number is None) == (row.rowid is not None) and state in _STATES and is_time(at)
    return False


def is_passage(row: Row) -> bool:
    """Tell what became of an exit or a further entry."""
    match row.values:
        case (None, str(), str(state), int(attempts), int(faults), reason, settled):
            return (
                row.rowid is not None
                and state in _PASSAGE_STATES
                and is_count(attempts)
                and is_count(faults)
                and (reason is None or is_reason(reason))
                and (settled is None or is_time(settled))
            )
    return False


def is_move(row: Row) -> bool:
    """Tell a transition of an admission."""
    match row.values:
        case (None, str(), str(before), str(after), reason, at, *rest):
            return (
                row.rowid is not None
                and {before, after} <= _STATES
                and (reason is None or is_reason(reason))
                and is_time(at)
                and all(each is None or isinstance(each, int) for each in rest[:1])
            )
    return False


def is_withheld(row: Row) -> bool:
    """Tell the API's refusal of an admission whose light was never shown."""
    match row.values:
        case (str(), str(reason)):  # by its serial, until version 4
            return row.rowid is None and is_reason(reason)
        case (None, str(reason)):
            return row.rowid is not None and is_reason(reason)
    return False


def is_shown(row: Row) -> bool:
    """Tell when a green light was shown."""
    match row.values:
        case (None, str(at)):
            return row.rowid is not None and is_time(at)
    return False


def is_mark(row: Row) -> bool:
    """Tell whether it is the journal's head, or a gap that an earlier recovery noted."""
    match row.values:
        case (None, int(), bytes(digest)):
            return len(digest) == _DIGEST_BYTES
    return is_gap(row)


def is_gap(row: Row) -> bool:
    """Tell a run of journal rows that an earlier recovery noted as lost."""
    match row.values:
        case (None, int(), None | bytes(), str()):
            return row.rowid is not None
    return False


def is_count(value: Value) -> bool:
    """Tell how often something was tried."""
    return isinstance(value, int) and 0 <= value < _MOST_TRIES


def is_reason(text: Value) -> bool:
    """Tell a reason from the time of a light, whose record is alike; either may be damaged.

    It is a fact, or until version 3 a sentence, which has more letters than digits.
    """
    if not isinstance(text, str):
        return False
    try:
        Fact.from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        letters, digits = (sum(map(kind, text)) for kind in (str.isalpha, str.isdigit))
        return letters > digits and "{" not in text
    return True


def is_time(text: Value) -> bool:
    """Tell a time that says its zone, as text (ISO 8601)."""
    try:
        return isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
