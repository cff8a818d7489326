"""Numbers about the evening: who is in, how fast they come, and by what."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTES = 20
"""How many of the last minutes `per_minute` looks at."""

_MOST_LOOKED_AT = 20_000
"""Admissions: a thousand a minute is more than any gate lets in."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """How many patrons are in: let in by this gate, and by all gates as far as is known here."""

    here: int = 0
    everywhere: int = 0


def admitted(conn: sqlite3.Connection) -> Admitted:
    """Count the patrons of the session's event; one that two gates let in is one."""
    here, elsewhere, both = conn.execute(
        "SELECT (SELECT count(*) FROM admission WHERE event = (SELECT event FROM session)),"
        " (SELECT count(*) FROM other_admission),"
        " (SELECT count(*) FROM admission JOIN other_admission USING (serial)"
        "  WHERE event = (SELECT event FROM session))"
    ).fetchone()
    return Admitted(here, here + elsewhere - both)


def per_minute(conn: sqlite3.Connection) -> dict[datetime, int]:
    """Count this gate's admissions of its last `MINUTES` minutes with one, by the minute (UTC)."""
    found: dict[datetime, int] = {}
    rows = conn.execute(
        "SELECT at FROM admission ORDER BY journal DESC LIMIT ?", (_MOST_LOOKED_AT,)
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
