from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.code_form import CodeForm, parse, unlisted
from scanner.admission.rules import decide
from scanner.admission.serial import (
    Fingerprint,
    NotATicket,
    Secret,
    Serial,
    fingerprint,
    parse_payload,
)
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    Section,
    TicketStatus,
)
from scanner.admission.verdict import Kind
from scanner.demo.crowd import Crowd, CrowdTicket, SecretCrowd
from scanner.sync.clock import utc_now

EVENT = "/events/1"
SECTIONS = [f"{EVENT}/sections/{number}" for number in range(3)]
PERMITTED = frozenset(SECTIONS[:2])
TICKETS = [
    CrowdTicket(f"DAWIER-BACK{number:08}", SECTIONS[number % 3], f"AZ-{number:08}")
    for number in range(120)
]
ELSEWHERE = [each.serial for each in TICKETS[:9:3]]


class Door:
    """Judges by the rules, with what a synced gate knows."""

    def __init__(self, tickets: Sequence[CrowdTicket], elsewhere: Sequence[str]) -> None:
        self.tickets = {each.serial: each for each in tickets}
        self.codes = {fingerprint(each.serial, str(each.owner)): each.serial for each in tickets}
        self.elsewhere = set(elsewhere)
        self.inside: set[str] = set()

    def judge(self, payload: str) -> Kind:
        now = utc_now()
        parsed = parse_payload(payload)
        serial = None
        if isinstance(parsed, Serial):
            serial = parsed.value
        if isinstance(parsed, Fingerprint):
            serial = self.codes.get(parsed.digest)
        ticket = self.tickets.get(serial or "")
        knowledge = Knowledge(event_known=bool(serial) and str(serial).startswith("DAWIER"))
        if ticket:
            knowledge = Knowledge(
                CachedTicket(
                    ticket.serial,
                    Section(ticket.section, "a section"),
                    TicketStatus.ISSUED,
                    permitted=ticket.section in PERMITTED,
                ),
                EarlierAdmission(now, "Lee", "north") if serial in self.inside else None,
                EarlierAdmission(now, "Kim", "south") if serial in self.elsewhere else None,
                event_known=True,
            )
        verdict = decide(parsed, None, knowledge, at=now)
        if verdict.admits and verdict.serial:
            self.inside.add(verdict.serial)
        return verdict.kind


@given(seed=st.integers(), count=st.integers(0, 150))
def test_every_patron_gets_the_verdict_that_is_due(seed: int, count: int) -> None:
    door = Door(TICKETS, ELSEWHERE)
    for patron in Crowd(TICKETS, PERMITTED, ELSEWHERE, seed).line(count):
        assert door.judge(patron.payload) is patron.due


@pytest.mark.parametrize("seed", range(5))
def test_an_evening_has_every_kind_of_patron_and_every_form_of_code(seed: int) -> None:
    line = Crowd(TICKETS, PERMITTED, ELSEWHERE, seed).line(60)
    assert {each.due for each in line} == {
        Kind.ADMITTED,
        Kind.ALREADY_ADMITTED,
        Kind.WRONG_SECTION,
        Kind.UNKNOWN,
        Kind.OTHER_EVENT,
        Kind.NOT_A_TICKET,
    }
    shown = [each.payload for each in line if each.serial]
    assert any(payload.startswith("https://") for payload in shown)
    assert any(payload.startswith("DAWIER-") for payload in shown)
    assert any(isinstance(parse_payload(payload), Fingerprint) for payload in shown)


def test_the_same_seed_makes_the_same_line_and_another_makes_another() -> None:
    lines = [Crowd(TICKETS, PERMITTED, ELSEWHERE, seed).line(50) for seed in (4, 4, 5)]
    assert lines[0] == lines[1]
    assert lines[0] != lines[2]


def test_patrons_keep_coming_when_everybody_is_in() -> None:
    crowd = Crowd(TICKETS, PERMITTED, ELSEWHERE, 1).endless()
    door = Door(TICKETS, ELSEWHERE)
    for _ in range(400):
        patron = next(crowd)
        assert door.judge(patron.payload) is patron.due


@pytest.mark.parametrize("seed", range(5))
def test_a_crowd_with_secrets_shows_them_as_they_are_and_nothing_of_another_event(
    seed: int,
) -> None:
    secrets = {each.serial for each in TICKETS}
    line = SecretCrowd(TICKETS, PERMITTED, ELSEWHERE, seed).line(60)
    assert {each.due for each in line} == {
        Kind.ADMITTED,
        Kind.ALREADY_ADMITTED,
        Kind.WRONG_SECTION,
        Kind.UNKNOWN,
        Kind.NOT_A_TICKET,
    }
    assert all(each.payload == each.serial for each in line if each.serial)
    assert not any(each.payload in secrets for each in line if not each.serial)
    for each in line:
        if each.due is Kind.NOT_A_TICKET:
            assert isinstance(unlisted(parse(CodeForm.SECRET, each.payload)), NotATicket)
        if each.due is Kind.UNKNOWN:
            assert unlisted(parse(CodeForm.SECRET, each.payload)) == Secret("")
