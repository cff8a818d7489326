"""A venue's nodes as one of them knows them: heard on the network, remembered, or given at `init`.

All of them must be known before a server starts for the first time: how many make a majority is
counted from its routes.
"""

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scanner.paths import replace_file
from scanner.venue.discovery import Announcement, written
from scanner.venue.node.config import ROUTE_PORT_ABOVE, Route


@dataclass(frozen=True, slots=True)
class Peer:
    """A node, as it was heard last.

    Attributes:
        node: its name.
        host: its address.
        client_port: where gates connect.
        route_port: where its fellows connect.
    """

    node: str
    host: str
    client_port: int
    route_port: int

    @property
    def route(self) -> Route:
        """Its address for its fellows."""
        return Route(self.host, self.route_port)


class Peers:
    """The nodes that are known, this one among them; kept in a file.

    Args:
        file: where they are remembered.
        own: this node.
        count: how many nodes the venue has.
        given: addresses of nodes that were told at `init`, "host:port" where gates connect.
    """

    def __init__(self, file: Path, own: Peer, count: int, given: Sequence[str] = ()) -> None:
        self._file = file
        self._own = own
        self._count = count
        self._given = tuple(given)
        self._known = {each.node: each for each in _remembered(file)}
        self._known[own.node] = own

    @property
    def known(self) -> tuple[Peer, ...]:
        """Those that were heard or remembered, and this one, by name."""
        return tuple(sorted(self._known.values(), key=lambda each: each.node))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where gates find the nodes: "host:port" each."""
        heard = tuple(written(each.host, each.client_port) for each in self.known)
        return heard if len(heard) >= len(self._given) else self._given

    def note(self, said: Announcement, own_networks: Sequence[str] = ()) -> bool:
        """Learn where a node is; tells whether that is new.

        Only as many as the venue has: one more would be a stranger's, or take the place of one
        that is gone, which is for a person to say.

        Args:
            said: what it announces.
            own_networks: this machine's networks, such as "192.168.1.7/24".

        Raises:
            OSError: it can't be remembered.
        """
        if said.node == self._own.node or not said.hosts:
            return False
        if said.node not in self._known and len(self._known) >= self._count:
            return False
        host = nearest(said.hosts, own_networks)
        found = Peer(said.node, host, said.client_port, said.route_port)
        if self._known.get(said.node) == found:
            return False
        self._known[said.node] = found
        self._remember()
        return True

    def move(self, host: str) -> bool:
        """Learn that this machine has another address; tells whether that is new."""
        moved = Peer(self._own.node, host, self._own.client_port, self._own.route_port)
        if moved == self._own:
            return False
        self._own = self._known[moved.node] = moved
        return True

    def routes(self) -> tuple[Route, ...] | None:
        """Return all nodes' addresses for each other; None as long as some are unknown.

        A venue of one node has none.
        """
        if self._count == 1:
            return ()
        if len(self._known) == self._count:
            return tuple(each.route for each in self.known)
        if len(self._given) == self._count:
            return tuple(map(_route_of, self._given))
        return None

    def _remember(self) -> None:
        others = [asdict(each) for each in self.known if each != self._own]
        replace_file(self._file, json.dumps(others, indent=1).encode())


def nearest(hosts: Sequence[str], own_networks: Sequence[str]) -> str:
    """Return the address of a machine that is on one of this machine's networks; else its first.

    An address that both have is a bridge of each machine's own, and leads nowhere.
    """
    interfaces = [ipaddress.ip_interface(each) for each in own_networks]
    own = {each.ip for each in interfaces}
    for host in hosts:
        address = ipaddress.ip_address(host.partition("%")[0])
        if address not in own and any(address in each.network for each in interfaces):
            return host
    return hosts[0]


def _route_of(address: str) -> Route:
    host, _, port = address.rpartition(":")
    return Route(host.strip("[]"), int(port) + ROUTE_PORT_ABOVE)


def _remembered(file: Path) -> list[Peer]:
    """Return the nodes in a file; none where it can't be read: they are heard again."""
    try:
        return [Peer(**each) for each in json.loads(file.read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
