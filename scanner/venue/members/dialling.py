"""How a party of the venue comes to a node: TLS by the venue's own authority, then its token.

A node is not asked for its address's certificate: the authority certifies nodes alone, each is as
good as another, and laptops' addresses change from hall to hall.
"""

import base64
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypedDict

import nats.errors

from scanner.venue import discovery
from scanner.venue.client import connect
from scanner.venue.errors import Unreachable, VenueError, VenueFault
from scanner.venue.members import joining, nkey
from scanner.venue.members.membership import Membership
from scanner.venue.members.permissions import JOIN, inbox

if TYPE_CHECKING:
    from nats.aio.client import Client

NODE_NAME = "localhost"
"""A name that each node's certificate has, and that nothing else has which its authority signed."""

PATIENCE_SECONDS = 2
"""For one node, while a person waits."""


class Options(TypedDict):
    """What `nats.connect` is to be called with, whatever else is added."""

    tls: ssl.SSLContext
    tls_hostname: str
    user_jwt_cb: Callable[[], bytearray]
    signature_cb: Callable[[str], bytes]
    inbox_prefix: bytes


def options(ca: str, seed: str, token: str) -> Options:
    """Return how to connect with a key pair and its token.

    Args:
        ca: the certificate, PEM, of the venue's authority.
        seed: the secret key.
        token: what nodes know it by.
    """
    pair = nkey.key_pair(seed)
    return Options(
        tls=trusting(ca),
        tls_hostname=NODE_NAME,
        user_jwt_cb=lambda: bytearray(token.encode()),
        signature_cb=lambda nonce: base64.b64encode(pair.sign(nonce.encode())),
        inbox_prefix=inbox(pair.public_key.decode()).encode(),
    )


def trusting(ca: str) -> ssl.SSLContext:
    """Return what accepts certificates of the venue's authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=ca)
    return context


def address(node: str) -> str:
    """Return a node's "host:port" as an address to connect to."""
    return f"tls://{node}"


async def dial(membership: Membership, nodes: Sequence[str] = ()) -> "Client":
    """Connect once, to the first node that answers, for a command's short work.

    Args:
        membership: whose key and token are shown; it has one.
        nodes: "host:port" of the only ones to try; without any, the membership's are, and where
            none of those answers, others are looked for on the network.

    Raises:
        Unreachable: none answers.
        VenueError: the nodes do not let it in.
    """
    given = options(membership.ca, membership.seed, membership.jwt or "")
    return await (_dial(nodes, given) if nodes else _reached(membership, given))


async def register(membership: Membership) -> Membership:
    """Ask a node for a gate's own token, under the invitation; return the membership with it.

    Args:
        membership: has an invitation; nodes are found as `dial` finds them.

    Raises:
        Unreachable: no node answers.
        VenueError: the nodes do not let it in: the invitation was withdrawn.
        Sealed: the answer is not this venue's.
    """
    invitation = membership.invitation
    if invitation is None:
        raise VenueError(VenueFault.REFUSED)
    given = options(membership.ca, invitation.seed, invitation.jwt)
    client = await _reached(membership, given)
    try:
        reply = await client.request(JOIN, joining.ask(membership), timeout=PATIENCE_SECONDS)
    except (nats.errors.Error, TimeoutError) as error:
        raise Unreachable from error
    finally:
        await client.close()
    return joining.joined(membership, reply.data)


async def _reached(membership: Membership, given: Options) -> "Client":
    try:
        return await _dial(membership.nodes, given)
    except Unreachable:
        hosts = [each.rpartition(":")[0].strip("[]") for each in membership.nodes]
        where = discovery.interfaces_to(hosts)
        heard = await discovery.search(venue=membership.venue, interfaces=where)
        return await _dial([each for found in heard for each in found.addresses], given)


async def _dial(nodes: Sequence[str], given: Options) -> "Client":
    refused: Exception | None = None
    for node in nodes:
        try:
            return await connect(
                [address(node)],
                allow_reconnect=False,
                max_reconnect_attempts=1,  # of the first connection, too; 0 means endless
                reconnect_time_wait=0,
                connect_timeout=PATIENCE_SECONDS,
                error_cb=_unheard,
                **given,
            )
        except (TimeoutError, nats.errors.Error, OSError) as error:
            if "authorization" in str(error).casefold():
                refused = error
    if refused is not None:
        raise VenueError(VenueFault.REFUSED) from refused
    raise Unreachable


async def _unheard(_: Exception) -> None:
    """Take what is raised to the caller as well."""
