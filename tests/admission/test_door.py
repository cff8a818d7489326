"""What a platform's door allows: coming back, entering often, hours, and going out."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from scanner.admission.door import DoorRules
from scanner.admission.rules import Exit, Override, Reentry, Remedy, Word, decide, remedy
from scanner.admission.serial import NotATicket, ParsedPayload, Secret
from scanner.admission.ticket import CachedTicket, EarlierAdmission, Knowledge, TicketStatus
from scanner.admission.verdict import Closed, Kind, Reason, Verdict
from tests.admission.worlds import (
    BARRED,
    FLOOR,
    NOW,
    TICKET,
    closings,
    knowledge,
    payloads,
    words,
)

CODE = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"
TICKET = TICKET._replace(serial=CODE)
BARRED = BARRED._replace(serial=CODE)
READ = Secret(CODE)
HERE = EarlierAdmission(NOW - timedelta(hours=2), "Ana", "door-1")
THERE = EarlierAdmission(NOW - timedelta(hours=2), "Sam", "door-2")
LEFT = EarlierAdmission(NOW - timedelta(hours=1), "Sam", "door-2")
BACK, OFTEN = DoorRules(entry_after_exit=True), DoorRules(multiple_entries=True)
MINUTE = timedelta(minutes=1)


def judge(known: Knowledge, word: Word | None = None) -> Verdict:
    return decide(READ, None, known, word, at=NOW)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Knowledge(TICKET, HERE), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, HERE, left=LEFT), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, HERE, door=BACK), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, HERE, door=BACK, left=LEFT), Reason.BACK_AFTER_EXIT),
        (Knowledge(TICKET, other=THERE, door=BACK), Reason.ADMITTED_ELSEWHERE),
        (Knowledge(TICKET, other=THERE, door=BACK, left=LEFT), Reason.BACK_AFTER_EXIT),
        (Knowledge(TICKET, HERE, door=OFTEN), Reason.SEVERAL_ENTRIES),
        (Knowledge(TICKET, other=THERE, door=OFTEN), Reason.SEVERAL_ENTRIES),
        (Knowledge(TICKET, HERE, door=DoorRules(True, True), left=LEFT), Reason.BACK_AFTER_EXIT),
        (Knowledge(TICKET, HERE, door=DoorRules(custom_rules=True)), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, door=BACK, left=LEFT), Reason.VALID),
        (Knowledge(TICKET, door=OFTEN), Reason.VALID),
        (Knowledge(TICKET, HERE, door=OFTEN, unshown=True), Reason.LIGHT_NOT_SHOWN),
        (Knowledge(TICKET, HERE, door=BACK, unshown=True, left=LEFT), Reason.BACK_AFTER_EXIT),
    ],
)
def test_a_ticket_admits_again_where_the_door_allows_it(known: Knowledge, reason: Reason) -> None:
    verdict = judge(known)
    assert verdict.reason is reason
    assert verdict.serial == CODE
    if reason.kind is Kind.REENTRY:
        assert (verdict.first, verdict.light) == (known.local or known.other, Kind.ADMITTED)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Knowledge(TICKET, other_door=THERE), Reason.OTHER_DOOR),
        (Knowledge(TICKET, other_door=THERE, door=BACK), Reason.OTHER_DOOR),
        (Knowledge(TICKET, other_door=THERE, door=OFTEN), Reason.OTHER_DOOR),
        (Knowledge(TICKET, other_door=THERE, left=LEFT), Reason.OTHER_DOOR),
        (Knowledge(TICKET, HERE, other_door=THERE), Reason.ADMITTED_HERE),
        (Knowledge(TICKET, other=HERE, other_door=THERE), Reason.ADMITTED_ELSEWHERE),
        (Knowledge(TICKET, HERE, other_door=THERE, door=OFTEN), Reason.SEVERAL_ENTRIES),
        (Knowledge(TICKET, HERE, other_door=THERE, door=BACK, left=LEFT), Reason.BACK_AFTER_EXIT),
        (Knowledge(BARRED, other_door=THERE), Reason.OTHER_SECTION),
        (Knowledge(None, other_door=THERE, event_known=True), Reason.NOT_ON_LIST),
    ],
)
def test_an_entry_at_another_door_is_none_here(known: Knowledge, reason: Reason) -> None:
    verdict = judge(known)
    assert verdict.reason is reason
    if reason is Reason.OTHER_DOOR:
        assert (verdict.kind, verdict.light) == (Kind.REENTRY, Kind.ADMITTED)
        assert verdict.first == THERE


@given(payloads(), closings(), knowledge(), words())
def test_who_was_let_in_at_another_door_is_no_new_admission_and_is_judged_by_the_same_rules(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, word: Word | None
) -> None:
    plain = decide(parsed, closed, known._replace(other_door=None), word, at=NOW)
    verdict = decide(parsed, closed, known._replace(other_door=THERE), word, at=NOW)
    if plain.kind is Kind.ADMITTED:
        assert verdict == replace(plain, reason=Reason.OTHER_DOOR, first=THERE)
    else:
        assert verdict == plain


def test_a_supervisor_lets_in_for_the_first_time_here_who_was_at_another_door() -> None:
    known = Knowledge(BARRED, other_door=THERE)
    assert remedy(judge(known), known) is Remedy.OVERRIDE
    verdict = judge(known, Override("the artist's guest", "Kim"))
    assert (verdict.reason, verdict.light) == (Reason.OTHER_DOOR, Kind.ADMITTED)
    assert (verdict.note, verdict.by) == ("the artist's guest", "Kim")
    assert Verdict.of(verdict.fact, CODE) == verdict


@pytest.mark.parametrize("known", [Knowledge(None, HERE), Knowledge(None, other=THERE)])
@pytest.mark.parametrize("door", [BACK, OFTEN])
def test_a_ticket_that_the_list_lost_does_not_admit_again(
    known: Knowledge, door: DoorRules
) -> None:
    assert judge(known._replace(door=door, left=LEFT)).kind is Kind.ALREADY_ADMITTED


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        (TICKET._replace(status=TicketStatus.CANCELLED), Reason.CANCELLED),
        (TICKET._replace(status=TicketStatus.REISSUED), Reason.FORMER_CODE),
        (TICKET._replace(valid_until=NOW - MINUTE), Reason.NO_LONGER_VALID),
        (TICKET._replace(listed=False), Reason.TAKEN_OFF_LIST),
        (BARRED, Reason.OTHER_SECTION),
    ],
)
def test_who_comes_back_is_asked_what_everybody_is_asked(
    ticket: CachedTicket, reason: Reason
) -> None:
    known = Knowledge(ticket, HERE, door=BACK, left=LEFT)
    verdict = judge(known)
    assert (verdict.reason, verdict.first) == (reason, HERE)
    assert remedy(verdict, known) is Remedy.REENTRY
    assert judge(known, Reentry("smoke")).reason is Reason.REENTRY


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (NOW, NOW, Reason.VALID),
        (NOW - MINUTE, NOW + MINUTE, Reason.VALID),
        (None, NOW, Reason.VALID),
        (NOW, None, Reason.VALID),
        (NOW + MINUTE, None, Reason.NOT_YET_VALID),
        (NOW + MINUTE, NOW - MINUTE, Reason.NOT_YET_VALID),
        (None, NOW - MINUTE, Reason.NO_LONGER_VALID),
    ],
)
def test_a_ticket_admits_from_its_first_moment_to_its_last(
    start: datetime | None, end: datetime | None, reason: Reason
) -> None:
    known = Knowledge(TICKET._replace(valid_from=start, valid_until=end))
    verdict = judge(known)
    assert verdict.reason is reason
    bounds = {Reason.NOT_YET_VALID: start, Reason.NO_LONGER_VALID: end}
    assert verdict.bound == bounds.get(reason)
    assert Verdict.of(verdict.fact, CODE) == verdict
    assert judge(known, Override("the organiser said so")).admits


@given(payloads(), closings(), knowledge())
def test_out_goes_whoever_has_a_ticket_of_this_gates_sections(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge
) -> None:
    verdict = decide(parsed, closed, known, Exit(), at=NOW)
    ticket = known.ticket
    judged = closed is None and not isinstance(parsed, NotATicket)
    if judged and ticket:
        reason = Reason.EXITED if ticket.permitted else Reason.OTHER_SECTION
        assert (verdict.reason, verdict.serial) == (reason, ticket.serial)
    elif verdict.kind is Kind.EXITED:
        assert judged
        assert verdict.serial
        assert known.local or known.other
    else:
        assert verdict == decide(parsed, closed, known, at=NOW)
    assert not verdict.admits


@given(payloads(), closings(), knowledge(), words())
def test_nobody_goes_out_without_that_word(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, word: Word | None
) -> None:
    verdict = decide(parsed, closed, known, word, at=NOW)
    assert isinstance(word, Exit) or verdict.kind is not Kind.EXITED


@given(payloads(), closings(), knowledge(), words())
def test_a_verdict_is_read_back_from_its_fact(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, word: Word | None
) -> None:
    verdict = decide(parsed, closed, known, word, at=NOW)
    assert Verdict.of(verdict.fact, verdict.serial).fact == verdict.fact


def test_what_only_the_platform_can_judge_keeps_nobody_out() -> None:
    known = Knowledge(TICKET._replace(section=FLOOR), door=DoorRules(custom_rules=True))
    assert judge(known).reason is Reason.VALID
