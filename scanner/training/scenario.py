"""A scenario: who comes, how fast, what goes wrong, and when it is passed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.training.incident import Incident, What
from scanner.training.role import Role


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How patrons come.

    Attributes:
        minutes: how long the stream lasts.
        curve: how many come in each of so many equal parts of that time, relative to each other.
        groups: the share of groups of one, of two, and so on.
        bags, questions: the share of patrons that carry a bag, that ask something.
        patience: seconds; each patron's is drawn between the two.
    """

    minutes: float
    curve: tuple[float, ...] = (1.0,)
    groups: tuple[float, ...] = (1.0,)
    bags: float = 0.0
    questions: float = 0.0
    patience: tuple[float, float] = (180.0, 360.0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One exercise; `key` is its file's name, `bar` the score in percent that passes."""

    key: str
    title: str
    about: str
    patrons: int
    bar: float
    arrivals: Arrivals
    crowd: Mapping[Role, float]
    incidents: tuple[Incident, ...] = ()

    def outage(self) -> tuple[int, int] | None:
        """Return after how many patrons the network goes, and after how many it is back."""
        down = next((each.after for each in self.incidents if each.what is What.NETWORK_DOWN), None)
        if down is None:
            return None
        up = next((each.after for each in self.incidents if each.what is What.NETWORK_UP), None)
        return down, self.patrons if up is None else up
