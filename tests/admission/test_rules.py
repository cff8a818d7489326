from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from scanner.admission.rules import decide
from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import (
    CachedTicket,
    Knowledge,
    LocalAdmission,
    OtherAdmission,
    TicketStatus,
)
from scanner.admission.verdict import Kind, Verdict
from tests.admission.worlds import (
    BALCONY,
    FLOOR,
    NOW,
    OPEN,
    SERIAL,
    TICKET,
    knowledge,
    readings,
    scopes,
    times,
)

READ = Serial(SERIAL)
BEFORE = NOW - timedelta(minutes=12)
HERE = LocalAdmission(BEFORE, "Ana", "door-1")
THERE = OtherAdmission(BEFORE, "Sam", "door-2")


def judge(known: Knowledge, reading: ParsedPayload = READ, scope: Scope = OPEN) -> Verdict:
    return decide(reading, scope, known, NOW)


def test_an_issued_ticket_of_a_permitted_section_admits_once() -> None:
    verdict = judge(Knowledge(TICKET, event_known=True))
    assert verdict == Verdict(
        Kind.ADMITTED, "Valid ticket", "Let the patron in.", SERIAL, FLOOR.name
    )
    assert verdict.admits


def test_a_ticket_found_by_its_fingerprint_admits_under_its_serial() -> None:
    verdict = judge(Knowledge(TICKET), Fingerprint("0" * 64))
    assert (verdict.kind, verdict.serial) == (Kind.ADMITTED, SERIAL)


@pytest.mark.parametrize("closed", Closed)
def test_a_closed_gate_says_why_and_whom_to_call(closed: Closed) -> None:
    scope = Scope(frozenset([FLOOR.uri]), closed)
    verdict = judge(Knowledge(TICKET, event_known=True), scope=scope)
    assert (verdict.kind, verdict.reason) == (Kind.GATE_CLOSED, closed.value)
    assert "supervisor" in verdict.advice
    assert (verdict.serial, verdict.section) == (SERIAL, None)


def test_a_code_that_is_no_ticket_is_named() -> None:
    verdict = judge(Knowledge(), NotATicket("a web address"))
    assert (verdict.kind, verdict.reason) == (Kind.NOT_A_TICKET, "This is a web address")


def test_a_serial_of_this_event_that_is_not_listed_is_unknown() -> None:
    verdict = judge(Knowledge(event_known=True))
    assert (verdict.kind, verdict.serial) == (Kind.UNKNOWN, SERIAL)


def test_a_serial_whose_event_the_cache_does_not_know_is_for_another_event() -> None:
    verdict = judge(Knowledge(event_known=False))
    assert (verdict.kind, verdict.serial) == (Kind.OTHER_EVENT, SERIAL)


def test_a_fingerprint_that_nothing_matches_is_unknown_and_never_another_events() -> None:
    verdict = judge(Knowledge(), Fingerprint("0" * 64))
    assert (verdict.kind, verdict.serial) == (Kind.UNKNOWN, None)


def test_an_admission_is_remembered_when_the_ticket_has_left_the_cache() -> None:
    verdict = judge(Knowledge(local=HERE))
    assert (verdict.kind, verdict.first) == (Kind.ALREADY_ADMITTED, BEFORE)
    assert verdict.reason == "Already admitted at this gate"


def test_a_second_presentation_here_says_when_the_first_was() -> None:
    verdict = judge(Knowledge(TICKET, local=HERE))
    assert verdict.kind is Kind.ALREADY_ADMITTED
    assert verdict.reason == "Already admitted here 12 min ago"
    assert verdict.first == BEFORE


@pytest.mark.parametrize("reading", [READ, Fingerprint("0" * 64)])
@pytest.mark.parametrize("event_known", [False, True])
def test_an_admission_elsewhere_is_known_without_the_ticket(
    reading: Serial | Fingerprint, event_known: bool
) -> None:
    verdict = judge(Knowledge(other=THERE, event_known=event_known), reading)
    assert (verdict.kind, verdict.first) == (Kind.ALREADY_ADMITTED, BEFORE)
    assert verdict.reason == "Already admitted at door-2 by Sam 12 min ago"
    assert verdict.serial == (SERIAL if isinstance(reading, Serial) else None)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (THERE, "Already admitted at door-2 by Sam 12 min ago"),
        (replace(THERE, redeemer=None), "Already admitted at door-2 12 min ago"),
        (replace(THERE, device=None), "Already admitted by Sam 12 min ago"),
        (replace(THERE, at=None), "Already admitted at door-2 by Sam"),
        (OtherAdmission(None, None, None), "Already admitted at another gate"),
    ],
)
def test_an_admission_elsewhere_says_where_by_whom_and_when(
    other: OtherAdmission, reason: str
) -> None:
    verdict = judge(Knowledge(TICKET, other=other))
    assert (verdict.kind, verdict.reason) == (Kind.ALREADY_ADMITTED, reason)
    assert verdict.first == other.at


