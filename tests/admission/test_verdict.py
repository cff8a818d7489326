import pytest

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
from tests.admission.worlds import BALCONY, NOW, OPEN, SERIAL, TICKET


def every_verdict() -> list[Verdict]:
    """Each sentence that the rules can say, at least once."""
    read = Serial(SERIAL)
    variants: list[CachedTicket] = [
        TICKET,
        *(TICKET._replace(status=status) for status in TicketStatus),
        TICKET._replace(listed=False),
        TICKET._replace(former_code=True),
        TICKET._replace(section=BALCONY),
    ]
    cases: list[tuple[ParsedPayload, Scope, Knowledge]] = [
        *((read, Scope(closed=closed), Knowledge()) for closed in Closed),
        *((read, OPEN, Knowledge(ticket)) for ticket in variants),
        (NotATicket("a Wi-Fi code"), OPEN, Knowledge()),
        (read, OPEN, Knowledge()),
        (read, OPEN, Knowledge(event_known=True)),
        (Fingerprint("0" * 64), OPEN, Knowledge()),
        (read, OPEN, Knowledge(local=LocalAdmission(NOW, "Ana", "door-1"))),
        (read, OPEN, Knowledge(TICKET, local=LocalAdmission(NOW, "Ana", "door-1"))),
        (read, OPEN, Knowledge(TICKET, other=OtherAdmission(NOW, "Sam", "door-2"))),
        (read, OPEN, Knowledge(TICKET, other=OtherAdmission(None, None, None))),
    ]
    return [decide(*case, NOW) for case in cases]


VERDICTS = every_verdict()


def test_every_kind_is_said_here() -> None:
    assert {verdict.kind for verdict in VERDICTS} == set(Kind)


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda verdict: verdict.reason)
def test_a_reason_is_one_plain_phrase(verdict: Verdict) -> None:
    reason = verdict.reason
    assert reason[0].isupper()
    assert reason.isprintable()
    assert reason == " ".join(reason.split())
    assert not reason.endswith((".", "!", ":"))
    assert ". " not in reason
    assert "None" not in reason
    assert "_" not in reason
    assert len(reason) <= 60


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda verdict: verdict.reason)
def test_an_advice_is_one_sentence_that_tells_the_guard_what_to_do(verdict: Verdict) -> None:
    advice = verdict.advice
    assert advice.split()[0] in {"Let", "Ask", "Call", "Send", "Wait"}
    assert advice.endswith(".")
    assert advice.count(".") == 1
    assert advice.isprintable()


def test_only_one_kind_admits() -> None:
    assert [kind for kind in Kind if Verdict(kind, "x", "y").admits] == [Kind.ADMITTED]
