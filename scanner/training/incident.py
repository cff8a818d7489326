"""Incidents at a gate, and after how many patrons they happen. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.facts import Code


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
