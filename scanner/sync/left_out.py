"""Counts what a pull leaves out of the API's lists, and says it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from scanner.facts import Code, Fact
from scanner.platform.resources import Fault
from scanner.store.database import SqlConnection, transaction
from scanner.store.left_out import LeftOut, read_left_out, write_left_out
from scanner.store.writer import Writer


class LeftOutNote(Code):
    """What was left out of the lists, in one sentence."""

    ENTRIES = "sync.entries_left_out"
    FIELDS = "sync.fields_left_out"


@dataclass(slots=True)
class Tally:
    """What one reading of one list left out so far; `source` as in `LeftOut`."""

    source: str
    counts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)

    def note(self, faults: Iterable[Fault], gaps: Iterable[Fault]) -> None:
        """Count a page's entries that were set aside, and the fields left out of the others."""
        for kept, found in ((False, faults), (True, gaps)):
            self.counts.update((each.field, each.problem.value, kept) for each in found)

    async def keep(self, writer: Writer, *, whole: bool) -> None:
        """Write the counts into the cache, and begin again; `whole` as for `write_left_out`."""
        found = [
            LeftOut(self.source, name, problem, kept, count)
            for (name, problem, kept), count in self.counts.items()
        ]
        self.counts.clear()
        if found or whole:
            await writer.run_on_cache(partial(_write, self.source, found, whole=whole))


def _write(source: str, found: Sequence[LeftOut], conn: SqlConnection, *, whole: bool) -> None:
    """Write and log what is new; nothing is written where all is known."""
    known = [each for each in read_left_out(conn) if each.source == source]
    if set(found) == set(known) or not (whole or set(found) - set(known)):
        return
    with transaction(conn):
        write_left_out(conn, source, found, whole=whole)
    for each in found:
        structlog.get_logger("pull").warning("left out", **each.as_json())


def facts(found: Sequence[LeftOut]) -> list[Fact]:
    """Return what was left out as facts: the entries, then the fields."""
    told = []
    for kept, code in ((False, LeftOutNote.ENTRIES), (True, LeftOutNote.FIELDS)):
        counts: Counter[str] = Counter()
        for each in found:
            if each.kept is kept:
                counts[f"{each.source}.{each.field}"] += each.count
        if counts:
            fields = ", ".join(f"{name} {count}" for name, count in counts.items())
            told.append(Fact(code, {"count": counts.total(), "fields": fields}))
    return told
