"""A site behind a thin line: a leaf node there, its hub here, and what a cut line does.

`scanner venue serve` makes no leaf nodes: what is measured here is configured by this module.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import nats.errors

from scanner.bench.figure import median, p99
from scanner.bench.venue.block import Block
from scanner.bench.venue.engine import Bare, dial, provide_bare
from scanner.demo.relay import Relay
from scanner.demo.venue_nodes import HERE, VenueNodes, free_ports
from scanner.venue.members import nkey
from scanner.venue.members.authority import administrator
from scanner.venue.node.config import NodeConfig
from scanner.venue.node.node import Node, Place

if TYPE_CHECKING:
    from nats.aio.client import Client

ROUND_TRIP_SECONDS = 0.05
"""Between two cities of one country."""

_CREATES = 200
_MANY = 2000
_TRIES = 5
_PAUSE_SECONDS = 0.05
ASKING_SECONDS = 0.25
"""What a gate waits for an answer."""

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Hub(NodeConfig):
    """A node that leaf nodes connect to."""

    leaf_port: int = 0
    account: str = ""

    def text(self) -> str:
        """Return the file's text."""
        tls = {"cert_file": str(self.files.certificate), "key_file": str(self.files.key)}
        return _added(
            NodeConfig.text(self),
            leafnodes={"host": self.host, "port": self.leaf_port, "tls": {**tls, "timeout": 5}},
            default_js_domain={self.account: ""},
        )


@dataclass(frozen=True, slots=True)
class Leaf(NodeConfig):
    """A node at a site of its own, which stores nothing and passes on all that it is asked."""

    hub_port: int = 0
    account: str = ""
    credentials: Path = Path()

    def text(self) -> str:
        """Return the file's text."""
        remote = {
            "urls": [f"tls://{HERE}:{self.hub_port}"],
            "account": self.account,
            "credentials": str(self.credentials),
            "tls": {"ca_file": str(self.files.ca)},
        }
        leafnodes = {"remotes": [remote], "reconnect": 1}
        # Without that a leaf node keeps the engine's own subjects to itself.
        domain = {self.account: ""}
        return _added(
            NodeConfig.text(self), leafnodes=leafnodes, default_js_domain=domain, jetstream=None
        )


def measure(folder: Path) -> Iterator[Block]:
    """Time creates by a leaf node over a line of 50 ms, there and back, and cut it."""
    nodes = VenueNodes(folder / "hub", 1)
    hub = nodes.nodes[0].server
    leaf_port, site_port, route_port = free_ports(3)
    account = nkey.public_key(nodes.authority.account_seed)
    hub.write(Hub(**_values(hub.config), leaf_port=leaf_port, account=account))
    with nodes:
        provide_bare(nodes)
        place = Place(HERE, site_port, route_port, f"{HERE}:{site_port}")
        site = Node(folder / "site", nodes.join("site"), nodes.authority, place)
        site.prepare((), [HERE])
        try:
            yield from asyncio.run(_over_a_line(nodes, site, leaf_port))
        finally:
            site.server.stop()


async def _over_a_line(nodes: VenueNodes, site: Node, leaf_port: int) -> list[Block]:
    line = Relay(leaf_port, ROUND_TRIP_SECONDS / 2)
    await line.open()
    config = site.server.config
    account = nkey.public_key(nodes.authority.account_seed)
    credentials = _credentials(nodes, site.files.folder / "leaf.creds")
    site.server.write(
        Leaf(**_values(config), hub_port=line.port, account=account, credentials=credentials)
    )
    site.server.start()
    site.server.wait()
    nc = await dial(replace(nodes.join("gate"), nodes=(f"{HERE}:{config.client_port}",)))
    try:
        return await _measured(nc, line)
    finally:
        await nc.close()
        await line.cut()


async def _measured(nc: "Client", line: Relay) -> list[Block]:
    bare, asked = Bare(nc.jetstream(), "leaf"), Bare(nc.jetstream(timeout=ASKING_SECONDS), "cut")
    await _until_answered(bare)
    times = [await bare.create() for _ in range(_CREATES)]
    begun = perf_counter()
    await bare.many(_MANY)
    rate = _MANY / (perf_counter() - begun)
    await line.cut()
    cut = [await _failed(asked) for _ in range(_TRIES)]
    await line.open()
    back = await _until_answered(asked)
    where = f"a site behind a line of {ROUND_TRIP_SECONDS * 1e3:.0f} ms"
    return [
        Block(f"{where}: one create, median", median(times), "ms"),
        Block(f"{where}: one create, p99", p99(times), "ms"),
        Block(f"{where}: creates a second, 64 on their way", rate, ""),
        Block(f"{where}, cut: a create fails after, median", median(cut), "ms"),
        Block(f"{where}, mended: a create succeeds after", back, "s"),
    ]


async def _failed(bare: Bare) -> float:
    begun = perf_counter()
    try:
        await bare.create()
    except (nats.errors.Error, TimeoutError):
        return perf_counter() - begun
    raise AssertionError("a create got through a line that is cut")


async def _until_answered(bare: Bare) -> float:
    """Try until a create succeeds; return the seconds."""
    begun = perf_counter()
    while True:
        try:
            await bare.create()
        except (nats.errors.Error, TimeoutError):
            if perf_counter() - begun > _PATIENCE_SECONDS:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return perf_counter() - begun


def _credentials(nodes: VenueNodes, file: Path) -> Path:
    """Write the leaf node's credentials, as nats-server reads them."""
    member = administrator(nodes.join("leaf"), nodes.authority, datetime.now(UTC))
    file.write_text(
        f"-----BEGIN NATS USER JWT-----\n{member.jwt}\n------END NATS USER JWT------\n"
        f"-----BEGIN USER NKEY SEED-----\n{member.seed}\n------END USER NKEY SEED------\n",
        encoding="ascii",
    )
    return file


def _values(config: NodeConfig) -> dict[str, Any]:
    return {each.name: getattr(config, each.name) for each in fields(NodeConfig)}


def _added(text: str, **parts: object) -> str:
    """Return a configuration with other parts; those that are None are taken out."""
    found = {**json.loads(text), **parts}
    return json.dumps({name: value for name, value in found.items() if value is not None})
