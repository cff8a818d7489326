import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scanner.venue.client import CLOSING_SECONDS
from scanner.venue.members.dialling import dial
from tests.venue.links import Links
from tests.venue.nodes import HERE, Nodes


@pytest.fixture
def links() -> Iterator[Links]:
    with Links() as links:
        yield links


async def test_a_silent_line_is_left_at_once(one_node: Nodes, links: Links) -> None:
    """TLS's good-bye has 30 seconds in asyncio, and a pulled cable takes them all."""
    port = links.add(one_node.nodes[0].place.client_port)
    gate = replace(one_node.membership("Tor"), nodes=(f"{HERE}:{port}",))
    nc = await dial(gate)
    links.cut([port])
    began = time.monotonic()
    async with asyncio.timeout(10):
        await nc.close()
    assert time.monotonic() - began < CLOSING_SECONDS + 2
