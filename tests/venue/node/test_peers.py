from pathlib import Path

from scanner.venue.discovery import Announcement
from scanner.venue.node.config import Route
from scanner.venue.node.peers import Peer, Peers, nearest

OWN = Peer("node-b", "10.0.0.2", 7422, 7522)


def said(node: str, *hosts: str) -> Announcement:
    return Announcement("Arena", "01" * 8, node, hosts, 7422, 7522)


def test_a_venue_of_one_node_has_no_routes(tmp_path: Path) -> None:
    assert Peers(tmp_path / "peers.json", OWN, 1).routes() == ()


def test_routes_wait_for_every_node(tmp_path: Path) -> None:
    """A server that starts with fewer would take fewer for a majority."""
    peers = Peers(tmp_path / "peers.json", OWN, 3)
    assert peers.note(said("node-a", "10.0.0.1"))
    assert peers.routes() is None
    assert peers.note(said("node-c", "10.0.0.3"))
    assert peers.routes() == tuple(Route(f"10.0.0.{each}", 7522) for each in (1, 2, 3))


def test_nodes_are_remembered(tmp_path: Path) -> None:
    first = Peers(tmp_path / "peers.json", OWN, 3)
    first.note(said("node-a", "10.0.0.1"))
    first.note(said("node-c", "10.0.0.3"))
    assert Peers(tmp_path / "peers.json", OWN, 3).routes() == first.routes()


def test_a_node_that_moved_is_followed(tmp_path: Path) -> None:
    peers = Peers(tmp_path / "peers.json", OWN, 3)
    peers.note(said("node-a", "10.0.0.1"))
    assert not peers.note(said("node-a", "10.0.0.1"))
    assert peers.note(said("node-a", "10.0.0.9"))
    assert peers.known[0].host == "10.0.0.9"


def test_one_node_more_than_the_venue_has_is_no_node(tmp_path: Path) -> None:
    peers = Peers(tmp_path / "peers.json", OWN, 3)
    for node in ("node-a", "node-c"):
        peers.note(said(node, "10.0.0.1"))
    assert not peers.note(said("node-d", "10.0.0.4"))


def test_addresses_that_were_given_need_no_announcement(tmp_path: Path) -> None:
    given = ("gate-1.local:7422", "10.0.0.2:7422", "[fd00::3]:8000")
    peers = Peers(tmp_path / "peers.json", OWN, 3, given)
    assert peers.routes() == (
        Route("gate-1.local", 7522),
        Route("10.0.0.2", 7522),
        Route("fd00::3", 8100),
    )
    assert peers.addresses == given


def test_a_damaged_memory_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "peers.json").write_text('[{"node": 1}]')
    assert Peers(tmp_path / "peers.json", OWN, 3).known == (OWN,)


def test_an_address_on_the_same_network_is_nearest() -> None:
    own = ("172.17.0.1/16", "192.168.1.7/24")
    assert nearest(("10.8.0.2", "172.17.0.1", "192.168.1.9"), own) == "192.168.1.9"
    assert nearest(("10.8.0.2",), own) == "10.8.0.2"
