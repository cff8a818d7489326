"""Numbers about the evening: who is in, how fast they come, and by what."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner.admission.names import without_tag

MINUTES = 20
"""How many of the last minutes `per_minute` looks at."""

_MOST_LOOKED_AT = 20_000
"""Admissions: a thousand a minute is more than any gate lets in."""

_OURS = "WHERE event = (SELECT event FROM session)"
_STANDING = f"{_OURS} AND state <> 'undone'"


@dataclass(frozen=True, slots=True)
class Admitted:
    """How many patrons are in: let in by this gate, and by all gates as far as is known here."""

    here: int = 0
    everywhere: int = 0


def admitted(conn: sqlite3.Connection) -> Admitted:
    """Count the patrons of the session's event; one that two gates let in is one."""
    here, elsewhere, both = conn.execute(
        f"SELECT (SELECT count(*) FROM admission {_STANDING})"
        f" + (SELECT count(*) FROM fresh {_OURS}),"
        " (SELECT count(*) FROM other_admission),"
        f" (SELECT count(*) FROM admission JOIN other_admission USING (serial) {_STANDING})"
        f" + (SELECT count(*) FROM fresh JOIN other_admission USING (serial) {_OURS})"
    ).fetchone()
    return Admitted(here, here + elsewhere - both)


def per_minute(conn: sqlite3.Connection) -> dict[datetime, int]:
    """Count this gate's admissions of its last `MINUTES` minutes with one, by the minute (UTC)."""
    found: dict[datetime, int] = {}
    rows = conn.execute(
        "SELECT at FROM journal WHERE kind = 'admitted' ORDER BY id DESC LIMIT ?",
        (_MOST_LOOKED_AT,),
    )
    for (text,) in rows:
        at = datetime.fromisoformat(text).astimezone(UTC).replace(second=0, microsecond=0)
        if at not in found and len(found) == MINUTES:
            break
        found[at] = found.get(at, 0) + 1
    return found


def series(by_minute: dict[datetime, int], now: datetime, minutes: int) -> list[int]:
    """Return the counts of the last whole `minutes`, oldest first; the present minute is not in."""
    this = now.astimezone(UTC).replace(second=0, microsecond=0)
    return [by_minute.get(this - timedelta(minutes=back), 0) for back in range(minutes, 0, -1)]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast patrons come: a moving average a minute, and the curve since the first of them.

    `counts` are by the minute, oldest first.
    """

    per_minute: float = 0.0
    counts: tuple[int, ...] = ()


_AVERAGED = 5
"""Minutes of the moving average, the running one included: a queue changes within as many."""

_PAUSE = timedelta(minutes=10)
"""Without a patron for this long, the next one is a first one: the average begins with them."""


def pace(by_minute: dict[datetime, int], now: datetime, minutes: int) -> Pace:
    """Tell how fast patrons come now, and their counts in up to so many whole minutes.

    The running minute is in the average, and in the counts only while there is no whole one. The
    average is over a minute at least: two patrons in ten seconds are no twelve a minute.
    """
    this = now.astimezone(UTC).replace(second=0, microsecond=0)
    first = _first_since_pause(by_minute, this)
    if first is None:
        return Pace()
    begun = max(first, this - timedelta(minutes=_AVERAGED - 1))
    came = sum(count for minute, count in by_minute.items() if begun <= minute <= this)
    whole = min(minutes, (this - first) // timedelta(minutes=1))
    counts = series(by_minute, now, whole) or [by_minute[first]]
    return Pace(came / max(1.0, (now - begun) / timedelta(minutes=1)), tuple(counts))


def _first_since_pause(by_minute: dict[datetime, int], this: datetime) -> datetime | None:
    """Return the minute of the first patron since nobody came for long; None where nobody does."""
    first = None
    for minute in sorted((each for each in by_minute if each <= this), reverse=True):
        if (first or this) - minute > _PAUSE:
            break
        first = minute
    return first


@dataclass(frozen=True, slots=True)
class SectionFigure:
    """One section: how many are in, and of how many (capacity), where that is known."""

    name: str
    admitted: int
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Evening:
    """The evening so far.

    `quarters` are admissions by the quarter of an hour that they fell into (UTC, its start),
    `verdicts` this gate's presentations by kind, `devices` admissions by the device's name;
    `tickets` counts the listed tickets of permitted sections, `tickets_in` those of them admitted.
    """

    sections: tuple[SectionFigure, ...] = ()
    quarters: tuple[tuple[datetime, int], ...] = ()
    verdicts: tuple[tuple[str, int], ...] = ()
    devices: tuple[tuple[str, int], ...] = ()
    tickets: int = 0
    tickets_in: int = 0


_IN = (
    "SELECT serial, admitted AS at, device FROM other_admission"
    " UNION ALL SELECT serial, at, device FROM admitted"
    f" {_STANDING}"
    " AND serial NOT IN (SELECT serial FROM other_admission)"
)


def _by_gate(devices: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Add up what gates sent under different tags."""
    found: Counter[str] = Counter()
    for device, count in devices:
        found[without_tag(device)] += count
    return tuple(found.most_common())


def evening(conn: sqlite3.Connection) -> Evening:
    """Count the evening: some hundred milliseconds where a hundred thousand are in."""
    sections = conn.execute(
        f"WITH inside AS ({_IN}) SELECT section.name, count(inside.serial), capacity"
        " FROM section LEFT JOIN ticket ON ticket.section = section.id"
        " LEFT JOIN inside ON inside.serial = ticket.serial"
        " GROUP BY section.id ORDER BY section.name"
    )
    quarters = conn.execute(
        f"SELECT strftime('%s', at) / 900, count(*) FROM ({_IN}) WHERE at IS NOT NULL"
        " GROUP BY 1 ORDER BY 1"
    )
    devices = conn.execute(
        f"SELECT coalesce(device, ''), count(*) FROM ({_IN}) GROUP BY 1 ORDER BY 2 DESC"
    )
    verdicts = conn.execute(
        "SELECT kind, count(*) FROM journal WHERE event = (SELECT event FROM session)"
        " GROUP BY kind ORDER BY 2 DESC"
    )
    tickets, tickets_in = conn.execute(
        f"WITH inside AS ({_IN}) SELECT count(*), count(inside.serial) FROM ticket"
        " LEFT JOIN inside USING (serial)"
        " WHERE listed AND section IN (SELECT id FROM section WHERE permitted)"
    ).fetchone()
    return Evening(
        tuple(SectionFigure(*row) for row in sections),
        tuple((datetime.fromtimestamp(slot * 900, UTC), count) for slot, count in quarters),
        tuple(verdicts.fetchall()),
        _by_gate(devices.fetchall()),
        tickets,
        tickets_in,
    )
