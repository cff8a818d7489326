"""The venue's streams, buckets and consumers, made where they are missing; nodes alone make them.

Everything may be made by several nodes at once and again: what is there already stays.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import BadRequestError, NotFoundError

if TYPE_CHECKING:
    from nats.js import JetStreamContext

ADMISSIONS, RESULTS, TICKETS, HEADS = "ADMISSIONS", "RESULTS", "TICKETS", "HEADS"

GATES = "GATES"
"""The list of members, one message each. It is no bucket: gates may write to those."""

_DAY_SECONDS = 24 * 60 * 60.0

HEADS_KEPT = 3000
"""Of each gate: at one a minute, two days."""

RESULTS_SECONDS = 7 * _DAY_SECONDS

ACK_WAIT_SECONDS = 30.0
"""After which an uplink that said nothing is taken for gone, and the next one begins."""

_SAME_NONCE_SECONDS = _DAY_SECONDS
"""How long an admission that is published twice counts once; uplinks know it longer."""


def claims_bucket(event: str) -> str:
    """Return the bucket of an event's claims; `event` is its keyed hash."""
    return f"claims_{event}"


def bucket_stream(bucket: str) -> str:
    """Return the stream that a bucket is kept in."""
    return f"KV_{bucket}"


def uplink_consumer(event: str, section: str) -> str:
    """Return the consumer that hands a section's admissions to one uplink at a time."""
    return f"uplink_{event}_{section}"


async def provide(js: "JetStreamContext", replicas: int) -> None:
    """Make the streams that every venue has.

    Raises:
        nats.errors.Error: the engine can't be reached, or has no leader now.
    """
    for config in (
        _stream(
            ADMISSIONS,
            "admissions.*.*.*",
            retention=RetentionPolicy.WORK_QUEUE,
            duplicate_window=_SAME_NONCE_SECONDS,
        ),
        _stream(RESULTS, "results.*", max_age=RESULTS_SECONDS),
        _stream(TICKETS, "tickets.>", max_msgs_per_subject=1),
        _stream(HEADS, "heads.*", max_msgs_per_subject=HEADS_KEPT),
        _stream(GATES, "gates.*", max_msgs_per_subject=1, deny_purge=True),
    ):
        await _make(js, replace(config, num_replicas=replicas))


async def provide_event(
    js: "JetStreamContext", event: str, sections: Iterable[str], replicas: int
) -> None:
    """Make an event's bucket of claims, and its sections' consumers of admissions.

    Args:
        js: the engine.
        event: the keyed hash of the event's URI, 16 hexadecimal digits.
        sections: likewise of its sections.
        replicas: how many nodes keep each of them.

    Raises:
        nats.errors.Error: the engine can't be reached, or has no leader now.
    """
    await _make(js, replace(_bucket(claims_bucket(event)), num_replicas=replicas))
    for section in sections:
        await js.add_consumer(
            ADMISSIONS,
            ConsumerConfig(
                durable_name=uplink_consumer(event, section),
                filter_subject=f"admissions.{event}.{section}.*",
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_SECONDS,
                max_ack_pending=1,
                max_deliver=-1,
            ),
        )


def _stream(name: str, subject: str, **given: object) -> StreamConfig:
    """Return a stream's configuration; its messages leave it by its own rules alone.

    Roll-ups are off: one message of a gate could empty a stream by that header.
    """
    return StreamConfig(
        name=name,
        subjects=[subject],
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        allow_direct=False,
        deny_delete=True,
        **given,  # type: ignore[arg-type] # as `StreamConfig` names them
    )


def _bucket(name: str) -> StreamConfig:
    """Return a key-value bucket's configuration: the last message of each key.

    It is read at its leader alone, so that a gate reads what it wrote.
    """
    config = _stream(bucket_stream(name), f"$KV.{name}.>", max_msgs_per_subject=1)
    return replace(config, discard=DiscardPolicy.NEW, deny_purge=True)


async def _make(js: "JetStreamContext", config: StreamConfig) -> None:
    name = str(config.name)
    try:
        found = (await js.stream_info(name)).config
    except NotFoundError:
        try:
            await js.add_stream(config)
        except BadRequestError:
            # Another node was first, with fewer or more replicas.
            await js.stream_info(name)
        return
    if (found.num_replicas or 1) < (config.num_replicas or 1):
        structlog.get_logger("venue").info("replicas are added", stream=name)
        await js.update_stream(replace(found, num_replicas=config.num_replicas))
