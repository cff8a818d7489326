import json
from dataclasses import replace
from pathlib import Path

from scanner.venue.node.config import NodeConfig, NodeFiles, Route, Trust

ONE = NodeConfig(
    "node-a", "0123456789abcdef", NodeFiles(Path("/home/x y")), Trust("op.jwt.x", "AS", {"AS": "s"})
)


def read(config: NodeConfig) -> dict[str, object]:
    return dict(json.loads(config.text()))


def test_what_is_acknowledged_is_on_the_disk() -> None:
    assert read(ONE)["jetstream"] == {"store_dir": "/home/x y/store", "sync_interval": "always"}


def test_a_venue_of_one_node_has_no_cluster() -> None:
    assert "cluster" not in read(ONE)


def test_fellows_show_each_other_certificates_of_the_venue() -> None:
    cluster = read(replace(ONE, routes=(Route("10.0.0.1", 7522), Route("fe80::1", 7522))))[
        "cluster"
    ]
    assert isinstance(cluster, dict)
    assert cluster["routes"] == ["tls://10.0.0.1:7522", "tls://[fe80::1]:7522"]
    assert cluster["tls"]["verify"] is True
    assert cluster["tls"]["ca_file"] == "/home/x y/ca.pem"


def test_nothing_is_said_to_who_has_no_credentials() -> None:
    """Its monitoring page would tell anyone on the network who is connected from where."""
    assert not {"http", "https", "http_port", "https_port", "monitor_port"} & read(ONE).keys()
