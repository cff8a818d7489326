"""What serving nodes do for gates: each question is answered by one of them (a queue group)."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from scanner.venue.errors import Sealed
from scanner.venue.members import joining
from scanner.venue.members.authority import gate_jwt
from scanner.venue.members.permissions import JOIN, OPEN
from scanner.venue.provisioning import GATES, provide_event
from scanner.venue.requests import Refusal, answer_subject
from scanner.venue.sealing import VenueKey

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from scanner.venue.members.membership import Authority, Membership

QUEUE = "nodes"

NO_ANSWER = b""
"""To who can't be told anything: it did not ask as this venue's gates do."""

_NAME = re.compile(r"[0-9a-f]{16}")
_MOST_SECTIONS = 500
_LONGEST_QUESTION = 64 * 1024

_log = structlog.get_logger("venue")


class Services:
    """Answers gates over one connection of a node.

    Args:
        nc: a node's connection, which may do everything.
        membership: the venue's id and key.
        authority: makes credentials, and says how many replicas there are.
        addresses: says where gates find the venue's nodes, "host:port" each.
    """

    def __init__(
        self,
        nc: "Client",
        membership: "Membership",
        authority: "Authority",
        addresses: Callable[[], Sequence[str]],
    ) -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._key = VenueKey(membership.secret)
        self._membership = membership
        self._authority = authority
        self._addresses = addresses

    async def start(self) -> None:
        """Answer from now on, until the connection is closed."""
        for subject, answer in ((JOIN, self._join), (OPEN, self._open)):
            await self._nc.subscribe(subject, QUEUE, cb=_answering(answer))

    async def _join(self, request: bytes) -> bytes:
        """Make a gate's token, and note the gate in the list of members."""
        try:
            asked = joining.asked(self._key, self._membership.venue, request)
        except Sealed:
            _log.warning("what asked to join is no gate that was invited")
            return NO_ANSWER
        await note_member(self._js, self._key, asked)
        token = gate_jwt(self._authority, asked.public, asked.gate, datetime.now(UTC))
        _log.info("a gate joined", gate=asked.gate, public=asked.public)
        answered = joining.Answered(token, tuple(self._addresses()))
        return joining.answer(self._key, asked, answered)

    async def _open(self, request: bytes) -> bytes:
        """Prepare an event for its gates."""
        refused: Refusal | None = None
        if (question := self._question(request)) is None:
            refused = Refusal.NOT_UNDERSTOOD
        else:
            event, sections = question
            try:
                await provide_event(self._js, event, sections, self._authority.node_count)
            except Exception:  # noqa: BLE001 - the engine's state: the gate asks again
                _log.warning("an event can't be opened now", exc_info=True)
                refused = Refusal.NOT_NOW
        said = json.dumps({"refused": refused}).encode()
        return self._key.seal(said, answer_subject(OPEN))

    def _question(self, request: bytes) -> tuple[str, list[str]] | None:
        """Return the event and the sections that are asked for; None where it is no such."""
        try:
            found = json.loads(self._key.open(request, OPEN))
            event, sections = found["event"], found["sections"]
        except (Sealed, ValueError, KeyError, TypeError):
            return None
        if not isinstance(sections, list) or len(sections) > _MOST_SECTIONS:
            return None
        names = [event, *sections]
        if not all(isinstance(each, str) and _NAME.fullmatch(each) for each in names):
            return None
        return event, sections


async def note_member(js: "JetStreamContext", key: VenueKey, member: joining.Asked) -> None:
    """Put a gate into the list of members, in place of an older entry of its own.

    Raises:
        nats.errors.Error, TimeoutError: the engine can't be reached, or has no leader now.
    """
    entry = joining.registered(key, member)
    await js.publish(joining.register_subject(member.public), entry, stream=GATES)


def _answering(
    answer: Callable[[bytes], Awaitable[bytes]],
) -> Callable[["Msg"], Awaitable[None]]:
    """Answer questions one after the other; whatever goes wrong with one, the next is answered."""

    async def on_question(message: "Msg") -> None:
        if not message.reply:
            return
        said = NO_ANSWER
        if len(message.data) <= _LONGEST_QUESTION:
            try:
                said = await answer(message.data)
            except Exception:  # noqa: BLE001 - the engine's state, or a mistake: the gate asks again
                _log.warning("a gate gets no answer", subject=message.subject, exc_info=True)
        await message.respond(said)

    return on_question
