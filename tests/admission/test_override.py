import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.rules import Override, Reentry, Remedy, decide, may_override, remedy
from scanner.admission.serial import Fingerprint, LooksLike, NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import EarlierAdmission, Knowledge
from scanner.admission.verdict import Closed, Kind, Reason
from tests.admission.worlds import BARRED, NOW, SERIAL, TICKET, closings, knowledge, payloads, said

WORD = Override("her wristband is torn")


@given(payloads(), closings(), knowledge(), st.text(max_size=20))
def test_an_override_admits_exactly_those_who_may_be_let_in_so(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, why: str
) -> None:
    plain = decide(parsed, closed, known, at=NOW)
    overridden = decide(parsed, closed, known, Override(why), at=NOW)
    if may_override(plain, known):
        assert overridden.admits
        reason = Reason.OTHER_DOOR if known.other_door else Reason.OVERRIDDEN
        assert (overridden.reason, overridden.note) == (reason, why)
        assert overridden.first == known.other_door
        assert (overridden.serial, overridden.section) == (plain.serial, plain.section)
    elif plain.reason is Reason.LIGHT_NOT_SHOWN:
        assert (overridden.reason, overridden.note) == (Reason.LET_IN, why)
    else:
        assert overridden == plain


@given(payloads(), closings(), knowledge(), st.text(max_size=20))
def test_what_is_offered_to_a_supervisor_lets_the_patron_in_and_nothing_else_does(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, why: str
) -> None:
    plain = decide(parsed, closed, known, at=NOW)
    offered = remedy(plain, known)
    if offered:
        assert decide(parsed, closed, known, offered.word(why), at=NOW).admits
    elif plain.kind is Kind.OTHER_EVENT:  # a word that an earlier version took is audited still
        assert not decide(parsed, closed, known, Reentry(why), at=NOW).admits
    elif not plain.admits:
        assert not decide(parsed, closed, known, Reentry(why), at=NOW).admits
        assert not decide(parsed, closed, known, Override(why), at=NOW).admits


@pytest.mark.parametrize(
    "known",
    [
        Knowledge(TICKET, EarlierAdmission(NOW, "Ana", "door-1")),
        Knowledge(TICKET, other=EarlierAdmission(NOW, "Bo", "door-2")),
        Knowledge(local=EarlierAdmission(NOW, "Ana", "door-1")),
    ],
    ids=["here", "elsewhere", "no longer listed"],
)
def test_who_was_admitted_before_comes_in_again_as_a_re_entry(known: Knowledge) -> None:
    plain = decide(Serial(SERIAL), None, known, at=NOW)
    assert remedy(plain, known) is Remedy.REENTRY
    again = decide(Serial(SERIAL), None, known, Reentry("lost wristband"), at=NOW)
    assert (again.kind, again.light, again.note) == (Kind.REENTRY, Kind.ADMITTED, "lost wristband")
    assert again.first == plain.first


def test_nothing_is_offered_for_another_events_ticket() -> None:
    other = decide(Serial(SERIAL), None, Knowledge(), at=NOW)
    assert other.kind is Kind.OTHER_EVENT
    assert remedy(other, Knowledge()) is None


@pytest.mark.parametrize(
    ("parsed", "closed", "known"),
    [
        (NotATicket(LooksLike.WEB_ADDRESS), None, Knowledge()),
        (Fingerprint("0" * 64), None, Knowledge()),
        (Serial(SERIAL), Closed.TOKEN_INVALID, Knowledge(TICKET)),
        (Serial(SERIAL), None, Knowledge(TICKET, EarlierAdmission(NOW, "Ana", "door-1"))),
        (Serial(SERIAL), None, Knowledge(TICKET, refusal=said("already redeemed"))),
    ],
)
def test_without_a_serial_a_session_or_with_an_admission_here_nobody_can_be_let_in(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge
) -> None:
    assert not decide(parsed, closed, known, WORD, at=NOW).admits


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        (Knowledge(BARRED), Kind.WRONG_SECTION),
        (Knowledge(TICKET, other=EarlierAdmission(NOW, "Bo", "door-2")), Kind.ALREADY_ADMITTED),
        (Knowledge(event_known=True), Kind.UNKNOWN),
        (Knowledge(), Kind.OTHER_EVENT),
    ],
)
def test_a_refused_ticket_can_be_let_in(known: Knowledge, kind: Kind) -> None:
    assert decide(Serial(SERIAL), None, known, at=NOW).kind is kind
    assert decide(Serial(SERIAL), None, known, WORD, at=NOW).kind is Kind.ADMITTED
