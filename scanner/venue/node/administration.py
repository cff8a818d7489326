"""Connections of who holds the venue's authority: a node's, and one to the servers themselves."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import nats.errors
import structlog

from scanner.venue.client import connect
from scanner.venue.members import jwt, nkey
from scanner.venue.members.authority import administrator, commander
from scanner.venue.members.dialling import address, dial, options, register
from scanner.venue.node.status import VenueState, look

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.venue.members.membership import Authority, Membership

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
    return await _lasting(administrator(membership, authority, datetime.now(UTC)), nodes)


async def as_system(
    membership: "Membership", authority: "Authority", nodes: Sequence[str]
) -> "Client":
    """Connect to the servers' own account, which tells their state; lasting, as `as_node`.

    Raises:
        OSError, nats.errors.Error: none of them can be reached.
    """
    return await _lasting(commander(membership, authority, datetime.now(UTC)), nodes)


async def _lasting(own: "Membership", nodes: Sequence[str]) -> "Client":
    async def on_error(error: Exception) -> None:
        _log.info("a node's connection has trouble", why=str(error))

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
        system = await dial(
            commander(membership, authority, datetime.now(UTC)), [url.netloc] if url else []
        )
        try:
            return await look_in(nc, system, membership, authority)
        finally:
            await system.close()
    finally:
        await nc.close()


async def look_in(
    nc: "Client", system: "Client", membership: "Membership", authority: "Authority"
) -> VenueState:
    """Return how the venue is, as who holds the authority knows it.

    Args:
        nc: a connection by `as_node`, or of a gate.
        system: a connection by `as_system`.
        membership: of the venue.
        authority: likewise.

    Raises:
        nats.errors.Error: a connection was lost.
    """
    servers = await ask_servers(system, "VARZ", authority.node_count)
    expelled = await _expelled(system, authority)
    return await look(nc, membership, servers, authority.node_count, expelled)


async def ask_servers(system: "Client", what: str, expected: int) -> list[dict[str, Any]]:
    """Return what each server answers within some time.

    Args:
        system: a connection by `as_system`.
        what: the question: `VARZ`, `JSZ` and the like.
        expected: when so many have answered, the wait ends.

    Raises:
        nats.errors.Error: the connection was lost.
    """
    inbox = system.new_inbox()
    answers = await system.subscribe(inbox)
    await system.publish(f"$SYS.REQ.SERVER.PING.{what}", b"{}", reply=inbox)
    found: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    until = loop.time() + _ANSWER_SECONDS
    try:
        while len(found) < expected:
            left = max(until - loop.time(), 0.01)
            found.append(json.loads((await answers.next_msg(left)).data))
    except (TimeoutError, nats.errors.TimeoutError):
        pass
    await answers.unsubscribe()
    return found


async def _expelled(system: "Client", authority: "Authority") -> frozenset[str]:
    """Return the keys that a node shuts out; none where it doesn't say."""
    account = nkey.public_key(authority.account_seed)
    question = f"$SYS.REQ.ACCOUNT.{account}.CLAIMS.LOOKUP"
    try:
        answer = await system.request(question, b"", timeout=_ANSWER_SECONDS)
        return jwt.revoked(answer.data.decode())
    except (TimeoutError, nats.errors.Error, ValueError):
        return frozenset()
