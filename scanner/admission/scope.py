"""What the opened token allows this gate to do."""

from dataclasses import dataclass
from enum import StrEnum


class Closed(StrEnum):
    """Why a gate may not admit anybody, in words a guard can say."""

    NO_SESSION = "No session is open on this gate"
    TOKEN_INVALID = "The admission token is no longer valid"  # noqa: S105 - a sentence
    NEVER_SYNCED = "This gate has no ticket list yet"


@dataclass(frozen=True, slots=True)
class Scope:
    """The sections, by URI, that the token permits; or why the gate is closed."""

    sections: frozenset[str] = frozenset()
    closed: Closed | None = None
