"""What one real node lets a gate do, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import nats
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from nats.js.errors import APIError, KeyWrongLastSequenceError

from scanner.venue.members import permissions
from scanner.venue.members.dialling import address, options
from scanner.venue.members.membership import Membership
from scanner.venue.requests import ask_to_open
from tests.venue.nodes import Nodes

EVENT, SECTION = "0e" * 8, "0f" * 8
BUCKET, STREAM, UPLINK = f"claims_{EVENT}", f"KV_claims_{EVENT}", f"uplink_{EVENT}_{SECTION}"
API = "$JS.API"
LAST = "refused.to.everybody"


@dataclass
class Party:
    """Somebody connected to a node, and what the node refused it."""

    client: Client
    refused: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def allowed(self, subject: str) -> bool:
        """Tell whether something may be said."""
        await self.client.publish(subject, b"")
        return not [each for each in await self.refusals() if "publish" in each]

    async def hears(self, subject: str) -> bool:
        """Tell whether something may be heard."""
        await self.client.subscribe(subject)
        return not [each for each in await self.refusals() if "subscription" in each]

    async def refusals(self) -> list[str]:
        """Return what was refused until now: refusals come in order, and one is provoked."""
        await self.client.publish(LAST, b"")
        found: list[str] = []
        async with asyncio.timeout(5):
            while LAST not in (each := await self.refused.get()):
                found.append(each)
        return found


@asynccontextmanager
async def connected(nodes: Nodes, who: Membership) -> AsyncIterator[Party]:
    refused: asyncio.Queue[str] = asyncio.Queue()

    async def on_error(error: Exception) -> None:
        refused.put_nowait(str(error))

    client = await nats.connect(
        address(nodes.addresses[0]),
        error_cb=on_error,
        allow_reconnect=False,
        **options(who.ca, who.seed, who.jwt or ""),
    )
    try:
        yield Party(client, refused)
    finally:
        await client.close()


@pytest.fixture(scope="module")
def opened(one_node: Nodes) -> Nodes:
    """A node with an event that is open."""
    one_node.asked(lambda nc: ask_to_open(nc, one_node.key, EVENT, [SECTION]))
    return one_node


async def test_a_gate_claims_watches_and_reads(opened: Nodes) -> None:
    async with connected(opened, opened.membership("north")) as gate:
        bucket = await gate.client.jetstream(timeout=2).key_value(BUCKET)
        revision = await bucket.create("a1", b"held")
        with pytest.raises(KeyWrongLastSequenceError):
            await bucket.create("a1", b"held")
        await bucket.update("a1", b"left", revision)
        watched = await bucket.watchall()
        async for entry in watched:
            assert (entry.key, entry.value) == ("a1", b"left")
            break
        assert (await bucket.get("a1")).value == b"left"
        assert await gate.refusals() == []


async def test_a_gate_delivers_for_others_and_reads_its_own_results(opened: Nodes) -> None:
    north, south = opened.membership("north"), opened.membership("south")
    async with connected(opened, north) as gate, connected(opened, south) as uplink:
        sent, theirs = gate.client.jetstream(timeout=2), uplink.client.jetstream(timeout=2)
        await sent.publish(f"admissions.{EVENT}.{SECTION}.{north.public}", b"admitted")
        pulled = await theirs.pull_subscribe_bind(UPLINK, stream="ADMISSIONS")
        (message,) = await pulled.fetch(1, timeout=2)
        await theirs.publish(f"results.{north.public}", b"confirmed")
        await message.ack_sync(timeout=2)
        own = await sent.pull_subscribe(
            f"results.{north.public}",
            durable=north.public,
            stream="RESULTS",
            config=ConsumerConfig(name=north.public),
        )
        (result,) = await own.fetch(1, timeout=2)
        await result.ack_sync(timeout=2)
        assert result.data == b"confirmed"
        assert await gate.refusals() == await uplink.refusals() == []


async def test_a_gate_reads_ticket_lists_and_heads(opened: Nodes) -> None:
    north = opened.membership("north")
    async with connected(opened, north) as gate:
        js = gate.client.jetstream(timeout=2)
        await js.publish(f"tickets.{EVENT}.{SECTION}.1", b"chunk")
        await js.publish(f"heads.{north.public}", b"head")
        for subjects, stream in (("tickets.>", "TICKETS"), ("heads.*", "HEADS")):
            heard = await js.subscribe(subjects, stream=stream, ordered_consumer=True)
            assert (await heard.next_msg(timeout=2)).data
        assert (await js.get_last_msg("HEADS", f"heads.{north.public}")).data == b"head"
        assert await gate.refusals() == []


@pytest.mark.parametrize(
    "subject",
    [
        f"{API}.STREAM.DELETE.{STREAM}",
        f"{API}.STREAM.PURGE.{STREAM}",
        f"{API}.STREAM.UPDATE.{STREAM}",
        f"{API}.STREAM.CREATE.KV_other",
        f"{API}.STREAM.MSG.DELETE.{STREAM}",
        f"{API}.STREAM.SNAPSHOT.{STREAM}",
        f"{API}.STREAM.RESTORE.{STREAM}",
        f"{API}.STREAM.LEADER.STEPDOWN.{STREAM}",
        f"{API}.STREAM.PEER.REMOVE.{STREAM}",
        f"{API}.META.LEADER.STEPDOWN",
        f"{API}.SERVER.REMOVE",
        f"{API}.CONSUMER.CREATE.ADMISSIONS.{UPLINK}.admissions.{EVENT}.{SECTION}.*",
        f"{API}.CONSUMER.CREATE.ADMISSIONS",
        f"{API}.CONSUMER.DURABLE.CREATE.ADMISSIONS.{UPLINK}",
        f"{API}.CONSUMER.DELETE.ADMISSIONS.{UPLINK}",
        f"{API}.CONSUMER.PAUSE.ADMISSIONS.{UPLINK}",
        f"{API}.CONSUMER.UNPIN.ADMISSIONS.{UPLINK}",
        f"{API}.STREAM.MSG.GET.ADMISSIONS",
        f"{API}.STREAM.MSG.GET.RESULTS",
        f"{API}.DIRECT.GET.RESULTS",
        f"{API}.CONSUMER.CREATE.RESULTS",
        f"{API}.CONSUMER.CREATE.RESULTS.OTHER.results.OTHER",
        f"{API}.CONSUMER.CREATE.RESULTS.OTHER.results.*",
        f"{API}.CONSUMER.MSG.NEXT.RESULTS.OTHER",
        f"{API}.CONSUMER.CREATE.GATES.x.gates.>",
        "$JS.ACK.RESULTS.OTHER.1.1.1.1.0",
        f"admissions.{EVENT}.{SECTION}.OTHER",
        "heads.OTHER",
        "gates.OTHER",
        "venue.join",
        "_INBOX_OTHER.1",
        "$SYS.REQ.SERVER.PING.VARZ",
        "$SYS.REQ.CLAIMS.UPDATE",
    ],
)
async def test_a_gate_can_t_administer_nor_speak_for_another(opened: Nodes, subject: str) -> None:
    async with connected(opened, opened.membership("north")) as gate:
        assert not await gate.allowed(subject)
        assert await gate.allowed("venue.open")


@pytest.mark.parametrize(
    "subject",
    ["_INBOX_OTHER.>", "_INBOX.>", ">", "venue.join", "results.*", "admissions.>", "$KV.>"],
)
async def test_a_gate_hears_its_own_inbox_alone(opened: Nodes, subject: str) -> None:
    async with connected(opened, opened.membership("north")) as gate:
        assert not await gate.hears(subject)


async def test_a_gate_can_t_empty_a_bucket_by_a_header(opened: Nodes) -> None:
    async with connected(opened, opened.membership("north")) as gate:
        js = gate.client.jetstream(timeout=2)
        await js.publish(f"$KV.{BUCKET}.b1", b"held")
        with pytest.raises(APIError):
            await js.publish(f"$KV.{BUCKET}.b2", b"", headers={"Nats-Rollup": "all"})
        assert (await js.get_last_msg(STREAM, f"$KV.{BUCKET}.b1")).data == b"held"


async def test_an_invitation_asks_to_join_and_does_nothing_else(opened: Nodes) -> None:
    invitation = opened.invited.invitation
    stranger = opened.membership("north")
    invited = Membership(
        **{**vars(stranger), "seed": invitation.seed, "jwt": invitation.jwt, "invitation": None}
    )
    async with connected(opened, invited) as guest:
        assert await guest.allowed("venue.join")
        for subject in (f"$KV.{BUCKET}.a1", f"{API}.INFO", f"{API}.STREAM.NAMES", "venue.open"):
            assert not await guest.allowed(subject)
        assert not await guest.hears(f"{permissions.inbox(stranger.public)}.>")
