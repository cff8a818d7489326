import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from nats.aio.client import Client

from scanner.facts import Fact
from scanner.venue.discovery import search
from scanner.venue.errors import VenueError
from scanner.venue.members import certificates
from scanner.venue.node.administration import as_node
from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.node import Node
from scanner.venue.node.serving import NodeNews, Serving
from scanner.venue.node.status import Standing, Trouble
from scanner.venue.requests import ask_to_open
from scanner.venue.sealing import VenueKey
from tests.venue.links import free_port
from tests.venue.lone_node import lone_node

PATIENCE_SECONDS = 20.0


class Told:
    """What a node said, to be waited for."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._more = asyncio.Event()

    def say(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._more.set()

    async def until(self, code: str) -> Fact:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := [each for each in self.facts if each.code == code]):
                self._more.clear()
                await self._more.wait()
        return found[-1]


@asynccontextmanager
async def told_by(node: Node) -> AsyncIterator[Told]:
    """Serve a node meanwhile, whether or not its server answers yet."""
    told = Told()
    task = asyncio.create_task(Serving(node, told.say, interfaces=["127.0.0.1"]).run())
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def served(node: Node) -> AsyncIterator[Told]:
    async with told_by(node) as told:
        await told.until(NodeNews.SERVES)
        yield told


async def test_a_node_is_served_until_it_is_not_wanted(tmp_path: Path) -> None:
    node = lone_node(tmp_path)
    async with served(node) as told:
        state = await told.until(Standing.NODES)
        assert state.params == {"up": 1, "of": 1, "leader": node.name}
        assert (await told.until(Trouble.ONE_NODE)) == told.facts[-1]
        found = await search(10, ["127.0.0.1"], node.membership.venue)
        assert [each.addresses for each in found] == [(node.address,)]
    assert node.server.pid is None


async def test_a_node_is_served_by_one_process_alone(tmp_path: Path) -> None:
    """Two servers over one store would spoil it, whatever their ports are."""
    node = lone_node(tmp_path)
    async with served(node):
        place = replace(node.place, client_port=free_port())
        second = Node(tmp_path, node.membership, node.authority, place)
        with pytest.raises(NodeError) as refused:
            await Serving(second, print, interfaces=["127.0.0.1"]).run()
        assert refused.value.fact.code == NodeFault.SERVED_ELSEWHERE
        assert node.server.answers()


async def test_a_server_that_dies_is_started_again_and_gates_are_answered(tmp_path: Path) -> None:
    node = lone_node(tmp_path)
    async with served(node) as told:
        first = node.server.pid
        assert first
        os.kill(first, signal.SIGKILL)
        restarted = await told.until(NodeNews.RESTARTS)
        assert restarted.params["why"] == "SIGKILL"
        await until(lambda: node.server.pid is not None and node.server.answers())
        assert node.server.pid != first
        nc = await as_node(node.membership, node.authority, [node.address])
        try:
            await opened(nc, VenueKey(node.membership.secret))
        finally:
            await nc.close()


async def test_a_certificate_is_renewed_while_the_server_runs(tmp_path: Path) -> None:
    node = lone_node(tmp_path)
    node.server.start()
    try:
        node.server.wait()
        old = node.files.certificate.read_text()
        assert not node.renew(["127.0.0.1"])
        assert node.renew(["127.0.0.1", "gate.example"])
        node.server.reload()
        new = certificates.to_der(node.files.certificate.read_text())
        assert new != certificates.to_der(old)
        await until(lambda: shown_certificate(node) == new)
    finally:
        node.server.stop()


async def opened(nc: Client, key: VenueKey) -> None:
    """Wait until a node opens an event."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await ask_to_open(nc, key, "0a" * 8, [])
            except VenueError:
                await asyncio.sleep(0.05)


def shown_certificate(node: Node) -> bytes | None:
    """Return the certificate that the server shows now."""
    import socket
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=node.membership.ca)
    with socket.create_connection(node.server.address, 2) as plain:
        plain.recv(4096)
        with context.wrap_socket(plain) as line:
            return line.getpeercert(binary_form=True)


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not met():  # noqa: ASYNC110 - another process gets there
            await asyncio.sleep(0.02)
