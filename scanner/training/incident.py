"""What goes wrong at a gate, and after how many patrons. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """What happens; the values are those of scenario files."""

    NETWORK_DOWN = "network_down"
    NETWORK_UP = "network_up"
    CAMERA_DIES = "camera_dies"
    CAMERA_BACK = "camera_back"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word in a file
    CONFLICT = "conflict"


SILENT = frozenset({What.NETWORK_UP, What.CAMERA_BACK})
"""What asks the trainee for nothing."""

CARDS: dict[What, str] = {
    What.NETWORK_DOWN: "The gate is offline, and people keep coming. What do you do?",
    What.CAMERA_DIES: "The camera gives no picture any more. What do you do?",
    What.TOKEN_REVOKED: "The gate says that its token is no longer valid. What do you do?",
    What.CONFLICT: "The network is back, and the gate shows a CONFLICT. What do you do?",
}
"""What the trainee is asked."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happens once so many patrons are gone, let in or not."""

    what: What
    after: int
