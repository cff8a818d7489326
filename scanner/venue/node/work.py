"""What a node does beside its server: provides the streams, and answers gates."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import nats.errors
import structlog

from scanner.venue.cancelling import pause
from scanner.venue.members.joining import Asked
from scanner.venue.node.administration import as_node
from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.services import Services, note_member
from scanner.venue.provisioning import provide
from scanner.venue.sealing import VenueKey

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.venue.node.node import Node

_RETRY_SECONDS = 0.1
_STREAM_SECONDS = 0.5
"""Before there is a leader, nobody answers; the first answer after that takes milliseconds."""

_log = structlog.get_logger("venue")


async def work(
    node: "Node",
    addresses: Callable[[], Sequence[str]],
    patience_seconds: float = float("inf"),
) -> "Client":
    """Provide the venue's streams, and answer gates until the connection returned is closed.

    It waits until enough nodes are there: without a majority nothing can be stored.

    Args:
        node: whose server runs.
        addresses: says where gates find the venue's nodes, "host:port" each.
        patience_seconds: how long to wait for that.

    Raises:
        NodeError: its server didn't answer, or there was no majority, for so long.
    """
    until = time.monotonic() + patience_seconds
    nc = await _connected(node, until)
    while not await _provided(nc, node):
        if time.monotonic() > until:
            raise NodeError(NodeFault.NO_MAJORITY, count=node.authority.node_count)
        await pause(_RETRY_SECONDS)
    await Services(nc, node.membership, node.authority, addresses).start()
    return nc


async def _connected(node: "Node", until: float) -> "Client":
    while True:
        try:
            return await as_node(node.membership, node.authority, [node.address])
        except (OSError, nats.errors.Error) as error:
            _log.info("the node's own server can't be reached", why=str(error))
            if time.monotonic() > until:
                raise NodeError(NodeFault.SERVER_SILENT, file=node.files.log) from error
            await pause(_RETRY_SECONDS)


async def _provided(nc: "Client", node: "Node") -> bool:
    """Make the streams, and name this computer's gate, which asked no node to be let in."""
    js, own = nc.jetstream(timeout=_STREAM_SECONDS), node.membership
    try:
        await provide(js, node.authority.node_count)
        await note_member(js, VenueKey(own.secret), Asked(own.public, own.gate))
    except (TimeoutError, nats.errors.Error) as error:
        _log.debug("the streams can't be made yet", why=str(error))
        return False
    return True
