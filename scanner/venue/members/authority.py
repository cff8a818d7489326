"""What the venue's authority makes: the venue itself, invitations, gates, and who administers.

An invitation is signed by a key of its own that is thrown away at once: taken out of the account,
that key takes all with it who were invited so and have not joined.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scanner.venue.members import jwt, nkey, permissions
from scanner.venue.members.certificates import new_authority
from scanner.venue.members.invitation import Invited
from scanner.venue.members.membership import Authority, Invitation, Membership
from scanner.venue.members.nkey import Role, new_seed, public_key
from scanner.venue.sealing import new_secret

ACCOUNT = "VENUE"
_ID_BYTES = 8


def make_venue(name: str, node_count: int, nodes: Sequence[str], now: datetime) -> Invited:
    """Make a venue: its keys, its account, its certificate, and the first invitation.

    Args:
        name: what people call it.
        node_count: how many nodes it will have: 1, 3 or 5.
        nodes: where they will be, "host:port" each, as far as it is known.
        now: the time, aware.
    """
    at = int(now.timestamp())
    operator, account = new_seed(Role.OPERATOR), new_seed(Role.ACCOUNT)
    system, signing = new_seed(Role.ACCOUNT), new_seed(Role.ACCOUNT)
    inviting, invitation = invite(public_key(account), now)
    ca = new_authority(name, now)
    authority = Authority(
        operator_seed=operator,
        system_seed=system,
        account_seed=account,
        signing_seed=signing,
        operator_jwt=jwt.operator(operator, ACCOUNT, public_key(system), at),
        system_jwt=jwt.account(operator, public_key(system), "SYS", at, stores=False),
        account_jwt=jwt.account(
            operator, public_key(account), ACCOUNT, at, signing=[public_key(signing), inviting]
        ),
        ca_key=ca.key,
        node_count=node_count,
    )
    venue = secrets.token_hex(_ID_BYTES)
    return Invited(name, venue, new_secret(), ca.certificate, tuple(nodes), invitation, authority)


def invite(account: str, now: datetime) -> tuple[str, Invitation]:
    """Return an invitation, and the public key that the account must have for it to be good.

    Args:
        account: the public key of the gates' account.
        now: the time, aware.
    """
    signing, seed = new_seed(Role.ACCOUNT), new_seed(Role.USER)
    public, at = public_key(seed), int(now.timestamp())
    allowed = permissions.invited(public)
    token = jwt.user(signing, account, public, "invitation", at, permissions=allowed)
    return public_key(signing), Invitation(seed, token)


def join(invited: Invited, gate: str, now: datetime) -> Membership:
    """Return a new gate's membership, with a key pair of its own.

    Whoever has the authority is known to the nodes at once; others register by the invitation.
    """
    joined = Membership(
        name=invited.name,
        venue=invited.venue,
        secret=invited.secret,
        ca=invited.ca,
        nodes=invited.nodes,
        seed=new_seed(Role.USER),
        jwt=None,
        invitation=invited.invitation,
        gate=gate,
    )
    if invited.authority is None:
        return joined
    return replace(joined, jwt=gate_jwt(invited.authority, joined.public, gate, now))


def gate_jwt(authority: Authority, public: str, gate: str, now: datetime) -> str:
    """Return what nodes know a gate by.

    Args:
        authority: the venue's.
        public: the gate's public key.
        gate: its name.
        now: the time, aware.
    """
    return _user(authority, public, gate, permissions.gate(public), now)


def administrator(membership: Membership, authority: Authority, now: datetime) -> Membership:
    """Return credentials that may do everything among the venue's gates: a node's, or a command's.

    They are drawn anew each time, and never kept.
    """
    seed = new_seed(Role.USER)
    token = _user(authority, public_key(seed), membership.gate, permissions.EVERYTHING, now)
    return replace(membership, seed=seed, jwt=token, invitation=None)


def commander(membership: Membership, authority: Authority, now: datetime) -> Membership:
    """Return credentials that command the servers themselves: who is expelled, who is connected."""
    seed, system = new_seed(Role.USER), authority.system_seed
    at = int(now.timestamp())
    token = jwt.user(system, public_key(system), public_key(seed), membership.gate, at)
    return replace(membership, seed=seed, jwt=token, invitation=None)


def _user(
    authority: Authority,
    public: str,
    name: str,
    allowed: permissions.Permissions,
    now: datetime,
) -> str:
    account = nkey.public_key(authority.account_seed)
    at = int(now.timestamp())
    return jwt.user(authority.signing_seed, account, public, name, at, permissions=allowed)
