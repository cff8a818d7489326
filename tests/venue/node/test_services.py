import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, StreamConfig

from scanner.venue.errors import Sealed, VenueError
from scanner.venue.members import joining, jwt
from scanner.venue.members.membership import Membership
from scanner.venue.members.permissions import JOIN, OPEN
from scanner.venue.provisioning import ACK_WAIT_SECONDS, GATES, provide, provide_event
from scanner.venue.requests import Refusal, answer_subject, ask_to_open
from tests.venue.nodes import Nodes

EVENT, SECTION = "0a" * 8, "0b" * 8


def asking(subject: str, question: bytes) -> Callable[[Client], Coroutine[Any, Any, bytes]]:
    """Return what asks a node, and returns its answer."""

    async def ask(nc: Client) -> bytes:
        return (await nc.request(subject, question, timeout=5)).data

    return ask


def newcomer(nodes: Nodes, name: str) -> Membership:
    """Return a gate that was invited, and has not joined."""
    return replace(nodes.membership(name), jwt=None)


def test_a_gate_gets_credentials_of_its_own(one_node: Nodes) -> None:
    gate = newcomer(one_node, "Tor Süd")
    reply = one_node.asked(asking(JOIN, joining.ask(gate)))
    token = joining.joined(gate, reply).jwt
    assert token
    assert jwt.read(token)["name"] == "Tor Süd"
    assert f"heads.{gate.public}" in jwt.read(token)["nats"]["pub"]["allow"]


def test_a_gate_that_joined_is_in_the_list_of_members(one_node: Nodes) -> None:
    gate = newcomer(one_node, "Tor Ost")

    async def join_twice(nc: Client) -> joining.Asked:
        for _ in range(2):
            await nc.request(JOIN, joining.ask(gate), timeout=5)
        subject = joining.register_subject(gate.public)
        entry = await nc.jetstream().get_last_msg(GATES, subject)
        return joining.member_of(one_node.key, subject, entry.data or b"")

    assert one_node.asked(join_twice) == joining.Asked(gate.public, "Tor Ost")


@pytest.mark.parametrize("question", [b"", b'{"public": 1}', b"x" * 100_000])
def test_who_is_not_invited_gets_an_empty_answer(one_node: Nodes, question: bytes) -> None:
    assert one_node.asked(asking(JOIN, question)) == b""


def test_a_gate_of_another_venue_gets_an_empty_answer(one_node: Nodes) -> None:
    stranger = replace(newcomer(one_node, "x"), venue="ff" * 8)
    reply = one_node.asked(asking(JOIN, joining.ask(stranger)))
    with pytest.raises(Sealed):
        joining.joined(stranger, reply)


@pytest.mark.parametrize(
    "question",
    [
        {"event": "x.>", "sections": []},
        {"event": EVENT, "sections": ["*"]},
        {"event": EVENT, "sections": {}},
        {"event": EVENT, "sections": [SECTION] * 501},
        {"event": None, "sections": []},
        {},
        [],
        1,
    ],
)
def test_a_bad_question_is_answered(one_node: Nodes, question: object) -> None:
    sealed = one_node.key.seal(json.dumps(question).encode(), OPEN)
    answer = one_node.key.open(one_node.asked(asking(OPEN, sealed)), answer_subject(OPEN))
    assert json.loads(answer) == {"refused": Refusal.NOT_UNDERSTOOD}


def test_a_refusal_is_an_error_at_the_gate(one_node: Nodes) -> None:
    async def open_nonsense(nc: Client) -> None:
        await ask_to_open(nc, one_node.key, "nonsense", [])

    with pytest.raises(VenueError) as refused:
        one_node.asked(open_nonsense)
    assert refused.value.fact.code == Refusal.NOT_UNDERSTOOD


def test_an_event_is_opened_once_however_often_it_is_asked_for(one_node: Nodes) -> None:
    async def open_twice(nc: Client) -> tuple[StreamConfig, ConsumerConfig]:
        js = nc.jetstream()
        for _ in range(2):
            await ask_to_open(nc, one_node.key, EVENT, [SECTION])
        await provide(js, 1)
        await provide_event(js, EVENT, [SECTION], 1)
        consumer = await js.consumer_info("ADMISSIONS", f"uplink_{EVENT}_{SECTION}")
        return (await js.stream_info(f"KV_claims_{EVENT}")).config, consumer.config

    bucket, consumer = one_node.asked(open_twice)
    assert (bucket.max_msgs_per_subject, bucket.deny_delete) == (1, True)
    assert (bucket.allow_direct, bucket.allow_rollup_hdrs) == (False, False)
    assert (consumer.max_ack_pending, consumer.ack_wait) == (1, ACK_WAIT_SECONDS)
