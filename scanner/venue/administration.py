"""Connections of who holds the venue's authority: a node's, and one to the servers themselves."""

import base64
import json
import logging
import ssl
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import nats
import structlog

from scanner.venue import jwt, nkey

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.venue.membership import Authority, Membership

NODE_NAME = "localhost"
"""A name that each node's certificate has, and that of nothing else the venue's authority signed.

A node's address may change between its announcement and its next certificate.
"""

_CONNECT_SECONDS = 3
_RETRY_SECONDS = 0.25
_PING_SECONDS = 5
_ANSWER_SECONDS = 1.5

_log = structlog.get_logger("venue")


async def as_node(
    membership: "Membership", authority: "Authority", nodes: Sequence[str], *, keep: bool = True
) -> "Client":
    """Connect as one who may do everything with streams; lasting, through every loss.

    Args:
        membership: of the venue.
        authority: likewise.
        nodes: "host:port" of those to connect to.
        keep: whether to connect again after a loss.

    Raises:
        OSError, nats.errors.Error: none of them can be reached.
    """
    account = nkey.public_key(authority.account_seed)
    return await _connect(membership, authority.signing_seed, account, "node", nodes, keep=keep)


async def as_system(
    membership: "Membership", authority: "Authority", nodes: Sequence[str]
) -> "Client":
    """Connect to the servers' own account, which tells their state and takes accounts' tokens.

    Raises:
        OSError, nats.errors.Error: none of them can be reached.
    """
    account = nkey.public_key(authority.system_seed)
    return await _connect(membership, authority.system_seed, account, "system", nodes, keep=False)


async def _connect(
    membership: "Membership",
    signing_seed: str,
    account: str,
    name: str,
    nodes: Sequence[str],
    *,
    keep: bool,
) -> "Client":
    seed = nkey.new_seed(nkey.Role.USER)
    public = nkey.public_key(seed)
    token = jwt.user(signing_seed, account, public, name, int(time.time()))

    async def on_error(error: Exception) -> None:
        _log.info("a node's connection has trouble", account=name, why=str(error))

    return await nats.connect(
        [f"tls://{each}" for each in nodes],
        tls=trusting(membership.ca),
        tls_hostname=NODE_NAME,
        user_jwt_cb=lambda: bytearray(token.encode()),
        signature_cb=lambda nonce: base64.b64encode(nkey.sign(seed, nonce.encode())),
        name=name,
        allow_reconnect=keep,
        max_reconnect_attempts=-1 if keep else 1,
        connect_timeout=_CONNECT_SECONDS,
        reconnect_time_wait=_RETRY_SECONDS,
        ping_interval=_PING_SECONDS,
        error_cb=on_error,
    )


def trusting(ca: str) -> ssl.SSLContext:
    """Return what accepts certificates of the venue's authority alone.

    From then on asyncio keeps to itself that a server closed a connection in TLS: `nats` answers
    that in a way that it warns of, at each reconnection, into whatever terminal there is.
    """
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ca)
    return context


async def ask_servers(system: "Client", what: str, expected: int) -> list[dict[str, Any]]:
    """Return what each server answers within some time: `VARZ`, `JSZ` and the like.

    Args:
        system: a connection by `as_system`.
        what: the question.
        expected: how many servers there are; their answers end the wait.
    """
    import asyncio

    found: list[dict[str, Any]] = []
    inbox = system.new_inbox()
    answers = await system.subscribe(inbox)
    await system.publish(f"$SYS.REQ.SERVER.PING.{what}", b"{}", reply=inbox)
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            while len(found) < expected:
                found.append(json.loads((await answers.next_msg(_ANSWER_SECONDS)).data))
    except (TimeoutError, nats.errors.TimeoutError):
        pass
    await answers.unsubscribe()
    return found
