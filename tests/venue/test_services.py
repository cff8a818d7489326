import json

import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, StreamConfig

from scanner.venue import jwt, nkey
from scanner.venue.administration import as_node
from scanner.venue.errors import VenueError
from scanner.venue.names import names
from scanner.venue.permissions import JOIN, OPEN
from scanner.venue.provisioning import ACK_WAIT_SECONDS, provide, provide_event
from scanner.venue.requests import Refusal, answer_subject, ask_to_join, ask_to_open
from tests.venue.nodes import Nodes

EVENT, SECTION = "0a" * 8, "0b" * 8


def new_key() -> str:
    return nkey.public_key(nkey.new_seed(nkey.Role.USER))


def test_a_gate_gets_credentials_of_its_own(one_node: Nodes) -> None:
    public = new_key()

    async def join(nc: Client) -> tuple[str, str]:
        return await ask_to_join(nc, one_node.key, public, "Tor Süd")

    token, name = one_node.asked(join)
    assert name == "Tor Süd"
    assert jwt.read(token)["sub"] == public
    assert f"heads.{public}" in jwt.read(token)["nats"]["pub"]["allow"]


def test_two_gates_have_two_names(one_node: Nodes) -> None:
    first, second = new_key(), new_key()

    async def join(nc: Client) -> list[str]:
        asked = [(first, "Tor A"), (second, "tor a"), (first, "Tor A")]
        return [(await ask_to_join(nc, one_node.key, *each))[1] for each in asked]

    async def known(nc: Client) -> dict[str, str]:
        return await names(nc.jetstream(), one_node.key)

    assert one_node.asked(join) == ["Tor A", "tor a 2", "Tor A"]
    found = one_node.asked(known)
    assert (found[first], found[second]) == ("Tor A", "tor a 2")


@pytest.mark.parametrize(
    ("subject", "question", "why"),
    [
        (JOIN, {}, Refusal.NOT_UNDERSTOOD),
        (JOIN, {"public": "U" + "A" * 55, "name": "x"}, Refusal.NOT_UNDERSTOOD),
        (JOIN, {"public": new_key(), "name": "  "}, Refusal.NAME_UNFIT),
        (JOIN, {"public": new_key(), "name": "\x1b[2J"}, Refusal.NAME_UNFIT),
        (OPEN, {"event": "x.>", "sections": []}, Refusal.NOT_UNDERSTOOD),
        (OPEN, {"event": EVENT, "sections": ["*"]}, Refusal.NOT_UNDERSTOOD),
        (OPEN, {"event": EVENT, "sections": {}}, Refusal.NOT_UNDERSTOOD),
        (OPEN, [], Refusal.NOT_UNDERSTOOD),
    ],
)
def test_a_bad_question_is_answered(
    one_node: Nodes, subject: str, question: object, why: Refusal
) -> None:
    async def ask(nc: Client) -> object:
        sealed = one_node.key.seal(json.dumps(question).encode(), subject)
        answer = await nc.request(subject, sealed, timeout=5)
        return json.loads(one_node.key.open(answer.data, answer_subject(subject)))

    assert one_node.asked(ask) == {"refused": why}


def test_what_is_not_sealed_is_refused(one_node: Nodes) -> None:
    async def ask(nc: Client) -> object:
        answer = await nc.request(JOIN, b'{"public": 1}', timeout=5)
        return json.loads(one_node.key.open(answer.data, answer_subject(JOIN)))

    assert one_node.asked(ask) == {"refused": Refusal.NOT_UNDERSTOOD}


def test_a_refusal_is_an_error_at_the_gate(one_node: Nodes) -> None:
    async def join(nc: Client) -> object:
        return await ask_to_join(nc, one_node.key, new_key(), "")

    with pytest.raises(VenueError) as refused:
        one_node.asked(join)
    assert refused.value.fact.code == Refusal.NAME_UNFIT


def test_an_event_is_opened_once_however_often_it_is_asked_for(one_node: Nodes) -> None:
    async def open_twice(nc: Client) -> tuple[StreamConfig, ConsumerConfig]:
        for _ in range(2):
            await ask_to_open(nc, one_node.key, EVENT, [SECTION])
        await provide(nc.jetstream(), 1)
        await provide_event(nc.jetstream(), EVENT, [SECTION], 1)
        js = nc.jetstream()
        bucket = await js.stream_info(f"KV_claims_{EVENT}")
        return bucket.config, (
            await js.consumer_info("ADMISSIONS", f"uplink_{EVENT}_{SECTION}")
        ).config

    bucket, consumer = one_node.asked(open_twice)
    assert (bucket.max_msgs_per_subject, bucket.deny_delete, bucket.allow_direct) == (
        1,
        True,
        False,
    )
    assert bucket.allow_rollup_hdrs is False
    assert (consumer.max_ack_pending, consumer.ack_wait) == (1, ACK_WAIT_SECONDS)


async def test_a_node_has_no_say_in_another_venue(one_node: Nodes) -> None:
    from tests.venue.nodes import new_venue

    other, authority = new_venue("Arena", 1)
    with pytest.raises(Exception, match=r"(?i)certificate|authorization"):
        await as_node(other, authority, one_node.addresses, keep=False)
