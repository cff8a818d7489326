"""What a gate asks of a node, and how: the sealed messages of `venue.join` and `venue.open`."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanner.facts import Code
from scanner.venue.errors import Sealed, Unreachable, VenueError, VenueFault
from scanner.venue.permissions import JOIN, OPEN
from scanner.venue.sealing import VenueKey

if TYPE_CHECKING:
    from nats.aio.client import Client

PATIENCE_SECONDS = 5.0
"""How long a gate waits for a node's answer; after a leader's death it takes some seconds."""


class Refusal(Code):
    """Why a node does not do what it is asked."""

    NOT_UNDERSTOOD = "node.request_not_understood"
    NAME_UNFIT = "node.gate_name_unfit"
    NOT_NOW = "node.not_now"


def answer_subject(subject: str) -> str:
    """Return what an answer is sealed under: it can't be taken for a question."""
    return f"{subject}.answer"


async def ask_to_join(nc: "Client", key: VenueKey, public: str, name: str) -> tuple[str, str]:
    """Return a gate's token, and the name that the venue knows it by.

    Args:
        nc: the connection, as one who is invited.
        key: the venue's.
        public: the gate's public key.
        name: as its people call it; where another gate has it, a number follows.

    Raises:
        VenueError: no node answers, or it refuses.
    """
    found = await _ask(nc, key, JOIN, {"public": public, "name": name})
    return str(found["jwt"]), str(found["name"])


async def ask_to_open(nc: "Client", key: VenueKey, event: str, sections: Sequence[str]) -> None:
    """Have an event's bucket of claims made, and its sections' consumers.

    Args:
        nc: the connection.
        key: the venue's.
        event: the keyed hash of the event, 16 hexadecimal digits.
        sections: likewise of the sections that this gate admits to.

    Raises:
        VenueError: no node answers, or it refuses.
    """
    await _ask(nc, key, OPEN, {"event": event, "sections": list(sections)})


async def _ask(nc: "Client", key: VenueKey, subject: str, question: dict[str, Any]) -> Any:
    import nats.errors

    sealed = key.seal(json.dumps(question).encode(), subject)
    try:
        answer = await nc.request(subject, sealed, timeout=PATIENCE_SECONDS)
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise Unreachable from error
    try:
        found = json.loads(key.open(answer.data, answer_subject(subject)))
    except ValueError as error:
        raise Sealed from error
    if refused := found.get("refused"):
        raise VenueError(Refusal(refused) if refused in set(Refusal) else VenueFault.REFUSED)
    return found
