from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from scanner.admission.rules import LetIn, decide
from scanner.admission.serial import Fingerprint, LooksLike, NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import CachedTicket, EarlierAdmission, Knowledge, TicketStatus
from scanner.admission.verdict import Closed, Kind, Reason, Verdict
from tests.admission.worlds import (
    BALCONY,
    BARRED,
    FLOOR,
    NOW,
    SERIAL,
    TICKET,
    closings,
    knowledge,
    payloads,
    said,
)

READ = Serial(SERIAL)
BEFORE = NOW - timedelta(minutes=12)
HERE = EarlierAdmission(BEFORE, "Ana", "door-1")
THERE = EarlierAdmission(BEFORE, "Sam", "door-2")


def judge(known: Knowledge, parsed: ParsedPayload = READ, closed: Closed | None = None) -> Verdict:
    return decide(parsed, closed, known, at=NOW)


def test_an_issued_ticket_of_a_permitted_section_admits_once() -> None:
    verdict = judge(Knowledge(TICKET, event_known=True))
    assert verdict == Verdict(Reason.VALID, SERIAL, FLOOR.name, status=TicketStatus.ISSUED)
    assert verdict.admits


def test_a_ticket_found_by_its_fingerprint_admits_under_its_serial() -> None:
    verdict = judge(Knowledge(TICKET), Fingerprint("0" * 64))
    assert (verdict.kind, verdict.serial) == (Kind.ADMITTED, SERIAL)


@pytest.mark.parametrize("closed", Closed)
def test_a_closed_gate_says_why(closed: Closed) -> None:
    verdict = judge(Knowledge(TICKET, event_known=True), closed=closed)
    assert (verdict.kind, verdict.reason) == (Kind.GATE_CLOSED, closed.value)
    assert (verdict.serial, verdict.section) == (SERIAL, None)


def test_a_code_that_is_no_ticket_is_named() -> None:
    verdict = judge(Knowledge(), NotATicket(LooksLike.WEB_ADDRESS))
    assert verdict == Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.WEB_ADDRESS)


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
    assert verdict == Verdict(Reason.ADMITTED_HERE, SERIAL, first=HERE)


def test_a_second_presentation_here_says_when_the_first_was() -> None:
    verdict = judge(Knowledge(TICKET, local=HERE))
    assert (verdict.reason, verdict.first) == (Reason.ADMITTED_HERE, HERE)


@pytest.mark.parametrize("parsed", [READ, Fingerprint("0" * 64)])
@pytest.mark.parametrize("event_known", [False, True])
def test_an_admission_elsewhere_is_known_without_the_ticket(
    parsed: Serial | Fingerprint, event_known: bool
) -> None:
    verdict = judge(Knowledge(other=THERE, event_known=event_known), parsed)
    assert (verdict.reason, verdict.first) == (Reason.ADMITTED_ELSEWHERE, THERE)
    assert verdict.serial == (SERIAL if isinstance(parsed, Serial) else None)


@pytest.mark.parametrize(
    "other",
    [
        THERE,
        replace(THERE, redeemer=None),
        replace(THERE, device=None),
        replace(THERE, at=None),
        EarlierAdmission(),
    ],
)
def test_an_admission_elsewhere_says_where_by_whom_and_when(other: EarlierAdmission) -> None:
    verdict = judge(Knowledge(TICKET, other=other))
    assert (verdict.reason, verdict.first) == (Reason.ADMITTED_ELSEWHERE, other)


def test_a_ticket_that_the_api_calls_redeemed_was_admitted_then() -> None:
    redeemed = TICKET._replace(status=TicketStatus.REDEEMED, redeemed=BEFORE)
    verdict = judge(Knowledge(redeemed))
    assert verdict.reason is Reason.ADMITTED_ELSEWHERE
    assert verdict.first == EarlierAdmission(BEFORE)
    timeless = judge(Knowledge(redeemed, other=replace(THERE, at=None)))
    assert timeless.first == THERE  # the ticket says when


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        (TICKET._replace(status=TicketStatus.CANCELLED), Reason.CANCELLED),
        (TICKET._replace(status=TicketStatus.TRANSFERRED), Reason.TRANSFERRED),
        (TICKET._replace(status=TicketStatus.OTHER), Reason.NOT_VALID),
        (TICKET._replace(status=TicketStatus.UNPAID), Reason.UNPAID),
        (TICKET._replace(status=TicketStatus.BLOCKED), Reason.BLOCKED),
        (TICKET._replace(status=TicketStatus.REVOKED), Reason.REVOKED),
        (TICKET._replace(status=TicketStatus.REISSUED), Reason.FORMER_CODE),
        (TICKET._replace(status=TicketStatus.UNAPPROVED), Reason.UNAPPROVED),
        (TICKET._replace(listed=False), Reason.TAKEN_OFF_LIST),
        (TICKET._replace(former_code=True), Reason.FORMER_CODE),
    ],
)
def test_a_ticket_that_was_withdrawn_says_how(ticket: CachedTicket, reason: Reason) -> None:
    verdict = judge(Knowledge(ticket))
    assert (verdict.kind, verdict.reason) == (Kind.WITHDRAWN, reason)


def test_a_ticket_of_another_section_says_where_to_go() -> None:
    verdict = judge(Knowledge(BARRED))
    assert (verdict.reason, verdict.section) == (Reason.OTHER_SECTION, "Balcony")


def test_a_ticket_that_the_api_refused_says_why() -> None:
    verdict = judge(Knowledge(TICKET, refusal=said("it was sold twice")))
    assert (verdict.reason, verdict.refusal) == (Reason.REFUSED_BY_API, said("it was sold twice"))


