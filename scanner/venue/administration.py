"""Connections of who holds the venue's authority: a node's, and one to the servers themselves."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import nats.errors
import structlog

from scanner.venue.authority import administrator, commander
from scanner.venue.client import connect
from scanner.venue.dialling import address, dial, options, register
from scanner.venue.status import VenueState, look

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.venue.membership import Authority, Membership

_CONNECT_SECONDS = 3
_RETRY_SECONDS = 0.25
_PING_SECONDS = 5
_ANSWER_SECONDS = 1.5

_log = structlog.get_logger("venue")


async def as_node(
    membership: "Membership", authority: "Authority", nodes: Sequence[str]
) -> "Client":
    """Connect as one who may do everything with streams; lasting, through every loss.

    Args:
        membership: of the venue.
        authority: likewise.
        nodes: "host:port" of those to connect to.

    Raises:
        OSError, nats.errors.Error: none of them can be reached.
    """

    async def on_error(error: Exception) -> None:
        _log.info("a node's connection has trouble", why=str(error))

    own = administrator(membership, authority, datetime.now(UTC))
    return await connect(
        [address(each) for each in nodes],
        max_reconnect_attempts=-1,
        connect_timeout=_CONNECT_SECONDS,
        reconnect_time_wait=_RETRY_SECONDS,
        ping_interval=_PING_SECONDS,
        error_cb=on_error,
        **options(own.ca, own.seed, own.jwt or ""),
    )


async def state_of(membership: "Membership", authority: "Authority | None") -> VenueState:
    """Return how the venue is, as far as this computer may know.

    Raises:
        Unreachable: no node answers.
        VenueError: the nodes do not let it in.
        nats.errors.Error: the connection was lost.
    """
    own = membership if membership.jwt else await register(membership)
    nc = await dial(own)
    try:
        if authority is None:
            return await look(nc, membership)
        url = nc.connected_url
        servers = await ask_servers(membership, authority, [url.netloc] if url else [], "VARZ")
        return await look(nc, membership, servers, authority.node_count)
    finally:
        await nc.close()


async def ask_servers(
    membership: "Membership", authority: "Authority", nodes: Sequence[str], what: str
) -> list[dict[str, Any]]:
    """Return what each server answers within some time: `VARZ`, `JSZ` and the like.

    Args:
        membership: of the venue.
        authority: likewise; when as many servers as it is for have answered, the wait ends.
        nodes: "host:port" of those to connect to.
        what: the question.

    Raises:
        VenueError: none of them can be reached.
        nats.errors.Error: the connection was lost.
    """
    system = await dial(commander(membership, authority, datetime.now(UTC)), nodes)
    try:
        inbox = system.new_inbox()
        answers = await system.subscribe(inbox)
        await system.publish(f"$SYS.REQ.SERVER.PING.{what}", b"{}", reply=inbox)
        return await _collected(answers, authority.node_count)
    finally:
        await system.close()


async def _collected(answers: Any, expected: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    until = asyncio.get_running_loop().time() + _ANSWER_SECONDS
    while len(found) < expected:
        left = until - asyncio.get_running_loop().time()
        try:
            found.append(json.loads((await answers.next_msg(max(left, 0.01))).data))
        except (TimeoutError, nats.errors.TimeoutError):
            break
    return found
