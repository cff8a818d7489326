"""Numbers about the evening: who is in, how fast they come, and by what."""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner.admission.names import without_tag
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.store.ledger import AT_THIS_DOOR

MINUTES = 20
"""How many of the last minutes `per_minute` looks at."""

_MOST_LOOKED_AT = 20_000
"""Admissions: a thousand a minute is more than any gate lets in."""

_REASONS = {str(each): each for each in Reason}
_KINDS = {str(each): each for each in Kind}

_OURS = "WHERE event = (SELECT event FROM session)"
_STANDING = f"{_OURS} AND state <> 'undone'"
_FIRST_HERE = f"passed {_OURS} AND verdict = '{Reason.OTHER_DOOR}'"
"""Who was let in at another door before: their first entry at this one is as an admission."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """How many patrons are in: let in by this gate, and by all gates as far as is known here."""

    here: int = 0
    everywhere: int = 0


def admitted(conn: sqlite3.Connection) -> Admitted:
    """Count the patrons of the session's event; one that two gates let in is one."""
    here, elsewhere, both = conn.execute(
        f"SELECT (SELECT count(*) FROM admission {_STANDING})"
        f" + (SELECT count(*) FROM fresh {_OURS}) + (SELECT count(*) FROM {_FIRST_HERE}),"
        " (SELECT count(*) FROM other_admission),"
        f" (SELECT count(*) FROM admission JOIN other_admission USING (serial) {_STANDING})"
        f" + (SELECT count(*) FROM fresh JOIN other_admission USING (serial) {_OURS})"
        f" + (SELECT count(*) FROM {_FIRST_HERE}"
        " AND serial IN (SELECT serial FROM other_admission))"
    ).fetchone()
    return Admitted(here, here + elsewhere - both)


