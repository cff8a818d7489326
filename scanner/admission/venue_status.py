"""How a gate stands with its venue, for screens and commands.

What must last, a double entry above all, is in the journal: see `scanner.store.double_entries`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from scanner.admission.ticket import Unclaimed
from scanner.facts import Fact


class GateSeen(NamedTuple):
    """Another gate of the venue, and when it was last heard of."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VenueStatus:
    """How a gate stands with the venue that it joined.

    Attributes:
        name: the venue's, as people call it.
        policy: what this gate does while the others can't be asked.
        connected: whether a node answers now.
        since: the gate's time since when none does; nothing while one does.
        unclaimed: how many of this session's tickets were let in here and are not claimed yet.
        gates: the other gates that were heard of, by name.
        warnings: what is wrong at other gates, such as a journal that is not what it was.
        problem: why no node answers, where that is known.
    """

    name: str
    policy: Unclaimed = Unclaimed.ADMIT
    connected: bool = False
    since: datetime | None = None
    unclaimed: int = 0
    gates: tuple[GateSeen, ...] = ()
    warnings: tuple[Fact, ...] = ()
    problem: Fact | None = None
