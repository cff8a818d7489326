"""Who gets in at one real node, and who does not."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime

import nats
import nats.errors
import pytest

from scanner.venue import discovery
from scanner.venue.discovery import Found
from scanner.venue.errors import Unreachable, VenueError, VenueFault
from scanner.venue.members import authority, jwt, nkey
from scanner.venue.members.dialling import address, dial, register, trusting
from scanner.venue.members.membership import Membership
from scanner.venue.members.permissions import gate
from tests.venue.links import free_port
from tests.venue.nodes import Nodes

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    """What is heard on the network, without asking it."""
    found: list[Found] = []

    async def search(**_: object) -> list[Found]:
        return found

    monkeypatch.setattr(discovery, "search", search)
    return found


def invited(nodes: Nodes, name: str = "north") -> Membership:
    return authority.join(replace(nodes.invited, authority=None), name, NOW)


async def refused(who: Membership) -> bool:
    with pytest.raises(VenueError) as told:
        await dial(who)
    return told.value.fact.code == VenueFault.REFUSED


async def test_a_gate_that_was_invited_registers_and_gets_in(one_node: Nodes) -> None:
    gate_now = await register(invited(one_node))
    client = await dial(gate_now)
    assert client.is_connected
    await client.close()
    assert gate_now.nodes == one_node.addresses


async def test_nobody_gets_in_without_credentials(one_node: Nodes) -> None:
    async def unheard(_: Exception) -> None: ...

    given = {"tls": trusting(one_node.invited.ca), "tls_hostname": "localhost"}
    with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
        await nats.connect(
            address(one_node.addresses[0]), allow_reconnect=False, error_cb=unheard, **given
        )


async def test_a_node_takes_no_connection_without_tls(one_node: Nodes) -> None:
    async def unheard(_: Exception) -> None: ...

    with pytest.raises((nats.errors.Error, OSError)):
        await nats.connect(
            f"nats://{one_node.addresses[0]}",
            allow_reconnect=False,
            error_cb=unheard,
            tls=ssl.create_default_context(),
        )


async def test_a_key_that_the_token_is_not_for_is_refused(one_node: Nodes) -> None:
    own = one_node.membership("north")
    assert await refused(replace(own, seed=nkey.new_seed(nkey.Role.USER)))


async def test_a_token_that_a_stranger_signed_is_refused(one_node: Nodes) -> None:
    own = one_node.membership("north")
    account = nkey.public_key(one_node.authority.account_seed)
    stranger = nkey.new_seed(nkey.Role.ACCOUNT)
    forged = jwt.user(stranger, account, own.public, "x", 0, permissions=gate(own.public))
    assert await refused(replace(own, jwt=forged))


async def test_another_venues_gate_does_not_trust_the_node(one_node: Nodes) -> None:
    foreign = authority.make_venue("Testhaus", 1, one_node.addresses, NOW)
    with pytest.raises(Unreachable):
        await dial(authority.join(foreign, "north", NOW))
    with pytest.raises(Unreachable):
        await register(authority.join(replace(foreign, authority=None), "north", NOW))


async def test_a_node_that_moved_is_found_on_the_network(
    one_node: Nodes, heard: list[Found]
) -> None:
    moved = replace(invited(one_node), nodes=(f"127.0.0.1:{free_port()}",))
    with pytest.raises(Unreachable):
        await register(moved)
    heard.append(Found("Testhaus", one_node.invited.venue, one_node.addresses))
    assert (await register(moved)).jwt


async def test_a_gate_without_an_invitation_can_t_register(one_node: Nodes) -> None:
    with pytest.raises(VenueError):
        await register(replace(invited(one_node), invitation=None))
