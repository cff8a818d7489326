"""A program that runs a node, to be killed: prints the server's port and process number."""

import sys
from pathlib import Path

from scanner.venue.node import Node, Place
from tests.venue.links import free_port
from tests.venue.nodes import HERE, new_venue


def main() -> None:
    node = Node(Path(sys.argv[1]), *new_venue("Testhaus", 1), Place(HERE, free_port(), free_port()))
    node.prepare((), [HERE])
    node.server.start()
    node.server.wait()
    sys.stdout.write(f"{node.place.client_port} {node.server.pid}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
