"""What a gate owes its venue: entries without a claim, exits, claims without an entry, doubles.

Everything is read from the ledger and the mirror of the venue's claims, through either connection.
A claim is found again in the ledger by ticket and moment, which are the same in both.
"""

import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from scanner.admission.claim import Claim, Entrant
from scanner.admission.evidence import EvidenceError, from_json
from scanner.admission.names import tag_of, without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind
from scanner.store.details import SAME_RIGHT
from scanner.store.journal import nonce_of
from scanner.store.venue_claims import Mirrored, claim_from_text

_HERE = "(SELECT event FROM session)"

_UNCLAIMED = (
    f"FROM admitted WHERE state <> 'undone' AND event = {_HERE}"
    " AND serial NOT IN (SELECT serial FROM venue_claim WHERE own"
    "  UNION SELECT other.serial FROM venue_claim JOIN detail AS this USING (serial)"
    "  JOIN detail AS other ON other.key = this.key WHERE own)"
    " AND journal NOT IN (SELECT journal FROM withheld)"
)

_SERIALS = SAME_RIGHT.format(serial="?1")

_STANDS = f"""(
    SELECT journal FROM admitted WHERE serial IN {_SERIALS} AND at = ?2 AND state <> 'undone'
        AND event = {_HERE} AND journal NOT IN (SELECT journal FROM withheld)
    UNION ALL SELECT id FROM journal WHERE serial IN {_SERIALS} AND at = ?2 AND kind = 'reentry'
        AND event = {_HERE}
)"""
"""The ledger's record of an entry that stands, by ticket and moment."""


class OwnEntry(NamedTuple):
    """An entry or an exit of this gate, as a claim needs it; `row` is the journal's."""

    serial: str
    row: int
    device: str
    redeemer: str
    at: datetime
    nonce: str

    @property
    def entrant(self) -> Entrant:
        """The same, as a claim has it."""
        return Entrant(self.device, self.redeemer, self.at, self.nonce)


class Passed(NamedTuple):
    """An exit, or an entry after the first.

    Attributes:
        by: who let in or out.
        kind: `EXITED` or `REENTRY`.
        reason: the verdict's.
        known: the entries that this gate knew of then, its own and others'.
    """

    by: OwnEntry
    kind: Kind
    reason: str
    known: tuple[EarlierAdmission, ...]


def is_behind(conn: sqlite3.Connection) -> bool:
    """Tell whether this ledger lacks records: then it can't say what was not let in."""
    row = conn.execute("SELECT behind FROM session").fetchone()
    return row is not None and row[0] is not None


def unclaimed(conn: sqlite3.Connection) -> list[OwnEntry]:
    """Return the session's standing admissions that the venue is not known to have, oldest first.

    What the platform refused before its green light let nobody in.
    """
    return [
        _own_entry(row)
        for row in conn.execute(
            f"SELECT serial, journal, device, redeemer, at, event {_UNCLAIMED} ORDER BY journal"
        )
    ]


def count_unclaimed(conn: sqlite3.Connection) -> int:
    """Count them."""
    return int(conn.execute(f"SELECT count(*) {_UNCLAIMED}").fetchone()[0])


def standing(conn: sqlite3.Connection, serial: str) -> OwnEntry | None:
    """Return the session's admission of a ticket that stands, if any."""
    row = conn.execute(
        "SELECT serial, journal, device, redeemer, at, event FROM admitted"
        f" WHERE serial IN {_SERIALS} AND state <> 'undone' AND event = {_HERE}"
        " AND journal NOT IN (SELECT journal FROM withheld)",
        (serial,),
    ).fetchone()
    return _own_entry(row) if row else None


def passed_since(conn: sqlite3.Connection, row: int, most: int) -> list[Passed]:
    """Return the session's exits and further entries after a row of the journal, oldest first."""
    rows = conn.execute(
        "SELECT journal.serial, journal.id, device, redeemer, at, event, kind, journal.reason,"
        " evidence FROM passage JOIN journal ON journal.id = passage.journal"
        f" WHERE passage.journal > ? AND event = {_HERE} ORDER BY passage.journal LIMIT ?",
        (row, most),
    ).fetchall()
    found = []
    for *entry, kind, reason, evidence in rows:
        by = _own_entry(entry)
        known = (*_entries_before(conn, by.serial, by.row), *_others_known(evidence))
        found.append(Passed(by, Kind(kind), reason, known))
    return found


def last_row(conn: sqlite3.Connection) -> int:
    """Return the journal's last row."""
    return int(conn.execute("SELECT id FROM journal_head").fetchone()[0])


def unfounded(conn: sqlite3.Connection, tag: str | None) -> list[tuple[Mirrored, Entrant]]:
    """Return claims of this installation's that no entry in its ledger stands for.

    Those of the tag in force alone: with another one, an old copy of the ledger made them.
    """
    rows = conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE own AND (instr(claim, '\"twice\"')"
        " OR NOT EXISTS (SELECT 1 FROM admitted WHERE admitted.serial = venue_claim.serial"
        "  AND admitted.at = venue_claim.at AND state <> 'undone'"
        "  AND journal NOT IN (SELECT journal FROM withheld)))"
    ).fetchall()
    return [
        (mirrored, entrant)
        for mirrored in map(_mirrored, rows)
        for entrant in mirrored.claim.entrants
        if tag and tag_of(entrant.device) == tag
        if _record(conn, mirrored.claim.serial, entrant.at) is None
    ]


def twice_let_in(conn: sqlite3.Connection) -> list[Claim]:
    """Return the claims that this gate and others let in on, or only others."""
    rows = conn.execute(
        "SELECT key, claim, revision FROM venue_claim WHERE own AND instr(claim, '\"twice\"')"
    )
    return [_mirrored(row).claim for row in rows]


def _record(conn: sqlite3.Connection, serial: str, at: datetime) -> int | None:
    row = conn.execute(f"SELECT min(journal) FROM {_STANDS}", (serial, at.isoformat())).fetchone()
    return int(row[0]) if row and row[0] else None


def _entries_before(conn: sqlite3.Connection, serial: str, row: int) -> Iterator[EarlierAdmission]:
    for at, redeemer, device in conn.execute(
        "SELECT at, redeemer, device FROM journal WHERE kind = 'admitted'"
        f" AND serial IN {_SERIALS} AND id < ?2 UNION ALL"
        " SELECT at, redeemer, device FROM journal WHERE kind = 'reentry'"
        f" AND serial IN {_SERIALS} AND id < ?2",
        (serial, row),
    ):
        yield EarlierAdmission(datetime.fromisoformat(at), redeemer, without_tag(device))


def _others_known(evidence: str) -> Iterator[EarlierAdmission]:
    try:
        known = from_json(evidence).known
    except EvidenceError:
        return
    if known.other:
        yield known.other


def _mirrored(row: tuple[str, str, int]) -> Mirrored:
    key, claim, revision = row
    return Mirrored(key, claim_from_text(claim), revision)


def _own_entry(row: Collection[object]) -> OwnEntry:
    serial, number, device, redeemer, at, event = row
    nonce = nonce_of(int(str(number)), str(at), str(event), str(device), str(serial))
    moment = datetime.fromisoformat(str(at))
    return OwnEntry(str(serial), int(str(number)), str(device), str(redeemer), moment, nonce)
