"""An event's claims in a key-value bucket of NATS JetStream.

Every failure of the engine but another gate's write is the same to a gate: it has no answer. Reads
are the leader's, so that a gate reads what it wrote.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import nats.errors
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, Header
from nats.js.errors import APIError, NotFoundError

from scanner.venue.claims.bucket import Entry, Extent, Taken, Unanswered
from scanner.venue.provisioning import bucket_stream, claims_bucket

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

_SECONDS = 1.0
"""How long the engine is waited for; a claim's own patience is shorter."""
_HEARTBEAT_SECONDS = 1.0
_MISSED_SECONDS = 3 * _HEARTBEAT_SECONDS
_INACTIVE_SECONDS = 30.0

_WRONG_LAST_SEQUENCE = (10071, 10164)
"""The engine's errors for a write that expects another revision (`server/errors.json`)."""
_NO_MESSAGE = 10037
_HEARTBEAT = "100"
"""The status of a message that is about the consumer."""

Heard = Callable[[bool], None]
"""Is told of every answer, and of every silence of the engine's."""


class NatsBucket:
    """An event's claims at the engine.

    Args:
        client: returns the connection, where there is one now.
        event: the event's name at the engine, 16 hexadecimal digits.
        heard: told whether the engine answered at all, were it by an error.
    """

    def __init__(self, client: "Callable[[], Client | None]", event: str, heard: Heard) -> None:
        self._client = client
        self._heard = heard
        self._subject = f"$KV.{claims_bucket(event)}"
        self._stream = bucket_stream(claims_bucket(event))

    async def extent(self) -> Extent:
        """Return which bucket it is, and its last revision."""
        client = self._connected()
        with self._answering():
            reply = await client.request(
                f"$JS.API.STREAM.INFO.{self._stream}", b"", timeout=_SECONDS
            )
            found = json.loads(reply.data)
            if "error" in found:
                raise APIError.from_error(found["error"])
        made = datetime.fromisoformat(found["created"]).timestamp()
        return Extent(int(made * 1_000_000), int(found["state"]["last_seq"]))

    async def get(self, key: str) -> Entry | None:
        """Return a key's newest entry, by the leader."""
        client = self._connected()
        with self._answering():
            try:
                found = await client.jetstream(timeout=_SECONDS).get_last_msg(
                    self._stream, f"{self._subject}.{key}"
                )
            except NotFoundError as error:
                if error.err_code == _NO_MESSAGE:
                    return None
                raise
        return Entry(key, found.data or b"", found.seq or 0)

    async def put(self, key: str, value: bytes, revision: int) -> int:
        """Write a key that still has this revision, 0 where it has none; returns the new one."""
        client = self._connected()
        expected = {Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(revision)}
        with self._answering():
            try:
                written = await client.jetstream(timeout=_SECONDS).publish(
                    f"{self._subject}.{key}", value, stream=self._stream, headers=expected
                )
            except APIError as error:
                if error.err_code in _WRONG_LAST_SEQUENCE:
                    raise Taken from error
                raise
        return written.seq

    async def watch(self, since: int) -> AsyncIterator[list[Entry]]:
        """Yield what is written after a revision, in order, as it comes."""
        client, arrived = self._connected(), asyncio.Queue["Msg"]()

        async def take(message: "Msg") -> None:
            arrived.put_nowait(message)

        inbox = client.new_inbox()
        with self._answering():
            subscription = await client.subscribe(inbox, cb=take)
        try:
            with self._answering():
                begun = await client.jetstream(timeout=_SECONDS).add_consumer(
                    self._stream, _consumer(inbox, since)
                )
            waiting, count = begun.num_pending or 0, 0
            found: list[Entry] = []
            first = True
            while True:
                if not waiting and (found or first):
                    yield found
                    found, first = [], False
                for message in await _some(arrived):
                    if (told := _told_by_heartbeat(message)) is not None:
                        if told != count:
                            raise Unanswered  # the last ones were lost
                        continue
                    meta = message.metadata
                    if meta.sequence.consumer != (count := count + 1):
                        raise Unanswered  # the ones between were lost
                    key = message.subject.removeprefix(f"{self._subject}.")
                    found.append(Entry(key, message.data, meta.sequence.stream))
                    waiting = min(waiting, meta.num_pending) if waiting else 0
        finally:
            if client.is_connected:
                await subscription.unsubscribe()

    def _connected(self) -> "Client":
        client = self._client()
        if client is None or not client.is_connected:
            raise Unanswered
        return client

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Tell answers from silence, and raise what the seam knows."""
        try:
            yield
        except Taken:
            self._heard(True)
            raise
        except APIError as error:
            self._heard(True)
            raise Unanswered from error
        except asyncio.CancelledError:  # a patron waits no longer
            self._heard(False)
            raise
        except (nats.errors.NoRespondersError, nats.errors.Error, TimeoutError, OSError) as error:
            self._heard(False)
            raise Unanswered from error
        except (ValueError, KeyError, TypeError) as error:
            raise Unanswered from error
        self._heard(True)


async def _some(arrived: "asyncio.Queue[Msg]") -> "list[Msg]":
    """Return what has come, at least one message; a heartbeat comes every second.

    Raises:
        Unanswered: there was none.
    """
    try:
        async with asyncio.timeout(_MISSED_SECONDS):
            some = [await arrived.get()]
    except TimeoutError as error:
        raise Unanswered from error
    while not arrived.empty():
        some.append(arrived.get_nowait())
    return some


def _consumer(inbox: str, since: int) -> ConsumerConfig:
    """Return an ephemeral consumer that pushes what is written after a revision."""
    return ConsumerConfig(
        deliver_subject=inbox,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=since + 1,
        ack_policy=AckPolicy.NONE,
        idle_heartbeat=_HEARTBEAT_SECONDS,
        inactive_threshold=_INACTIVE_SECONDS,
        num_replicas=1,
        mem_storage=True,
    )


def _told_by_heartbeat(message: "Msg") -> int | None:
    """Return how many messages a heartbeat says were sent; nothing where it is none."""
    if not message.headers or message.headers.get(Header.STATUS.value) != _HEARTBEAT:
        return None
    return int(message.headers.get(Header.LAST_CONSUMER.value, 0))
