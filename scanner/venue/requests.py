"""What a member asks of a node, and how: the sealed messages of `venue.open`."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.facts import Code
from scanner.venue.errors import Sealed, Unreachable, VenueError, VenueFault
from scanner.venue.members.permissions import OPEN
from scanner.venue.sealing import VenueKey

if TYPE_CHECKING:
    from nats.aio.client import Client

PATIENCE_SECONDS = 5.0
"""How long a gate waits for a node's answer; after a leader's death it takes some seconds."""


class Refusal(Code):
    """Why a node does not do what it is asked."""

    NOT_UNDERSTOOD = "node.request_not_understood"
    NOT_NOW = "node.not_now"


def answer_subject(subject: str) -> str:
    """Return what an answer is sealed under: it can't be taken for a question."""
    return f"{subject}.answer"


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
    import nats.errors

    question = json.dumps({"event": event, "sections": list(sections)}).encode()
    try:
        answer = await nc.request(OPEN, key.seal(question, OPEN), timeout=PATIENCE_SECONDS)
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise Unreachable from error
    try:
        found = json.loads(key.open(answer.data, answer_subject(OPEN)))
    except ValueError as error:
        raise Sealed from error
    if refused := found.get("refused"):
        raise VenueError(Refusal(refused) if refused in set(Refusal) else VenueFault.REFUSED)
