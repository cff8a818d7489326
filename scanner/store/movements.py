"""Who came in and left by a ticket, as ledger, cache and the venue's claims tell together."""

import sqlite3
from datetime import UTC, datetime
from typing import NamedTuple

from scanner.admission.names import without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Reason
from scanner.store import ledger
from scanner.store.installation import CURRENT_TAG
from scanner.store.ledger import OwnAdmission
from scanner.store.venue_claims import TOLD

_FORMER_SERIALS = """
SELECT former.serial FROM detail AS own JOIN detail AS former
    ON former.key = own.key AND former.serial <> own.serial
WHERE own.serial = ?
"""

_ENTERED, _FIRST, _LEFT, _BEFORE = "entered", "first", "left", "before"
_ADMITTED, _CAME_BACK = (
    f"EXISTS (SELECT 1 FROM journal WHERE serial = ?1 AND kind = '{kind}' AND at = venue_claim.at)"
    for kind in ("admitted", "reentry")
)
_UNFOUNDED = f"own AND device GLOB {CURRENT_TAG} || ' *' AND NOT ({_ADMITTED} OR {_CAME_BACK})"
"""A try of ours that has let nobody in: not yet, or the gate ended before its commit."""

_MOVEMENTS = f"""
SELECT iif(state = 'left' AND left_at IS NULL OR own AND {_CAME_BACK}, '{_BEFORE}', '{_ENTERED}'),
    NULL, at, redeemer, device, 1, own
FROM venue_claim WHERE serial = ?1 AND device IS NOT NULL AND state <> 'released'
    AND NOT (own AND {_ADMITTED} OR {_UNFOUNDED})
UNION ALL
SELECT '{_BEFORE}', NULL, json_extract(claim, '$.former[#-1][2]'),
    json_extract(claim, '$.former[#-1][1]'), json_extract(claim, '$.former[#-1][0]'), 1, own
FROM venue_claim WHERE serial = ?1 AND {_UNFOUNDED} AND json_array_length(claim, '$.former')
UNION ALL
SELECT '{_LEFT}', NULL, left_at, left_redeemer, left_device, 1, own FROM venue_claim
WHERE serial = ?1 AND left_at IS NOT NULL AND (state = 'left' OR {_UNFOUNDED})
UNION ALL
SELECT '{_ENTERED}', NULL, admitted, redeemer, device, 0, 0 FROM other_admission WHERE serial = ?1
UNION ALL
SELECT '{_LEFT}', NULL, at, redeemer, device, 0, 0 FROM other_exit WHERE serial = ?1
UNION ALL
SELECT iif(kind = 'exited', '{_LEFT}', iif(journal.reason = '{Reason.OTHER_DOOR}', '{_FIRST}',
    '{_ENTERED}')), id, at, redeemer, device, 0,
    id <= coalesce((SELECT value FROM venue_position WHERE name = '{TOLD}'), 0)
FROM passage JOIN journal ON id = passage.journal
WHERE passage.serial = ?1 AND {ledger.AT_THIS_DOOR}
"""
"""Who came in and left by a ticket after its own admission; each is found by an index.

A venue's claim comes first: it is the last entry that is known. One under the tag in force is no
entry elsewhere: either the ledger has it, or it is a try under way, and a patron who comes back by
that has still left. Of one under an earlier tag the ledger has a record too, unless it is an old
copy. `before` is an entry after which something happened here.
"""

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class _Moved(NamedTuple):
    """A patron who came in or left.

    Attributes:
        row: the journal's, where it was at this gate.
        venue: whether the venue tells it.
        told: whether the venue knows of this gate's part in it.
    """

    what: str
    row: int | None
    by: EarlierAdmission
    venue: bool = False
    told: bool = False

    @property
    def left(self) -> bool:
        return self.what == _LEFT


Records = tuple[OwnAdmission, EarlierAdmission | None, EarlierAdmission | None]
"""This gate's admission of a ticket, another's, and its exit where that is the last movement."""


def records_of(conn: sqlite3.Connection, serial: str, *, reissued: bool) -> Records:
    """Read what is known of a ticket's admission; where it has none, under a former serial."""
    found = _of_serial(conn, serial)
    if not reissued or _tell_of_this_door(found):
        return found
    formers = conn.execute(_FORMER_SERIALS, (serial,)).fetchall()
    every = [found, *(_of_serial(conn, former) for (former,) in formers)]
    own, other, left = next(filter(_tell_of_this_door, every), found)
    other_door = next((each.other_door for each, *_ in every if each.other_door), None)
    return own._replace(other_door=other_door), other, left


def _tell_of_this_door(found: Records) -> bool:
    own, other, left = found
    return bool(own.admission or own.refusal or other or left)


def _of_serial(conn: sqlite3.Connection, serial: str) -> Records:
    own = ledger.own_admission(conn, serial)
    moves = [
        _Moved(what, row, earlier(*by), bool(venue), bool(told))
        for what, row, *by, venue, told in conn.execute(_MOVEMENTS, (serial,))
    ]
    other = next((each.by for each in moves if each.row is None and not each.left), None)
    own = _or_first_passage(own, moves)
    again = next((each.by for each in moves if each.what == _ENTERED), None)
    if other is None and again and own == OwnAdmission() and _has_venue(conn):
        other = again  # it tells of a first one elsewhere, whose claim is not known here any more
    return own, other, _last_exit(own, moves)


def _has_venue(conn: sqlite3.Connection) -> bool:
    """Tell whether this gate has heard of a venue's claims for its event."""
    return bool(conn.execute("SELECT EXISTS (SELECT 1 FROM venue_position)").fetchone()[0])


def _or_first_passage(own: OwnAdmission, moves: list[_Moved]) -> OwnAdmission:
    """Return a gate's admission; one at another door makes the first entry here a passage.

    That one stands where the admission at the other door was undone since, too. Its light is not
    in doubt: of a passage nobody notes it.
    """
    if own.row or own.refusal or not moves:
        return own
    entries = [
        each
        for each in moves
        if each.row and (each.what == _FIRST or (own.other_door and each.what == _ENTERED))
    ]
    if not entries:
        return own
    first = min(entries, key=lambda each: each.row or 0)
    return own._replace(admission=first.by, row=first.row or 0)


def _last_exit(own: OwnAdmission, moves: list[_Moved]) -> EarlierAdmission | None:
    """Return when the patron left, if nobody came in after that.

    Here the journal's rows tell what came last, and not a clock that may have been set. The venue
    knows the order of what it was told, and the rest is later. Between other gates the times tell;
    of two at the same, the exit is the last.
    """
    if not any(each.left for each in moves):
        return None
    venue = [each for each in moves if each.venue]
    here = [each for each in moves if each.row is not None]
    if own.admission:
        told = any(each.told for each in venue)
        here.append(_Moved(_ENTERED, own.row, own.admission, told=told))
    last = sorted(here, key=lambda each: each.row or 0)[-1:]
    if not venue:
        last += [each for each in moves if each.row is None]
        latest = max(last, key=lambda each: (each.by.at or _LONG_AGO, each.left))
    elif last and not last[0].told:
        latest = last[0]
    else:
        venue.sort(key=lambda each: (each.left, each.what == _ENTERED))
        known = [each for each in venue if each.what != _BEFORE]
        latest = (last + known)[-1] if known or last else venue[-1]
    return latest.by if latest.left else None


def earlier(at: str | None, redeemer: str | None, device: str | None) -> EarlierAdmission:
    """Return an admission as the rules know it, from what is stored of it."""
    return EarlierAdmission(
        datetime.fromisoformat(at) if at else None,
        redeemer,
        without_tag(device) if device else None,
    )
