from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.rules import Override, decide, may_override
from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import Knowledge, LocalAdmission, OtherAdmission
from scanner.admission.verdict import Kind
from tests.admission.worlds import NOW, SERIAL, TICKET, knowledge, readings, scopes, times

WORD = Override("her wristband is torn")
NOBODY = Scope(frozenset())


@given(readings(), scopes(), knowledge(), times(), st.text(max_size=20))
def test_an_override_admits_exactly_those_who_may_be_let_in_so(
    reading: ParsedPayload, scope: Scope, known: Knowledge, at: datetime, why: str
) -> None:
    plain = decide(reading, scope, known, at)
    overridden = decide(reading, scope, known, at, Override(why))
    if may_override(plain, known):
        assert overridden.admits
        assert overridden.reason == f"Let in by the supervisor: {why}"
        assert (overridden.serial, overridden.section) == (plain.serial, plain.section)
    else:
        assert overridden == plain


@pytest.mark.parametrize(
    ("reading", "scope", "known"),
    [
        (NotATicket("a web address"), NOBODY, Knowledge()),
        (Fingerprint("0" * 64), NOBODY, Knowledge()),
        (Serial(SERIAL), Scope(closed=Closed.TOKEN_INVALID), Knowledge(TICKET)),
        (Serial(SERIAL), NOBODY, Knowledge(TICKET, LocalAdmission(NOW, "Ana", "door-1"))),
        (Serial(SERIAL), NOBODY, Knowledge(TICKET, refusal="already redeemed")),
    ],
)
def test_without_a_serial_a_session_or_with_an_admission_here_nobody_can_be_let_in(
    reading: ParsedPayload, scope: Scope, known: Knowledge
) -> None:
    assert not decide(reading, scope, known, NOW, WORD).admits


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        (Knowledge(TICKET), Kind.WRONG_SECTION),
        (Knowledge(TICKET, other=OtherAdmission(NOW, "Bo", "door-2")), Kind.ALREADY_ADMITTED),
        (Knowledge(event_known=True), Kind.UNKNOWN),
        (Knowledge(), Kind.OTHER_EVENT),
    ],
)
def test_a_refused_ticket_can_be_let_in(known: Knowledge, kind: Kind) -> None:
    assert decide(Serial(SERIAL), NOBODY, known, NOW).kind is kind
    assert decide(Serial(SERIAL), NOBODY, known, NOW, WORD).kind is Kind.ADMITTED
