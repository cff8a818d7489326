"""A program that runs a node, to be killed: prints the server's port and process number."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from scanner.venue.members.authority import join, make_venue
from scanner.venue.node.node import Node, Place
from tests.venue.links import free_port
from tests.venue.nodes import HERE


def lone_node(folder: Path) -> Node:
    """Return a venue's only node, not started."""
    invited = make_venue("Testhaus", 1, (), datetime.now(UTC))
    assert invited.authority
    membership = join(invited, "node", datetime.now(UTC))
    place = Place(HERE, free_port(), free_port())
    node = Node(folder, membership, invited.authority, place)
    node.prepare((), [HERE])
    return node


def main() -> None:
    node = lone_node(Path(sys.argv[1]))
    node.server.start()
    node.server.wait()
    sys.stdout.write(f"{node.place.client_port} {node.server.pid}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
