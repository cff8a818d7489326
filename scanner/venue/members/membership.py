"""What a gate keeps of its venue, in the folder `venue` of its home; nobody else can read it.

`membership.json` lets a gate in. `authority.json` makes gates and nodes of the venue, and is at the
manager's and at the nodes alone. A gate's start reads this module, so it imports no library.
"""

import base64
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scanner.paths import replace_file
from scanner.venue.errors import VenueError, VenueFault

CLIENT_PORT = 7422
"""Where a node listens for gates, if not told otherwise; a machine's own NATS is at 4222."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Invitation:
    """The right to ask a node for a gate's own credentials, and for nothing else.

    Attributes:
        seed: the secret key that all who are invited share.
        jwt: what a node knows it by.
    """

    seed: str
    jwt: str


@dataclass(frozen=True)
class Membership:
    """One gate's membership of a venue.

    Attributes:
        name: the venue's, as people call it.
        venue: its id, 16 hexadecimal digits, which no other venue has.
        secret: the 32 bytes that names are hashed and messages sealed with.
        ca: the certificate, PEM, that each node's own must be signed by.
        nodes: where nodes are, "host:port" each; others are found on the network.
        seed: this gate's secret key.
        jwt: what nodes know this gate by; `None` until one was reached.
        invitation: what it registers with; `None` where it needs none.
        gate: this gate's name, as the venue shows it.
    """

    name: str
    venue: str
    secret: bytes
    ca: str
    nodes: tuple[str, ...]
    seed: str
    jwt: str | None
    invitation: Invitation | None
    gate: str

    @cached_property
    def public(self) -> str:
        """This gate's public key: what it is called in subjects."""
        from scanner.venue.members.nkey import public_key

        return public_key(self.seed)


@dataclass(frozen=True, slots=True)
class Authority:
    """What makes gates and nodes of a venue.

    Attributes:
        operator_seed: signs accounts.
        system_seed: the key of the account that commands the servers themselves.
        account_seed: the key of the account that all gates are users of.
        signing_seed: signs users of that account: gates and nodes.
        operator_jwt: the operator, as each node is configured with it.
        system_jwt: the system's account, likewise.
        account_jwt: the gates' account as it was known here last. A node may know a later one,
            with more gates expelled: that one holds.
        ca_key: the secret key, PEM, of the certificate that signs those of nodes.
        node_count: how many nodes the venue is made for: 1, 3 or 5; the replicas of each stream.
    """

    operator_seed: str
    system_seed: str
    account_seed: str
    signing_seed: str
    operator_jwt: str
    system_jwt: str
    account_jwt: str
    ca_key: str
    node_count: int


def folder(home: Path) -> Path:
    """Return where a home keeps what belongs to its venue."""
    return home / "venue"


def read(home: Path) -> Membership | None:
    """Return this home's membership; `None` where it belongs to no venue.

    Raises:
        VenueError: the file is there and can't be used.
    """
    found = _read(folder(home) / "membership.json")
    if found is None:
        return None
    try:
        invitation = found["invitation"]
        return Membership(
            name=str(found["name"]),
            venue=str(found["venue"]),
            secret=base64.b64decode(found["secret"], validate=True),
            ca=str(found["ca"]),
            nodes=tuple(map(str, found["nodes"])),
            seed=str(found["seed"]),
            jwt=found["jwt"],
            invitation=Invitation(**invitation) if invitation else None,
            gate=str(found["gate"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(folder(home) / "membership.json", error) from error


def write(home: Path, membership: Membership) -> None:
    """Keep the membership, in place of one that is there; readable by its owner alone.

    Raises:
        VenueError: it can't be written.
    """
    secret = base64.b64encode(membership.secret).decode()
    _write(folder(home) / "membership.json", {**asdict(membership), "secret": secret})


def renew(home: Path, membership: Membership) -> None:
    """Keep what a running gate has learned, unless its home has left that venue meanwhile.

    Raises:
        VenueError: it can't be written.
    """
    found = read(home)
    if found and found.seed == membership.seed:
        write(home, membership)


def read_authority(home: Path) -> Authority | None:
    """Return the venue's authority; `None` where this home is neither manager's nor node's.

    Raises:
        VenueError: the file is there and can't be used.
    """
    file = folder(home) / "authority.json"
    found = _read(file)
    if found is None:
        return None
    found.pop("version", None)
    try:
        return Authority(**found)
    except TypeError as error:
        raise _unreadable(file, error) from error


def write_authority(home: Path, authority: Authority) -> None:
    """Keep the venue's authority, in place of one that is there; readable by its owner alone.

    Raises:
        VenueError: it can't be written.
    """
    _write(folder(home) / "authority.json", asdict(authority))


def keep(home: Path, membership: Membership, authority: Authority | None) -> None:
    """Keep what a home has of its venue, in place of all that is there.

    Raises:
        VenueError: it can't be written.
    """
    write(home, membership)
    if authority is not None:
        write_authority(home, authority)
    else:
        _unlink(folder(home) / "authority.json")


def remove(home: Path) -> None:
    """Forget the venue: membership and authority; what a node stored stays.

    Raises:
        VenueError: a file can't be removed.
    """
    for name in ("authority.json", "membership.json"):
        _unlink(folder(home) / name)
    with suppress(OSError):  # a node's store keeps the folder
        folder(home).rmdir()


def _unlink(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(file, error) from error


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        raise _unreadable(file, ValueError("its version is unknown"))
    return found


def _write(file: Path, content: dict[str, Any]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.parent.chmod(0o700)
        replace_file(file, json.dumps({"version": _VERSION, **content}, indent=1).encode())
    except OSError as error:
        raise _unwritable(file, error) from error


def _unreadable(file: Path, error: Exception) -> VenueError:
    if not isinstance(error, OSError):
        return VenueError(VenueFault.UNKNOWN_FILE, file=file)
    why = error.strerror or type(error).__name__
    return VenueError(VenueFault.UNREADABLE, file=file, why=why)


def _unwritable(file: Path, error: OSError) -> VenueError:
    why = error.strerror or type(error).__name__
    return VenueError(VenueFault.UNWRITABLE, file=file, why=why)
