"""What serving nodes do for gates: each question is answered by one of them (a queue group)."""

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from scanner.venue import jwt, nkey, permissions
from scanner.venue.errors import Sealed
from scanner.venue.names import named
from scanner.venue.provisioning import provide_event
from scanner.venue.requests import Refusal, answer_subject

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from scanner.venue.membership import Authority
    from scanner.venue.sealing import VenueKey

QUEUE = "nodes"

_NAME = re.compile(r"[0-9a-f]{16}")
_MOST_SECTIONS = 500
_LONGEST_QUESTION = 64 * 1024

_log = structlog.get_logger("venue")

Question = Mapping[str, Any]
Answer = dict[str, Any]


class _Refused(Exception):
    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


class Services:
    """Answers gates over one connection of a node.

    Args:
        nc: a node's connection, which may do everything.
        key: the venue's.
        authority: makes credentials, and says how many replicas there are.
    """

    def __init__(self, nc: "Client", key: "VenueKey", authority: "Authority") -> None:
        self._nc = nc
        self._js = nc.jetstream()
        self._key = key
        self._authority = authority

    async def start(self) -> None:
        """Answer from now on, until the connection is closed."""
        for subject, answer in ((permissions.JOIN, self._join), (permissions.OPEN, self._open)):
            await self._nc.subscribe(subject, QUEUE, cb=self._answering(subject, answer))

    def _answering(
        self, subject: str, answer: Callable[[Question], Awaitable[Answer]]
    ) -> Callable[["Msg"], Awaitable[None]]:
        async def on_question(message: "Msg") -> None:
            if not message.reply:
                return
            said = await self._answer(message.data, subject, answer)
            sealed = self._key.seal(json.dumps(said).encode(), answer_subject(subject))
            await message.respond(sealed)

        return on_question

    async def _answer(
        self, sealed: bytes, subject: str, answer: Callable[[Question], Awaitable[Answer]]
    ) -> Answer:
        """Answer one question; whatever goes wrong with it, the next one is answered too."""
        try:
            return await answer(self._question(sealed, subject))
        except _Refused as error:
            _log.warning("a gate's question is refused", subject=subject, why=str(error.why))
            return {"refused": str(error.why)}
        except Exception:  # noqa: BLE001 - the engine's state, or a mistake: the gate asks again
            _log.warning("a gate's question has no answer now", subject=subject, exc_info=True)
            return {"refused": str(Refusal.NOT_NOW)}

    def _question(self, sealed: bytes, subject: str) -> Question:
        if len(sealed) > _LONGEST_QUESTION:
            raise _Refused(Refusal.NOT_UNDERSTOOD)
        try:
            found = json.loads(self._key.open(sealed, subject))
        except (Sealed, ValueError) as error:
            raise _Refused(Refusal.NOT_UNDERSTOOD) from error
        if not isinstance(found, dict):
            raise _Refused(Refusal.NOT_UNDERSTOOD)
        return found

    async def _join(self, question: Question) -> Answer:
        """Make a gate's token: the same key gets the same name, however often it asks."""
        public, wanted = question.get("public"), question.get("name")
        if not (isinstance(public, str) and nkey.is_public(public, nkey.Role.USER)):
            raise _Refused(Refusal.NOT_UNDERSTOOD)
        if not (isinstance(wanted, str) and (wanted := wanted.strip()) and wanted.isprintable()):
            raise _Refused(Refusal.NAME_UNFIT)
        name = await named(self._js, self._key, public, wanted)
        token = jwt.user(
            self._authority.signing_seed,
            nkey.public_key(self._authority.account_seed),
            public,
            name,
            int(time.time()),
            permissions=permissions.gate(public),
        )
        _log.info("a gate joined", gate=name, key=public)
        return {"jwt": token, "name": name}

    async def _open(self, question: Question) -> Answer:
        event, sections = question.get("event"), question.get("sections")
        if not (isinstance(sections, list) and len(sections) <= _MOST_SECTIONS):
            raise _Refused(Refusal.NOT_UNDERSTOOD)
        if not all(isinstance(each, str) and _NAME.fullmatch(each) for each in (event, *sections)):
            raise _Refused(Refusal.NOT_UNDERSTOOD)
        await provide_event(self._js, str(event), sections, self._authority.node_count)
        return {"opened": event}
