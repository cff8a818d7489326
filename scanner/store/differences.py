"""Where the API's admissions and this ledger's differ, as the last comparison found it."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scanner.admission.names import without_tag
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.facts import Code, Fact


class DifferenceKind(Code):
    """What one book says and the other does not."""

    MISSING_THERE = "books.missing_there"
    UNDONE = "books.undone"
    GONE_THERE = "books.gone_there"
    MISSING_HERE = "books.missing_here"
    OTHER_GATE = "books.other_gate"
    ADMITTED_TWICE = "books.admitted_twice"
    PERHAPS_A_COPYS = "books.perhaps_a_copys"
    OTHER_MISSING = "books.other_missing"
    OTHER_UNDONE = "books.other_undone"


PENDING = (DifferenceKind.MISSING_THERE, DifferenceKind.OTHER_MISSING)
"""What a second reading has to say again before it is believed."""

ABSENT = (*PENDING, DifferenceKind.GONE_THERE)
"""What is looked up ticket by ticket, because a list lacks it."""

NOT_LOOKED_UP = datetime.fromtimestamp(0, UTC)
"""Stands for the time of the last look-up before the first one."""

LET_IN_TWICE = frozenset(
    {
        DifferenceKind.OTHER_GATE,
        DifferenceKind.ADMITTED_TWICE,
        DifferenceKind.PERHAPS_A_COPYS,
    }
)
"""What this gate takes for its own, while another has let somebody in with the same ticket."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One ticket that the two books differ about.

    Attributes:
        serial: the ticket's.
        kind: how they differ.
        since: the server's time at which this was first seen; where a list lacks it, the time of
            the last look-up that left it open.
        there: the API's account of the admission, where it has one.
    """

    serial: str
    kind: DifferenceKind
    since: datetime
    there: EarlierAdmission = field(default_factory=EarlierAdmission)

    @property
    def at(self) -> datetime | None:
        """The time to show: the admission's where the API has it, else when it was missing."""
        return self.there.at or (self.since if self.since > NOT_LOOKED_UP else None)

    @property
    def fact(self) -> Fact:
        """The difference, to be worded."""
        known = {
            "guard": self.there.redeemer,
            "gate": without_tag(self.there.device) if self.there.device else None,
            "at": self.there.at,
        }
        params = {name: value for name, value in known.items() if value is not None}
        return Fact(self.kind, {"serial": self.serial, **params})


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last comparison: how many admissions the API listed, and how many are known here."""

    total: int
    known: int


def read(conn: sqlite3.Connection) -> list[Difference]:
    """Read the differences, by serial."""
    rows = conn.execute(
        "SELECT serial, kind, since, admitted, redeemer, device FROM difference ORDER BY serial"
    )
    return [
        Difference(
            serial,
            DifferenceKind(kind),
            datetime.fromisoformat(since),
            EarlierAdmission(datetime.fromisoformat(at) if at else None, redeemer, device),
        )
        for serial, kind, since, at, redeemer, device in rows
    ]


def read_comparison(conn: sqlite3.Connection) -> Comparison | None:
    """Read what the last comparison counted; nothing before the first."""
    row = conn.execute("SELECT total, known FROM comparison").fetchone()
    return Comparison(*row) if row else None


def write(
    conn: sqlite3.Connection, found: Iterable[Difference], counted: Comparison, at: datetime
) -> None:
    """Replace the differences by those of a new comparison; call inside a transaction."""
    conn.execute("DELETE FROM difference")
    conn.executemany(
        "INSERT INTO difference VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                each.serial,
                each.kind.value,
                each.since.isoformat(),
                each.there.redeemer,
                each.there.device,
                each.there.at.isoformat() if each.there.at else None,
            )
            for each in found
        ],
    )
    conn.execute(
        "INSERT OR REPLACE INTO comparison VALUES (1, ?, ?, ?)",
        (at.isoformat(), counted.total, counted.known),
    )


def forget_others(conn: sqlite3.Connection, serials: Sequence[str]) -> None:
    """Forget other gates' admissions that were undone; call inside a transaction."""
    conn.executemany("DELETE FROM other_admission WHERE serial = ?", [(each,) for each in serials])


def others(conn: sqlite3.Connection) -> set[str]:
    """Return the serials that the cache attributes to other gates, of those that the token shows.

    The API need not list the admissions of a section that the token does not permit.
    """
    found = conn.execute(
        "SELECT serial FROM other_admission WHERE serial NOT IN (SELECT serial FROM ticket"
        " WHERE section IN (SELECT id FROM section WHERE NOT permitted))"
    )
    return {serial for (serial,) in found}


def barred_sections(conn: sqlite3.Connection) -> set[str]:
    """Return the event's sections that the token does not permit."""
    return {uri for (uri,) in conn.execute("SELECT uri FROM section WHERE NOT permitted")}


def is_issued_since(conn: sqlite3.Connection, serial: str, number: int) -> bool:
    """Tell whether pull `number`, or a later one, listed a ticket as issued."""
    row = conn.execute(
        "SELECT 1 FROM ticket WHERE serial = ? AND listed AND pass >= ? AND status = ?",
        (serial, number, TicketStatus.ISSUED.value),
    ).fetchone()
    return row is not None
