"""What one node's nats-server is told: its configuration file as text, from values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.venue.members.membership import CLIENT_PORT

ROUTE_PORT_ABOVE = 100
"""Where fellows connect: so many above the port where gates do, so that one address tells both."""

ANYWHERE = "0.0.0.0"  # noqa: S104 - gates reach a node by whichever interface they share with it

_LOG_BYTES, _LOGS = 10_000_000, 3
_ACCOUNTS_COMPARED = "1s"
"""How often nodes compare what they know of accounts: 32 bytes, where that is the same.

A node that was off while a gate was expelled lets it in until then.
"""

_DEAD_AFTER = {"ping_interval": "5s", "ping_max": 2}
"""A pulled cable closes no connection: it is noticed when two pings got no answer."""


@dataclass(frozen=True, slots=True)
class Route:
    """Another node's address for its fellows."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose users a server lets in (operator mode), as JWTs and public keys.

    Attributes:
        operator: the operator's JWT.
        system_account: the public key of the account that administers servers.
        accounts: each account's JWT by its public key, as they were when the venue was made; what
            the servers learned since, such as who was expelled, is newer and stays.
    """

    operator: str
    system_account: str
    accounts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """What a node keeps in its folder.

    Attributes:
        folder: the node's own, of mode 0700.
    """

    folder: Path

    @property
    def config(self) -> Path:
        """The server's configuration."""
        return self.folder / "server.conf"

    @property
    def certificate(self) -> Path:
        """The node's certificate, as PEM."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """The certificate's private key, as PEM."""
        return self.folder / "key.pem"

    @property
    def ca(self) -> Path:
        """The certificate of the venue's authority, as PEM."""
        return self.folder / "ca.pem"

    @property
    def log(self) -> Path:
        """What the server says about its work."""
        return self.folder / "server.log"

    @property
    def pid(self) -> Path:
        """The number of the server's process."""
        return self.folder / "server.pid"

    @property
    def store(self) -> Path:
        """The streams."""
        return self.folder / "store"

    @property
    def accounts(self) -> Path:
        """The accounts' newest JWTs, shared among the nodes by the servers themselves."""
        return self.folder / "accounts"


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One server's configuration.

    Attributes:
        name: this server's, never another's: its place among the replicas hangs on it.
        venue: the venue's id.
        files: where it keeps what it keeps.
        trust: whose users it lets in.
        host: the address that it listens at.
        client_port: where gates connect.
        route_port: where its fellows connect.
        routes: all nodes' addresses, its own among them; empty for a venue of one node.
        client_advertise: "host:port" that gates are told of it, where that isn't where it listens.
        route_advertise: likewise for its fellows.
    """

    name: str
    venue: str
    files: NodeFiles
    trust: Trust
    host: str = ANYWHERE
    client_port: int = CLIENT_PORT
    route_port: int = CLIENT_PORT + ROUTE_PORT_ABOVE
    routes: tuple[Route, ...] = ()
    client_advertise: str | None = None
    route_advertise: str | None = None

    def text(self) -> str:
        """Return the file's text; nats-server reads JSON as one of its own ways to write it."""
        files = self.files
        found: dict[str, Any] = {
            "server_name": self.name,
            "host": self.host,
            "port": self.client_port,
            "client_advertise": self.client_advertise,
            "tls": {**self._certificate(), "timeout": 5},
            "write_deadline": "5s",
            **_DEAD_AFTER,
            "operator": self.trust.operator,
            "system_account": self.trust.system_account,
            "resolver": {
                "type": "full",
                "dir": str(files.accounts),
                "allow_delete": False,
                "interval": _ACCOUNTS_COMPARED,
            },
            "resolver_preload": dict(self.trust.accounts),
            # It acknowledges what is on the disk, and nothing before (Jepsen on NATS
            # 2.12.1: without it, a loss of power takes up to two minutes of what was acknowledged).
            "jetstream": {"store_dir": str(files.store), "sync_interval": "always"},
            "pid_file": str(files.pid),
            "log_file": str(files.log),
            "logfile_size_limit": _LOG_BYTES,
            "logfile_max_num": _LOGS,
        }
        if self.routes:
            found["cluster"] = self._cluster()
        present = {key: value for key, value in found.items() if value is not None}
        return json.dumps(present, indent=1, ensure_ascii=False) + "\n"

    def _certificate(self) -> dict[str, str]:
        files = self.files
        return {"cert_file": str(files.certificate), "key_file": str(files.key)}

    def _cluster(self) -> dict[str, Any]:
        ca = {"ca_file": str(self.files.ca), "verify": True, "timeout": 5}
        cluster = {
            "name": self.venue,
            "host": self.host,
            "port": self.route_port,
            "advertise": self.route_advertise,
            "tls": {**self._certificate(), **ca},
            "routes": [f"tls://{each}" for each in self.routes],
            **_DEAD_AFTER,
        }
        return {key: value for key, value in cluster.items() if value is not None}