def test_a_ticket_that_the_api_calls_redeemed_was_admitted_then() -> None:
    redeemed = TICKET._replace(status=TicketStatus.REDEEMED, redeemed=BEFORE)
    verdict = judge(Knowledge(redeemed))
    assert verdict.kind is Kind.ALREADY_ADMITTED
    assert verdict.reason == "Already admitted at another gate 12 min ago"
    assert verdict.first == BEFORE


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        (TICKET._replace(status=TicketStatus.CANCELLED), "This ticket was cancelled"),
        (
            TICKET._replace(status=TicketStatus.TRANSFERRED),
            "This ticket was transferred to somebody else",
        ),
        (TICKET._replace(status=TicketStatus.OTHER), "This ticket is no longer valid"),
        (TICKET._replace(listed=False), "This ticket was taken off the list"),
        (
            TICKET._replace(former_code=True),
            "This code belonged to an earlier owner of the ticket",
        ),
    ],
)
def test_a_ticket_that_was_withdrawn_says_how(ticket: CachedTicket, reason: str) -> None:
    verdict = judge(Knowledge(ticket))
    assert (verdict.kind, verdict.reason) == (Kind.WITHDRAWN, reason)


def test_a_ticket_of_another_section_says_where_to_go() -> None:
    verdict = judge(Knowledge(TICKET._replace(section=BALCONY)))
    assert (verdict.kind, verdict.reason) == (Kind.WRONG_SECTION, "This ticket is for Balcony")
    assert verdict.advice == "Send the patron to Balcony."


def test_the_rules_are_asked_in_the_houses_order() -> None:
    """Everything is against the patron at first; each step takes away what was just said."""
    former = CachedTicket(
        SERIAL, BALCONY, TicketStatus.CANCELLED, BEFORE, listed=False, former_code=True
    )
    present = former._replace(former_code=False)
    closed = Scope(closed=Closed.TOKEN_INVALID)
    nothing = NotATicket("a web address")
    steps: list[tuple[ParsedPayload, Scope, Knowledge, Kind]] = [
        (nothing, closed, Knowledge(former, HERE, THERE), Kind.GATE_CLOSED),
        (nothing, OPEN, Knowledge(former, HERE, THERE), Kind.NOT_A_TICKET),
        (READ, OPEN, Knowledge(None, HERE, THERE), Kind.ALREADY_ADMITTED),
        (READ, OPEN, Knowledge(former, HERE, THERE), Kind.WITHDRAWN),
        (READ, OPEN, Knowledge(present, HERE, THERE), Kind.ALREADY_ADMITTED),
        (READ, OPEN, Knowledge(present, None, THERE), Kind.ALREADY_ADMITTED),
        (READ, OPEN, Knowledge(present), Kind.WITHDRAWN),
        (READ, OPEN, Knowledge(present._replace(status=TicketStatus.ISSUED)), Kind.WITHDRAWN),
        (READ, OPEN, Knowledge(TICKET._replace(section=BALCONY)), Kind.WRONG_SECTION),
        (READ, OPEN, Knowledge(TICKET), Kind.ADMITTED),
    ]
    assert [judge(known, reading, scope).kind for reading, scope, known, _ in steps] == [
        kind for *_, kind in steps
    ]


def test_this_gates_own_record_speaks_before_another_gates() -> None:
    verdict = judge(Knowledge(TICKET, HERE, THERE))
    assert verdict.reason.startswith("Already admitted here")


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(0), "0 s ago"),
        (timedelta(seconds=59.9), "59 s ago"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(hours=24), "on 2026-06-11"),
        (timedelta(seconds=-1), "at 21:04 UTC"),
    ],
)
def test_how_long_ago_is_said_in_one_unit_and_a_clock_set_back_in_none(
    passed: timedelta, words: str
) -> None:
    verdict = judge(Knowledge(TICKET, LocalAdmission(NOW - passed, "Ana", "door-1")))
    assert verdict.reason == f"Already admitted here {words}"


def holds_for_admission(reading: ParsedPayload, scope: Scope, known: Knowledge) -> bool:
    """What must hold for a green light, said once more in other words."""
    ticket = known.ticket
    return (
        scope.closed is None
        and not isinstance(reading, NotATicket)
        and ticket is not None
        and ticket.status is TicketStatus.ISSUED
        and ticket.listed
        and not ticket.former_code
        and ticket.section.uri in scope.sections
        and known.local is None
        and known.other is None
        and known.refusal is None
    )


@given(readings(), scopes(), knowledge(), times())
def test_a_patron_goes_in_exactly_when_everything_holds(
    reading: ParsedPayload, scope: Scope, known: Knowledge, at: datetime
) -> None:
    verdict = decide(reading, scope, known, at)
    assert verdict.admits == holds_for_admission(reading, scope, known)
    assert verdict.reason
    assert verdict.advice
    if verdict.admits:
        assert known.ticket
        assert verdict.serial == known.ticket.serial


@given(readings(), scopes(), knowledge(), times())
def test_a_closed_gate_wins_over_all_else_and_says_nothing_of_what_it_knows(
    reading: ParsedPayload, scope: Scope, known: Knowledge, at: datetime
) -> None:
    verdict = decide(reading, scope, known, at)
    assert (verdict.kind is Kind.GATE_CLOSED) == (scope.closed is not None)
    if scope.closed:
        assert verdict == decide(reading, scope, Knowledge(), NOW)