def per_minute(conn: sqlite3.Connection) -> dict[datetime, int]:
    """Count this gate's admissions of its last `MINUTES` minutes with one, by the minute (UTC)."""
    found: dict[datetime, int] = {}
    rows = conn.execute(
        "SELECT at FROM journal WHERE kind = 'admitted' OR reason = ? ORDER BY id DESC LIMIT ?",
        (Reason.OTHER_DOOR, _MOST_LOOKED_AT),
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
    """One section: how many are inside, of how many tickets sold.

    Attributes:
        permitted: whether this gate's token admits to it.
        sold: listed tickets that admit or have admitted.
        inside: those of them that are admitted here or elsewhere, or redeemed at the API, and have
            not left.
        capacity: the patrons that it has room for, where the API says it.
        left: those of them that came and have left.
    """

    name: str
    inside: int
    sold: int
    capacity: int | None = None
    permitted: bool = True
    left: int = 0

    @property
    def to_come(self) -> int:
        """Those who have a ticket and never came."""
        return self.sold - self.inside - self.left


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Admissions of one minute (UTC, its start): at this gate, and at all of them."""

    minute: datetime
    here: int
    house: int


@dataclass(frozen=True, slots=True)
class GateFigure:
    """One gate: how many it let in, and when the last of them (aware, where that is known)."""

    name: str
    admitted: int
    last: datetime | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Evening:
    """The evening so far.

    Attributes:
        sections: by name.
        inside: patrons let in by any gate who have not left, as far as is known; also those of no
            known section.
        arrivals: the minutes in which somebody came at a known time, oldest first.
        gates: this one first, then those that let in most.
        refused: this gate's scans that let nobody in, by reason, the most frequent first; only the
            kind is known of one that a version before 4 recorded.
        again: how often somebody came in again here, who is counted once.
        left: patrons let in by any gate who have left, as far as is known.
        exits: how often somebody left here.
        seconds_per_patron: the median at this gate, while a queue stands there.
    """

    sections: tuple[SectionFigure, ...] = ()
    inside: int = 0
    arrivals: tuple[Arrivals, ...] = ()
    gates: tuple[GateFigure, ...] = ()
    refused: tuple[tuple[Reason | Kind, int], ...] = ()
    seconds_per_patron: float | None = None
    again: int = 0
    left: int = 0
    exits: int = 0

    @property
    def came(self) -> int:
        """All whom any gate has let in, as far as is known."""
        return self.inside + self.left

    @property
    def sold(self) -> int:
        """All tickets that were sold."""
        return sum(each.sold for each in self.sections)

    @property
    def to_come(self) -> int:
        """All who have a ticket and never came."""
        return sum(each.to_come for each in self.sections)


_QUEUED_SECONDS = 60
"""Who comes later after the one before met no queue: that time is nobody's at the door."""

_OWN = f"""
SELECT serial, at, device FROM admitted {_STANDING}
UNION ALL SELECT serial, at, device FROM {_FIRST_HERE}
"""

_GONE = f"""
outs AS MATERIALIZED (
    SELECT serial FROM journal {_OURS} AND kind = 'exited' UNION SELECT serial FROM other_exit
), movements AS MATERIALIZED (
    SELECT serial,
        coalesce((SELECT max(id) FROM journal
            WHERE kind = 'exited' AND serial = outs.serial AND {AT_THIS_DOOR}), 0) AS out_row,
        max(coalesce((SELECT max(id) FROM journal
                WHERE kind = 'reentry' AND serial = outs.serial AND {AT_THIS_DOOR}), 0),
            coalesce((SELECT max(journal) FROM admitted
                WHERE serial = outs.serial AND state <> 'undone' AND {AT_THIS_DOOR}), 0)) AS in_row,
        coalesce((SELECT julianday(at) FROM other_exit WHERE serial = outs.serial), 0)
            AS other_out,
        coalesce((SELECT julianday(admitted) FROM other_admission WHERE serial = outs.serial), 0)
            AS other_in
    FROM outs
), gone AS MATERIALIZED (
    SELECT serial FROM (
        SELECT serial, out_row > in_row AS own_left, other_out > 0 AND other_out >= other_in
            AS other_left, max(other_out, other_in) AS other_at,
            coalesce((SELECT julianday(at) FROM journal WHERE id = max(out_row, in_row)), 0)
                AS own_at
        FROM movements
    ) WHERE own_left AND own_at >= other_at OR other_left AND other_at >= own_at
)"""
"""Whose last known movement is an exit, as `scanner.store.tickets` finds it for one ticket."""

_LEFT = f"""
WITH {_GONE}
SELECT count(*) FROM gone WHERE serial IN (SELECT serial FROM ({_OWN}))
    OR serial IN (SELECT serial FROM other_admission)
"""

_SECTIONS = f"""
WITH inside AS MATERIALIZED (
    SELECT serial FROM ({_OWN}) UNION SELECT serial FROM other_admission
), {_GONE}, away AS MATERIALIZED (
    SELECT section, count(*) AS count FROM gone JOIN ticket USING (serial)
    WHERE serial IN (SELECT serial FROM inside) OR listed AND status = 'Redeemed' GROUP BY section
), came AS MATERIALIZED (
    SELECT section, count(*) AS count,
        sum(listed AND status IN ('Issued', 'Redeemed')) AS among_sold,
        sum(listed AND status = 'Redeemed') AS redeemed
    FROM inside JOIN ticket USING (serial) GROUP BY section
), sold AS MATERIALIZED (
    SELECT section, count(*) AS count, sum(status = 'Redeemed') AS redeemed
    FROM ticket WHERE listed AND status IN ('Issued', 'Redeemed') GROUP BY section
)
SELECT name,
    coalesce(came.count, 0) + coalesce(sold.redeemed, 0) - coalesce(came.redeemed, 0)
        - coalesce(away.count, 0),
    coalesce(sold.count, 0) + coalesce(came.count - came.among_sold, 0), capacity, permitted,
    coalesce(away.count, 0)
FROM section LEFT JOIN came ON came.section = section.id LEFT JOIN sold ON sold.section = section.id
LEFT JOIN away ON away.section = section.id
ORDER BY name, section.id
"""

_ARRIVALS = f"""
WITH own AS MATERIALIZED ({_OWN})
SELECT strftime('%s', at) / 60, ours, again, device, count(*), max(at) FROM (
    SELECT at, device, 1 AS ours, 0 AS again FROM own
    UNION ALL
    SELECT admitted, device, 0, serial IN (SELECT serial FROM own) FROM other_admission
) GROUP BY 1, 2, 3, 4 ORDER BY 1
"""
"""By minute and device; `again` tells who was let in here too, and is one in all."""

_REFUSED = f"""
SELECT kind, reason, count(*) FROM journal {_OURS} AND kind NOT IN ('admitted', 'exited', 'note')
GROUP BY 1, 2 ORDER BY 3 DESC
"""

_SECONDS = f"""
WITH scan AS (
    SELECT id, julianday(at) AS at, payload IS NOT lag(payload) OVER (ORDER BY id) AS other
    FROM journal {_OURS} AND kind <> 'note'
), patron AS (
    SELECT (lead(at) OVER (ORDER BY id) - at) * 86400 AS seconds FROM scan WHERE other
)
SELECT seconds FROM patron WHERE seconds BETWEEN 0 AND {_QUEUED_SECONDS} ORDER BY 1
"""
"""From one patron's first scan to the next one's: the same code again is the same patron."""


def evening(conn: sqlite3.Connection) -> Evening:
    """Count the evening.

    It takes a tenth of a second or two where 30,000 are in and 150,000 tickets are sold.
    """
    arrivals, gates = _arrivals(conn)
    sections = tuple(
        SectionFigure(name, inside, sold, capacity, bool(permitted), left)
        for name, inside, sold, capacity, permitted, left in conn.execute(_SECTIONS)
    )
    (left,) = conn.execute(_LEFT).fetchone()
    passed = dict(
        conn.execute(
            f"SELECT kind, count(*) FROM passed {_OURS} AND verdict <> ? GROUP BY kind",
            (Reason.OTHER_DOOR,),
        )
    )
    return Evening(
        sections,
        admitted(conn).everywhere - left,
        arrivals,
        gates,
        _refused(conn),
        _seconds_per_patron(conn),
        passed.get(Kind.REENTRY, 0),
        left,
        passed.get(Kind.EXITED, 0),
    )


def _arrivals(
    conn: sqlite3.Connection,
) -> tuple[tuple[Arrivals, ...], tuple[GateFigure, ...]]:
    """Add up who came, by the minute and by the gate; what gates sent under several tags is one."""
    here, house = Counter[int](), Counter[int]()
    count, last = Counter[str | None](), dict[str | None, datetime]()
    for slot, ours, again, device, came, latest in conn.execute(_ARRIVALS):
        gate = None if ours else without_tag(device or "")
        count[gate] += came
        if slot is not None:
            minute = int(slot)
            house[minute] += 0 if again else came
            here[minute] += came if ours else 0
            at = datetime.fromisoformat(latest).astimezone(UTC)
            last[gate] = max(at, last.get(gate, at))
    (own,) = conn.execute("SELECT device FROM session").fetchone() or ("",)
    others = [(name, came) for name, came in count.most_common() if name is not None]
    return (
        tuple(
            Arrivals(_time_of(slot), here[slot], came)
            for slot, came in sorted(house.items())
            if came
        ),
        (
            GateFigure(without_tag(own), count[None], last.get(None), ours=True),
            *(GateFigure(name, came, last.get(name)) for name, came in others),
        ),
    )


def _time_of(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * 60, UTC)


def _refused(conn: sqlite3.Connection) -> tuple[tuple[Reason | Kind, int], ...]:
    """Count the scans that let nobody in; a kind that this program does not know is in none."""
    found: Counter[Reason | Kind] = Counter()
    for kind, reason, count in conn.execute(_REFUSED):
        if reason in _REASONS:
            if not Verdict(_REASONS[reason]).admits:
                found[_REASONS[reason]] += count
        elif kind in _KINDS:
            found[_KINDS[kind]] += count
    return tuple(found.most_common())


def _seconds_per_patron(conn: sqlite3.Connection) -> float | None:
    """Return the median; of an even number of times, the longer one in the middle."""
    seconds = [each for (each,) in conn.execute(_SECONDS)]
    return seconds[len(seconds) // 2] if seconds else None
