"""What goes wrong at a gate, and after how many patrons. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.facts import Code


class What(StrEnum):
    """What happens; the values are those of scenario files."""

    NETWORK_DOWN = "network_down"
    NETWORK_UP = "network_up"
    CAMERA_DIES = "camera_dies"
    CAMERA_BACK = "camera_back"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word in a file
    CONFLICT = "conflict"


SILENT = frozenset({What.NETWORK_UP, What.CAMERA_BACK})
"""What needs no answer of the trainee."""


class Card(Code):
    """What the trainee is asked when something happens."""

    NETWORK_DOWN = "training.card.network_down"
    CAMERA_DIES = "training.card.camera_dies"
    TOKEN_REVOKED = "training.card.token_revoked"  # noqa: S105 - a code
    CONFLICT = "training.card.conflict"


CARDS: dict[What, Card] = {
    What.NETWORK_DOWN: Card.NETWORK_DOWN,
    What.CAMERA_DIES: Card.CAMERA_DIES,
    What.TOKEN_REVOKED: Card.TOKEN_REVOKED,
    What.CONFLICT: Card.CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happens after a number of patrons, let in or not."""

    what: What
    after: int