def test_the_rules_are_asked_in_the_houses_order() -> None:
    """Everything is against the patron at first; each step takes away what was just said."""
    former = CachedTicket(
        SERIAL, BALCONY, TicketStatus.CANCELLED, BEFORE, listed=False, former_code=True
    )
    present = former._replace(former_code=False)
    closed = Closed.TOKEN_INVALID
    nothing = NotATicket(LooksLike.WEB_ADDRESS)
    steps: list[tuple[ParsedPayload, Closed | None, Knowledge, Kind]] = [
        (nothing, closed, Knowledge(former, HERE, THERE), Kind.GATE_CLOSED),
        (nothing, None, Knowledge(former, HERE, THERE), Kind.NOT_A_TICKET),
        (READ, None, Knowledge(None, HERE, THERE), Kind.ALREADY_ADMITTED),
        (READ, None, Knowledge(former, HERE, THERE), Kind.WITHDRAWN),
        (READ, None, Knowledge(present, HERE, THERE), Kind.ALREADY_ADMITTED),
        (READ, None, Knowledge(present, None, THERE), Kind.ALREADY_ADMITTED),
        (READ, None, Knowledge(present), Kind.WITHDRAWN),
        (READ, None, Knowledge(present._replace(status=TicketStatus.ISSUED)), Kind.WITHDRAWN),
        (READ, None, Knowledge(BARRED), Kind.WRONG_SECTION),
        (READ, None, Knowledge(TICKET), Kind.ADMITTED),
    ]
    assert [judge(known, parsed, closed).kind for parsed, closed, known, _ in steps] == [
        kind for *_, kind in steps
    ]


REDEEMED = TICKET._replace(status=TicketStatus.REDEEMED, redeemed=BEFORE, listed=False)
CANCELLED = TICKET._replace(status=TicketStatus.CANCELLED)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Knowledge(TICKET, HERE, unshown=True), Reason.LIGHT_NOT_SHOWN),
        (Knowledge(REDEEMED, HERE, unshown=True), Reason.LIGHT_NOT_SHOWN),  # by this very record
        (Knowledge(TICKET, HERE, THERE, unshown=True), Reason.ADMITTED_ELSEWHERE),
        (Knowledge(CANCELLED, HERE, unshown=True), Reason.CANCELLED),
        (Knowledge(BARRED, HERE, unshown=True), Reason.OTHER_SECTION),
        (Knowledge(TICKET._replace(former_code=True), HERE, unshown=True), Reason.FORMER_CODE),
        (Knowledge(None, HERE, unshown=True), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, HERE), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, unshown=True), Reason.VALID),
    ],
)
def test_an_admission_whose_light_was_never_shown_is_the_guards_to_decide(
    known: Knowledge, reason: Reason
) -> None:
    assert judge(known).reason is reason
    let_in = decide(READ, None, known, LetIn(), at=NOW)
    assert let_in.reason is (Reason.LET_IN if reason is Reason.LIGHT_NOT_SHOWN else reason)
    if let_in.reason is Reason.LET_IN:
        assert (let_in.first, let_in.kind) == (HERE, Kind.ALREADY_ADMITTED)


@given(payloads(), closings(), knowledge())
def test_a_guards_word_changes_nothing_but_an_unshown_light(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge
) -> None:
    plain, let_in = (
        decide(parsed, closed, known, at=NOW),
        decide(parsed, closed, known, LetIn(), at=NOW),
    )
    if plain.reason is Reason.LIGHT_NOT_SHOWN:
        assert let_in == replace(plain, reason=Reason.LET_IN)
    else:
        assert let_in == plain


def test_this_gates_own_record_speaks_before_another_gates() -> None:
    verdict = judge(Knowledge(TICKET, HERE, THERE))
    assert (verdict.reason, verdict.first) == (Reason.ADMITTED_HERE, HERE)


def holds_for_admission(parsed: ParsedPayload, closed: Closed | None, known: Knowledge) -> bool:
    """What must hold for a green light, said once more in other words."""
    ticket = known.ticket
    if closed or isinstance(parsed, NotATicket) or ticket is None or ticket.former_code:
        return False
    redeemed = ticket.status is TicketStatus.REDEEMED
    was_in = known.other or (known.local and (known.left or not known.unshown))
    in_doubt = known.local and not was_in
    if was_in or (redeemed and not in_doubt):
        door = known.door
        may_go_in = door.multiple_entries or (door.entry_after_exit and known.left is not None)
    else:
        may_go_in = not (in_doubt or redeemed or known.refusal)
    early = ticket.valid_from and ticket.valid_from > NOW
    late = ticket.valid_until and ticket.valid_until < NOW
    return bool(
        may_go_in
        and ticket.status in {TicketStatus.ISSUED, TicketStatus.REDEEMED}
        and ticket.listed
        and ticket.permitted
        and not (early or late)
    )


@given(payloads(), closings(), knowledge())
def test_a_patron_goes_in_exactly_when_everything_holds(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge
) -> None:
    verdict = decide(parsed, closed, known, at=NOW)
    assert verdict.admits == holds_for_admission(parsed, closed, known)
    if verdict.admits:
        assert known.ticket
        assert verdict.serial == known.ticket.serial


@given(payloads(), closings(), knowledge())
def test_a_closed_gate_wins_over_all_else_and_says_nothing_of_what_it_knows(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge
) -> None:
    verdict = decide(parsed, closed, known, at=NOW)
    assert (verdict.kind is Kind.GATE_CLOSED) == (closed is not None)
    if closed:
        assert verdict == decide(parsed, closed, Knowledge(), at=NOW)
