"""A gate is shut out at one real node, and its invitation with it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import nats.errors
import pytest

from scanner.venue.errors import VenueError, VenueFault
from scanner.venue.members import authority, invitation, nkey
from scanner.venue.members.dialling import dial, register
from scanner.venue.members.expelling import Expelled, expel, members_of
from scanner.venue.members.membership import Authority, Membership
from scanner.venue.members.permissions import inbox
from tests.venue.nodes import Nodes

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


class House:
    """A venue's manager, who remembers what came of each expulsion as a command would."""

    def __init__(self, nodes: Nodes) -> None:
        self.own: Membership = nodes.membership("office")
        self.authority: Authority = nodes.authority
        self.invited = replace(nodes.invited, authority=None)

    async def join(self, name: str) -> Membership:
        return await register(authority.join(self.invited, name, NOW))

    async def expel(self, gate: str, now: datetime = NOW) -> Expelled:
        done = await expel(self.own, self.authority, gate, now)
        self.own, self.authority, self.invited = done.membership, done.authority, done.invited
        return done


@pytest.fixture(scope="module")
def house(one_node: Nodes) -> Iterator[House]:
    yield House(one_node)


async def refused(who: Membership) -> bool:
    try:
        client = await dial(who)
    except VenueError as error:
        return error.fact.code == VenueFault.REFUSED
    await client.close()
    return False


async def test_an_expelled_gate_is_shut_out_alone_and_at_once(house: House) -> None:
    stolen, other = await house.join("stolen"), await house.join("other")
    theirs, ours = await dial(stolen), await dial(other)
    hearing = await theirs.subscribe(f"{inbox(stolen.public)}.x")
    done = await house.expel("stolen")
    assert done.gate.public == stolen.public
    with pytest.raises(nats.errors.ConnectionClosedError):
        await hearing.next_msg(timeout=5)
    await ours.flush()
    assert ours.is_connected
    await ours.close()
    assert await refused(stolen)
    assert not await refused(other)


async def test_the_old_invitation_is_void_and_the_new_one_good(house: House) -> None:
    await house.join("stolen-2")
    before = house.invited
    await house.expel("stolen-2")
    with pytest.raises(VenueError) as told:
        await register(authority.join(before, "again", NOW))
    assert told.value.fact.code == VenueFault.REFUSED
    renewed = invitation.read(invitation.write(house.invited))
    assert renewed == house.invited
    assert not await refused(await register(authority.join(renewed, "new", NOW)))


@pytest.mark.parametrize(
    "clock", [datetime(1970, 1, 2, tzinfo=UTC), NOW - timedelta(hours=1), NOW + timedelta(hours=1)]
)
async def test_clocks_that_differ_change_nothing(house: House, clock: datetime) -> None:
    name = f"stolen-{clock:%Y-%H}"
    stolen = await house.join(name)
    await house.expel(name, clock)
    later = authority.gate_jwt(house.authority, stolen.public, name, NOW + 40 * 365 * DAY)
    assert await refused(stolen)
    assert await refused(replace(stolen, jwt=later))


async def test_who_was_expelled_before_stays_out(house: House) -> None:
    first, second = await house.join("first"), await house.join("second")
    stale = house.authority
    await house.expel("first")
    house.authority = stale  # another computer of the venue, which did not hear of it
    await house.expel(second.public)
    assert await refused(first)
    assert await refused(second)
    assert {first.public, second.public}.isdisjoint(await members_of(house.own, stale, NOW))


async def test_gates_are_known_by_name_whether_they_are_connected_or_not(house: House) -> None:
    away, here = await house.join("away"), house.own
    client = await dial(here)
    found = await members_of(house.own, house.authority, NOW)
    await client.close()
    assert (found[away.public], found[here.public]) == ("away", "office")
    assert all(nkey.is_public(each, nkey.Role.USER) for each in found)


async def test_a_name_of_no_gate_or_of_several_is_told(house: House) -> None:
    with pytest.raises(VenueError, match="no_gate"):
        await house.expel("nobody")
    twins = [await house.join("twin") for _ in range(2)]
    with pytest.raises(VenueError) as told:
        await house.expel("twin")
    assert told.value.fact.code == VenueFault.SEVERAL_GATES
    assert all(each.public in str(told.value.fact.params["keys"]) for each in twins)
    await house.expel(twins[0].public)
    assert (await house.expel("twin")).gate.public == twins[1].public


async def test_nobody_expels_the_computer_that_they_sit_at(house: House) -> None:
    for gate in (house.own.public, house.own.gate):
        with pytest.raises(VenueError) as told:
            await house.expel(gate)
        assert told.value.fact.code == VenueFault.ITSELF
