"""Gates' names in a venue: one name is one gate's, so that a name is enough to expel it."""

import json
from typing import TYPE_CHECKING, Any

from nats.js.api import Header
from nats.js.errors import BadRequestError, NotFoundError

from scanner.venue.provisioning import GATES

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from scanner.venue.sealing import VenueKey

LONGEST = 60
_MOST_NAMESAKES = 1000


async def named(js: "JetStreamContext", key: "VenueKey", public: str, wanted: str) -> str:
    """Return a gate's name: the wanted one, with a number where another gate has it.

    The engine keeps two gates from getting one name at the same time, by the revision expected.

    Args:
        js: the engine, as a node.
        key: the venue's.
        public: the gate's public key.
        wanted: as its people call it.

    Raises:
        nats.errors.Error: the engine doesn't answer.
        ValueError: too many gates have that name.
    """
    wanted = wanted[:LONGEST]
    for number in range(1, _MOST_NAMESAKES):
        name = wanted if number == 1 else f"{wanted} {number}"
        holder = await _holder(js, key, name)
        if holder is None and await _take(js, key, public, name):
            return name
        if holder is None:
            holder = await _holder(js, key, name)
        if holder == public:
            return name
    raise ValueError("too many gates of one name")


async def names(js: "JetStreamContext", key: "VenueKey") -> dict[str, str]:
    """Return every gate's name by its public key.

    Raises:
        nats.errors.Error: the engine doesn't answer.
    """
    found = {}
    for subject in (await js.stream_info(GATES, subjects_filter=">")).state.subjects or {}:
        message = await js.get_last_msg(GATES, subject)
        entry = _opened(key, message.data or b"", subject)
        found[entry["public"]] = entry["name"]
    return found


async def _holder(js: "JetStreamContext", key: "VenueKey", name: str) -> str | None:
    subject = _subject(key, name)
    try:
        message = await js.get_last_msg(GATES, subject)
    except NotFoundError:
        return None
    return str(_opened(key, message.data or b"", subject)["public"])


async def _take(js: "JetStreamContext", key: "VenueKey", public: str, name: str) -> bool:
    subject = _subject(key, name)
    sealed = key.seal(json.dumps({"public": public, "name": name}).encode(), subject)
    nobody_yet = {str(Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value): "0"}
    try:
        await js.publish(subject, sealed, stream=GATES, headers=nobody_yet)
    except BadRequestError:
        return False
    return True


def _subject(key: "VenueKey", name: str) -> str:
    return f"gates.{key.name(name.casefold(), 'gate')}"


def _opened(key: "VenueKey", sealed: bytes, subject: str) -> dict[str, Any]:
    return dict(json.loads(key.open(sealed, subject)))
