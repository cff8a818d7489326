"""One node of a venue on this machine: its folder, its certificate, its server."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scanner.paths import replace_file
from scanner.venue.errors import NoVenue
from scanner.venue.members import certificates, nkey
from scanner.venue.members.membership import (
    CLIENT_PORT,
    Authority,
    Membership,
    folder,
    read,
    read_authority,
    write,
)
from scanner.venue.node.config import (
    ANYWHERE,
    ROUTE_PORT_ABOVE,
    NodeConfig,
    NodeFiles,
    Route,
    Trust,
)
from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.server import Binary, Server

_IDENTITY = "node.json"
_UNFIT = re.compile(r"[^A-Za-z0-9]+")
"""What a server's name is better without: configurations, subjects and name services have it."""
_LONGEST = 24
"""Characters of the gate's name that a node's begins with."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node listens, and what it tells others of it.

    Attributes:
        host: the address that it listens at.
        client_port: where gates connect.
        route_port: where its fellows connect.
        client_advertise: "host:port" that gates are told, where that is another.
        route_advertise: likewise for its fellows.
    """

    host: str = ANYWHERE
    client_port: int = CLIENT_PORT
    route_port: int = CLIENT_PORT + ROUTE_PORT_ABOVE
    client_advertise: str | None = None
    route_advertise: str | None = None


class Node:
    """One node: what it keeps, and its server.

    Args:
        home: the folder of its data.
        membership: of the venue.
        authority: likewise.
        place: where it listens.

    Raises:
        NodeError: there is no server, or it is too old; or this node was made for a venue of
            another size.
        OSError: its folder can't be made.
    """

    def __init__(
        self,
        home: Path,
        membership: Membership,
        authority: Authority,
        place: Place,
        binary: Binary | None = None,
    ) -> None:
        self.membership, self.authority, self.place = membership, authority, place
        self._home = home
        self.files = NodeFiles(folder(home) / "node")
        self.name = own_name(self.files, authority.node_count, membership.gate)
        self.server = Server(self._config(()), binary)

    @classmethod
    def of(cls, home: Path, place: Place) -> "Node":
        """Return the node that a home is, by its venue's authority.

        Raises:
            NoVenue: the home belongs to none.
            NodeError: it holds no authority, or there is no server that fits.
            VenueError, OSError: its files can't be used.
        """
        if (membership := read(home)) is None:
            raise NoVenue
        if (authority := read_authority(home)) is None:
            raise NodeError(NodeFault.NOT_A_NODE, name=membership.name)
        return cls(home, membership, authority, place)

    @property
    def address(self) -> str:
        """Where this machine's programs reach it: "host:port"."""
        host, port = self.server.address
        return f"{host}:{port}"

    def remember(self, addresses: Sequence[str]) -> None:
        """Keep where the nodes are, for this computer's own gate and commands.

        Raises:
            VenueError: it can't be kept.
        """
        found = read(self._home)
        if found is not None and set(found.nodes) != set(addresses):
            write(self._home, replace(found, nodes=tuple(addresses)))

    def prepare(self, routes: Iterable[Route], hosts: Sequence[str]) -> bool:
        """Write what the server reads; tells whether a running one has to read it again.

        Args:
            routes: every node's, its own among them; none for a venue of one node.
            hosts: what others call this machine: its certificate is good for those.

        Raises:
            OSError: something can't be written.
        """
        self.files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.files.ca, self.membership.ca.encode())
        renewed = self.renew(hosts)
        return self.server.write(self._config(tuple(routes))) or renewed

    def renew(self, hosts: Sequence[str]) -> bool:
        """Make a new certificate where it is time, or where it lacks a host; tells whether."""
        now, files = datetime.now(UTC), self.files
        held = files.certificate.read_text("ascii") if files.certificate.exists() else None
        if held and files.key.exists() and not certificates.is_due(held, now, hosts):
            return False
        issued = certificates.issue_node(
            self.membership.ca, self.authority.ca_key, self.name, hosts, now
        )
        _write(files.key, issued.key.encode())
        _write(files.certificate, issued.certificate.encode())
        return True

    def _config(self, routes: tuple[Route, ...]) -> NodeConfig:
        authority, place = self.authority, self.place
        accounts = {
            nkey.public_key(authority.system_seed): authority.system_jwt,
            nkey.public_key(authority.account_seed): authority.account_jwt,
        }
        return NodeConfig(
            name=self.name,
            venue=self.membership.venue,
            files=self.files,
            trust=Trust(authority.operator_jwt, nkey.public_key(authority.system_seed), accounts),
            host=place.host,
            client_port=place.client_port,
            route_port=place.route_port,
            routes=routes,
            client_advertise=place.client_advertise,
            route_advertise=place.route_advertise,
        )


def take_name(files: NodeFiles, name: str, node_count: int) -> None:
    """Be the node of this name from the first start on.

    Raises:
        NodeError: this computer has a name already.
        OSError: it can't be kept.
    """
    file = files.folder / _IDENTITY
    if file.exists():
        raise NodeError(NodeFault.SERVED_ALREADY, folder=files.folder)
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(file, json.dumps({"name": name, "of": node_count}).encode())


def own_name(files: NodeFiles, node_count: int, gate: str) -> str:
    """Return this node's name, drawn at its first start: its place among the replicas is by it.

    It begins as this computer's gate is called, so that people know which computer it is.

    Raises:
        NodeError: its store was made for a venue of another size, and can't be read in this one.
        OSError: it can't be kept.
    """
    file = files.folder / _IDENTITY
    if not file.exists():
        known = _UNFIT.sub("-", gate)[:_LONGEST].strip("-") or "node"
        take_name(files, f"{known}-{secrets.token_hex(4)}", node_count)
    found: Mapping[str, object] = json.loads(file.read_text("utf-8"))
    if found["of"] != node_count:
        raise NodeError(NodeFault.OTHER_SIZE, folder=files.folder, count=node_count)
    return str(found["name"])


def _write(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        replace_file(file, content)
