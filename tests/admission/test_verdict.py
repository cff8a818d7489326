from datetime import timedelta

import pytest

from scanner.admission.serial import LooksLike
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Closed, Kind, Reason, Verdict
from scanner.facts import Fact
from tests.admission.worlds import NOW, SERIAL, said


def test_every_kind_has_a_reason_and_every_reason_a_kind() -> None:
    assert {reason.kind for reason in Reason} == set(Kind)


@pytest.mark.parametrize("reason", Reason)
def test_seven_reasons_admit_and_no_other(reason: Reason) -> None:
    first = {Reason.VALID, Reason.OVERRIDDEN, Reason.LET_IN}
    again = {Reason.REENTRY, Reason.BACK_AFTER_EXIT, Reason.SEVERAL_ENTRIES, Reason.OTHER_DOOR}
    assert Verdict(reason).admits == (reason in first | again)


@pytest.mark.parametrize("reason", Reason)
def test_the_light_is_green_for_all_that_admit_and_for_no_other(reason: Reason) -> None:
    verdict = Verdict(reason)
    assert (verdict.light is Kind.ADMITTED) == verdict.admits


@pytest.mark.parametrize("closed", Closed)
def test_a_closed_gate_has_a_reason_of_its_kind(closed: Closed) -> None:
    assert closed.reason.kind is Kind.GATE_CLOSED
    assert closed.fact == Fact(closed.reason)


def test_what_is_known_is_a_parameter_and_what_is_not_is_none() -> None:
    assert Verdict(Reason.VALID).fact == Fact(Reason.VALID, {})
    first = EarlierAdmission(NOW, "Ana", "door-1")
    verdict = Verdict(Reason.ADMITTED_HERE, SERIAL, "", first, TicketStatus.ISSUED)
    assert verdict.fact.params == {
        "section": "",
        "first_at": NOW,
        "first_device": "door-1",
        "first_redeemer": "Ana",
        "status": "Issued",
    }
    others = Verdict(
        Reason.NOT_A_TICKET, refusal=said("no"), note="torn", looks_like=LooksLike.EMPTY
    )
    assert others.fact.params == {
        "refusal": said("no"),
        "note": "torn",
        "looks_like": Fact(LooksLike.EMPTY),
    }


def test_the_moment_is_there_for_the_words_alone() -> None:
    verdict = Verdict(Reason.VALID, SERIAL)
    later = NOW + timedelta(minutes=1)
    assert verdict.fact_at(later).params == {"now": later}
    assert "now" not in verdict.fact.params
