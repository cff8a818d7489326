"""A client of the venue's nodes that leaves a dead line at once.

nats-py waits until a connection is closed in order before it tries another node. asyncio gives TLS
30 seconds for that, which a pulled cable takes in full: a gate would decide alone for so long,
beside two nodes that live. And where TLS was only being begun, that wait never ends.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from nats.aio.client import DEFAULT_BUFFER_SIZE, Client
from nats.aio.transport import TcpTransport

CLOSING_SECONDS = 0.5
"""For the good-bye; a line that is silent for so long is dropped."""


_ITS_OWN = "returning true from eof_received() has no effect when using ssl"
"""What asyncio warns of whenever a server closes a connection of nats-py in TLS."""


def _is_of_use(record: logging.LogRecord) -> bool:
    return record.msg != _ITS_OWN


logging.getLogger("asyncio").addFilter(_is_of_use)


class _Line(TcpTransport):
    """A connection whose end is waited for briefly."""

    async def wait_closed(self) -> None:
        """Wait until it is closed, or drop it."""
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await super().wait_closed()  # type: ignore[no-untyped-call] # the library's
        except TimeoutError:
            for writer in (self._io_writer, self._bare_io_writer):
                if writer is not None:
                    writer.transport.abort()


class NodeClient(Client):
    """A client over such lines."""

    async def _connect_to_server(self, s: Any) -> None:
        s.last_attempt = time.monotonic()
        if not self._transport:
            self._transport = _Line()  # type: ignore[no-untyped-call] # the library's
        await self._transport.connect(s.uri, DEFAULT_BUFFER_SIZE, self.options["connect_timeout"])


async def connect(servers: Sequence[str], **options: Any) -> Client:
    """Connect to the first of some nodes that answers, as `nats.connect` does.

    Args:
        servers: "tls://host:port" each.
        options: those of `nats.connect`.

    Raises:
        OSError, TimeoutError, nats.errors.Error: none of them can be reached.
    """
    client = NodeClient()
    try:
        await client.connect(list(servers), **options)
    except BaseException:
        await client.close()  # what was begun with the last one
        raise
    return client
