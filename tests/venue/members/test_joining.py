import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scanner.venue.errors import Sealed
from scanner.venue.members import joining, nkey
from scanner.venue.members.authority import gate_jwt, join, make_venue
from scanner.venue.members.membership import Membership
from scanner.venue.members.permissions import JOIN
from scanner.venue.sealing import VenueKey

NOW = datetime.now(UTC)
MADE = make_venue("Arena", 1, (), NOW)
KEY = VenueKey(MADE.secret)


def gate(name: str = "north-2") -> Membership:
    return join(replace(MADE, authority=None), name, NOW)


def token_for(who: Membership) -> str:
    assert MADE.authority is not None
    return gate_jwt(MADE.authority, who.public, who.gate, NOW)


def test_a_gate_asks_and_is_answered() -> None:
    own = gate()
    asked = joining.asked(KEY, MADE.venue, joining.ask(own))
    assert asked == joining.Asked(own.public, "north-2")
    answered = joining.Answered(token_for(own), ("10.0.0.1:4222",))
    joined = joining.joined(own, joining.answer(KEY, asked, answered))
    assert (joined.jwt, joined.nodes) == (answered.jwt, answered.nodes)
    assert joined.seed == own.seed


def test_a_node_that_knows_no_better_leaves_the_addresses() -> None:
    own = replace(gate(), nodes=("10.0.0.9:4222",))
    asked = joining.Asked(own.public, own.gate)
    reply = joining.answer(KEY, asked, joining.Answered(token_for(own)))
    assert joining.joined(own, reply).nodes == ("10.0.0.9:4222",)


def test_nobody_registers_another_gates_key() -> None:
    victim, thief = gate("north-2"), gate("north-3")
    told = json.loads(KEY.open(joining.ask(thief), JOIN))
    forged = KEY.seal(json.dumps({**told, "public": victim.public}).encode(), JOIN)
    with pytest.raises(Sealed):
        joining.asked(KEY, MADE.venue, forged)


@pytest.mark.parametrize(
    "change", [{"public": "UX"}, {"signature": "ö"}, {"signature": 1}, {"gate": "other"}]
)
def test_a_request_that_was_altered_is_refused(change: dict[str, object]) -> None:
    told = json.loads(KEY.open(joining.ask(gate()), JOIN))
    with pytest.raises(Sealed):
        joining.asked(KEY, MADE.venue, KEY.seal(json.dumps(told | change).encode(), JOIN))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"1"])
def test_a_sealed_message_of_another_kind_is_refused(content: bytes) -> None:
    own = gate()
    with pytest.raises(Sealed):
        joining.asked(KEY, MADE.venue, KEY.seal(content, JOIN))
    with pytest.raises(Sealed):
        joining.joined(own, KEY.seal(content, f"{JOIN}.{own.public}"))


def test_a_request_to_another_venue_is_refused() -> None:
    other = make_venue("Arena", 1, (), NOW)
    with pytest.raises(Sealed):
        joining.asked(VenueKey(other.secret), other.venue, joining.ask(gate()))


def test_an_answer_to_another_gate_is_refused() -> None:
    own, other = gate(), gate()
    theirs = joining.Asked(other.public, other.gate)
    reply = joining.answer(KEY, theirs, joining.Answered(token_for(other)))
    with pytest.raises(Sealed):
        joining.joined(own, reply)
    to_us = joining.Asked(own.public, own.gate)
    with pytest.raises(Sealed):
        joining.joined(own, joining.answer(KEY, to_us, joining.Answered(token_for(other))))


def test_the_list_of_members_tells_no_name_to_who_has_no_key() -> None:
    member = joining.Asked(nkey.public_key(nkey.new_seed(nkey.Role.USER)), "north-2")
    subject, entry = joining.register_subject(member.public), joining.registered(KEY, member)
    assert joining.member_of(KEY, subject, entry) == member
    assert b"north" not in entry
    with pytest.raises(Sealed):
        joining.member_of(KEY, joining.register_subject("UOTHER"), entry)
