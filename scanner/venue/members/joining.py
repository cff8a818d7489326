"""What a gate asks a node to become a member, and what it gets: the messages of `venue.join`.

The request goes out under the invitation, sealed with the venue's key, and signed with the gate's
own, so that nobody registers another's. The answer is sealed for that gate's key.
"""

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

from scanner.venue.errors import Sealed
from scanner.venue.members import jwt, nkey
from scanner.venue.members.membership import Membership
from scanner.venue.members.permissions import JOIN
from scanner.venue.sealing import VenueKey

LONGEST_GATE = 80
"""Characters of a gate's name that are kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to become a member.

    Attributes:
        public: the gate's public key.
        gate: its name.
    """

    public: str
    gate: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a member gets.

    Attributes:
        jwt: what nodes know it by from now on.
        nodes: where nodes are, "host:port" each; empty where the node knows no better.
    """

    jwt: str
    nodes: tuple[str, ...] = ()


def ask(membership: Membership) -> bytes:
    """Return the request to become a member, to be sent to `venue.join`."""
    gate = membership.gate[:LONGEST_GATE]
    signature = nkey.sign(membership.seed, _signed(membership.venue, gate))
    told = {
        "public": membership.public,
        "gate": gate,
        "signature": base64.b64encode(signature).decode(),
    }
    return VenueKey(membership.secret).seal(json.dumps(told).encode(), JOIN)


def asked(key: VenueKey, venue: str, request: bytes) -> Asked:
    """Return who asks.

    Args:
        key: the venue's.
        venue: its id.
        request: what came to `venue.join`.

    Raises:
        Sealed: it is no request of this venue's, or not by the owner of the key that it names.
    """
    told = _opened(key, request, JOIN)
    try:
        public, gate = str(told["public"]), str(told["gate"])[:LONGEST_GATE]
        signature = base64.b64decode(told["signature"])
    except (KeyError, TypeError, ValueError) as error:
        raise Sealed from error
    if not nkey.is_public(public, nkey.Role.USER):
        raise Sealed
    if not nkey.verifies(public, _signed(venue, gate), signature):
        raise Sealed
    return Asked(public, gate)


def answer(key: VenueKey, to: Asked, answered: Answered) -> bytes:
    """Return the answer to a request."""
    told = {"jwt": answered.jwt, "nodes": answered.nodes}
    return key.seal(json.dumps(told).encode(), _answer_to(to.public))


def joined(membership: Membership, reply: bytes) -> Membership:
    """Return the membership as it is after a node's answer.

    Raises:
        Sealed: it is no answer to this gate.
    """
    told = _opened(VenueKey(membership.secret), reply, _answer_to(membership.public))
    try:
        token, nodes = str(told["jwt"]), tuple(map(str, told["nodes"]))
        if jwt.read(token)["sub"] != membership.public:
            raise Sealed
    except (KeyError, TypeError, ValueError) as error:
        raise Sealed from error
    return replace(membership, jwt=token, nodes=nodes or membership.nodes)


def register_subject(public: str) -> str:
    """Return where a gate's entry in the list of members is; each has one message."""
    return f"gates.{public}"


def registered(key: VenueKey, member: Asked) -> bytes:
    """Return a gate's entry in the list of members, which is looked up to expel by name."""
    return key.seal(json.dumps({"gate": member.gate}).encode(), register_subject(member.public))


def member_of(key: VenueKey, subject: str, entry: bytes) -> Asked:
    """Return the gate that an entry in the list of members is about.

    Raises:
        Sealed: it is none.
    """
    told = _opened(key, entry, subject)
    return Asked(subject.rpartition(".")[2], str(told.get("gate", "")))


def _opened(key: VenueKey, sealed: bytes, subject: str) -> dict[str, Any]:
    try:
        found = json.loads(key.open(sealed, subject))
    except ValueError as error:
        raise Sealed from error
    if not isinstance(found, dict):
        raise Sealed
    return found


def _answer_to(public: str) -> str:
    return f"{JOIN}.{public}"


def _signed(venue: str, gate: str) -> bytes:
    return f"{JOIN} {venue} {gate}".encode()
