"""A scenario: crowd, arrivals, incidents and pass mark; and why none can be played. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scanner.errors import ScannerError
from scanner.facts import Code
from scanner.training.role import Role


class IncidentKind(StrEnum):
    """Kinds of incidents; the values are those of scenario files."""

    NETWORK_DOWN = "network_down"
    NETWORK_UP = "network_up"
    CAMERA_DIES = "camera_dies"
    CAMERA_BACK = "camera_back"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word in a file
    CONFLICT = "conflict"


SILENT = frozenset({IncidentKind.NETWORK_UP, IncidentKind.CAMERA_BACK})
"""Incidents that need no answer."""


class Card(Code):
    """The question to the trainee, by incident."""

    NETWORK_DOWN = "training.card.network_down"
    CAMERA_DIES = "training.card.camera_dies"
    TOKEN_REVOKED = "training.card.token_revoked"  # noqa: S105 - a code
    CONFLICT = "training.card.conflict"


CARDS: dict[IncidentKind, Card] = {
    IncidentKind.NETWORK_DOWN: Card.NETWORK_DOWN,
    IncidentKind.CAMERA_DIES: Card.CAMERA_DIES,
    IncidentKind.TOKEN_REVOKED: Card.TOKEN_REVOKED,
    IncidentKind.CONFLICT: Card.CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident, and the number of patrons served before it."""

    what: IncidentKind
    after: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How patrons arrive.

    Attributes:
        minutes: how long the stream lasts.
        curve: relative rates of arrival, one for each equal part of that time.
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


class ScenarioNote(Code):
    """What is told of a scenario that can be played."""

    LISTED = "scenario.listed"
    SOUND = "scenario.sound"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario; `key` is its file's name, `bar` the pass mark in percent."""

    key: str
    title: str
    about: str
    patrons: int
    bar: float
    arrivals: Arrivals
    crowd: Mapping[Role, float]
    incidents: tuple[Incident, ...] = ()

    def outage(self) -> tuple[int, int] | None:
        """Return after how many patrons the network goes down, and after how many it is back."""
        down = next(
            (each.after for each in self.incidents if each.what is IncidentKind.NETWORK_DOWN), None
        )
        if down is None:
            return None
        up = next(
            (each.after for each in self.incidents if each.what is IncidentKind.NETWORK_UP), None
        )
        return down, self.patrons if up is None else up


class TrainingFault(Code):
    """Why training can't begin, or why its result can't be kept."""

    NOT_CANCELLED = "training.fault.not_cancelled"
    TOO_FEW_TICKETS = "training.fault.too_few_tickets"
    BELOW_PASS_MARK = "training.fault.below_pass_mark"  # noqa: S105 - a code
    CERTIFICATE_NOT_WRITTEN = "training.fault.certificate_not_written"
    RUN_NOT_KEPT = "training.fault.run_not_kept"
    RUNS_NOT_READ = "training.fault.runs_not_read"


class ScenarioFault(Code):
    """Why a scenario can't be played."""

    UNKNOWN = "scenario.unknown"
    INVALID = "scenario.invalid"
    NOT_READ = "scenario.not_read"


class TrainingError(ScannerError):
    """Training can't be held, or its result can't be kept."""


class ScenarioError(TrainingError):
    """A scenario can't be played."""
