"""Shuts one gate out of the venue for good, at all nodes, whatever its clock says.

The gate's key is revoked in the account, and the invitation replaced: a stolen laptop may still
have it, and could join again with a key of its own.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import nats.errors

from scanner.venue.errors import Sealed, VenueError, VenueFault
from scanner.venue.members import jwt, nkey
from scanner.venue.members.authority import administrator, commander, invite
from scanner.venue.members.dialling import PATIENCE_SECONDS, dial
from scanner.venue.members.invitation import Invited
from scanner.venue.members.joining import Asked, member_of, register_subject
from scanner.venue.members.membership import Authority, Invitation, Membership
from scanner.venue.provisioning import GATES
from scanner.venue.sealing import VenueKey

if TYPE_CHECKING:
    from nats.aio.client import Client

_CONNECTIONS = "$SYS.REQ.SERVER.PING.CONNZ"
_UPDATE = "$SYS.REQ.CLAIMS.UPDATE"
_DOTS = 2
"""In a token; a node that knows none answers otherwise."""
_LAST_ANSWER_SECONDS = 0.5
"""Between two nodes' answers to a question that all of them get."""


@dataclass(frozen=True, slots=True)
class Expelled:
    """What came of it.

    Attributes:
        gate: who is shut out: its key and, where it is known, its name.
        membership: this computer's, with the new invitation.
        authority: this computer's, with the account as it is now.
    """

    gate: Asked
    membership: Membership
    authority: Authority

    @property
    def invited(self) -> Invited:
        """The new invitation, for gates."""
        own = self.membership
        if own.invitation is None:
            raise VenueError(VenueFault.NO_INVITATION)
        return Invited(own.name, own.venue, own.secret, own.ca, own.nodes, own.invitation)


async def expel(membership: Membership, authority: Authority, gate: str, now: datetime) -> Expelled:
    """Shut a gate out, and withdraw the invitation.

    Args:
        membership: this computer's.
        authority: the venue's.
        gate: the gate's name or public key.
        now: the time, aware.

    Raises:
        Unreachable: no node answers.
        VenueError: there is no such gate, or several, or it is this computer; or the nodes refuse.
    """
    found = await _find(membership, authority, gate, now)
    if found.public == membership.public:
        raise VenueError(VenueFault.ITSELF, gate=gate)
    client = await dial(commander(membership, authority, now))
    try:
        token, invited_by = await _revoke(client, authority, found.public, now)
    except (nats.errors.Error, TimeoutError) as error:
        raise VenueError(VenueFault.NOT_EXPELLED, gate=gate, why=str(error)) from error
    finally:
        await client.close()
    return Expelled(
        found, replace(membership, invitation=invited_by), replace(authority, account_jwt=token)
    )


async def _find(membership: Membership, authority: Authority, gate: str, now: datetime) -> Asked:
    members = await members_of(membership, authority, now)
    members.setdefault(membership.public, membership.gate)  # it may not be connected
    if nkey.is_public(gate, nkey.Role.USER):
        return Asked(gate, members.get(gate, ""))
    named = [key for key, name in members.items() if name == gate]
    if not named:
        raise VenueError(VenueFault.NO_GATE, gate=gate)
    if len(named) > 1:
        raise VenueError(VenueFault.SEVERAL_GATES, gate=gate, keys=", ".join(named))
    return Asked(named[0], gate)


async def members_of(membership: Membership, authority: Authority, now: datetime) -> dict[str, str]:
    """Return the names of the venue's gates by their public keys, without those expelled.

    They are those that a node registered, and those that are connected now.

    Raises:
        Unreachable: no node answers.
        VenueError: the nodes do not let it in.
    """
    client = await dial(administrator(membership, authority, now))
    try:
        found = await _registered(client, VenueKey(membership.secret))
    finally:
        await client.close()
    client = await dial(commander(membership, authority, now))
    account = nkey.public_key(authority.account_seed)
    try:
        async for answer in _asked_of_all(client, _CONNECTIONS, b'{"auth":true}', authority):
            found |= dict(_connected(answer, account))
        gone: set[str] = set()
        for token in await _tokens(client, authority):
            gone |= jwt.revoked(token)
    finally:
        await client.close()
    return {key: name for key, name in found.items() if key not in gone}


async def _registered(client: "Client", key: VenueKey) -> dict[str, str]:
    js = client.jetstream(timeout=PATIENCE_SECONDS)
    try:
        info = await js.stream_info(GATES, subjects_filter=register_subject("*"))
    except (nats.errors.Error, TimeoutError):
        return {}  # no node has registered one, or there is no majority to say so
    found = {}
    for subject in info.state.subjects or {}:
        try:
            entry = await js.get_last_msg(GATES, subject)
            member = member_of(key, subject, entry.data or b"")
        except (nats.errors.Error, TimeoutError, Sealed):
            continue
        found[member.public] = member.gate
    return found


def _connected(answer: bytes, account: str) -> list[tuple[str, str]]:
    """Return keys and names of the gates that a node says are connected to it."""
    found = []
    for each in json.loads(answer).get("data", {}).get("connections", []):
        if each.get("account") != account or not each.get("jwt"):
            continue
        token = jwt.read(each["jwt"])
        if f"heads.{token['sub']}" in token["nats"].get("pub", {}).get("allow", ()):
            found.append((str(token["sub"]), str(token["name"])))
    return found


async def _revoke(
    client: "Client", authority: Authority, public: str, now: datetime
) -> tuple[str, Invitation]:
    """Return the account's next token, which a node has taken, and the invitation under it."""
    inviting, invitation = invite(nkey.public_key(authority.account_seed), now)
    token = jwt.expelled(
        authority.operator_seed,
        await _tokens(client, authority),
        [public],
        [nkey.public_key(authority.signing_seed), inviting],
        int(now.timestamp()),
    )
    reply = await client.request(_UPDATE, token.encode(), timeout=PATIENCE_SECONDS)
    taken = json.loads(reply.data)
    if taken.get("data", {}).get("code") != 200:  # noqa: PLR2004 - as in HTTP
        why = str(taken.get("error", {}).get("description", ""))
        raise nats.errors.Error(why)
    return token, invitation


async def _tokens(client: "Client", authority: Authority) -> list[str]:
    """Return the account's tokens as nodes have them, and as this computer knew it last."""
    lookup = f"$SYS.REQ.ACCOUNT.{nkey.public_key(authority.account_seed)}.CLAIMS.LOOKUP"
    answers = _asked_of_all(client, lookup, b"", authority)
    return [
        authority.account_jwt,
        *[answer.decode() async for answer in answers if answer.count(b".") == _DOTS],
    ]


async def _asked_of_all(
    client: "Client", subject: str, question: bytes, authority: Authority
) -> AsyncIterator[bytes]:
    """Yield the nodes' answers, until all have answered or the rest is silent."""
    inbox = client.new_inbox()
    answers = await client.subscribe(inbox)
    await client.publish(subject, question, reply=inbox)
    try:
        for count in range(authority.node_count):
            waited = _LAST_ANSWER_SECONDS if count else PATIENCE_SECONDS
            yield (await answers.next_msg(timeout=waited)).data
    except TimeoutError:
        return
    finally:
        await answers.unsubscribe()
