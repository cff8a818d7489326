import pytest

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.training.answers import (
    LET_IN,
    SEND,
    SUPERVISOR,
    Act,
    Answer,
    Refusal,
    due_to_incident,
    due_to_patron,
)
from scanner.training.marks import Mark, mark
from scanner.training.role import PARTS, Role
from scanner.training.scenario import CARDS, SILENT, IncidentKind
from scanner.wording.sentences import sentence
from tests.training.test_drill import patron


def marked(role: Role, verdict: Kind | None, answer: Answer) -> Mark:
    return mark(patron(0, 0.0, role=role), verdict, answer, due_to_patron(role, verdict))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verdict", [*Kind, None])
def test_every_patron_after_every_verdict_has_a_right_answer_and_a_reason(
    role: Role, verdict: Kind | None
) -> None:
    due = due_to_patron(role, verdict)
    assert due.answers
    assert sentence(due.why).endswith(".")


@pytest.mark.parametrize("role", Role)
def test_the_best_answer_to_the_due_verdict_is_right(role: Role) -> None:
    verdict = PARTS[role].due
    assert marked(role, verdict, due_to_patron(role, verdict).best) is Mark.RIGHT


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verdict", [kind for kind in Kind if kind is not Kind.ADMITTED] + [None])
def test_letting_in_without_a_green_light_is_always_wrong(role: Role, verdict: Kind | None) -> None:
    assert marked(role, verdict, LET_IN) is Mark.WRONGLY_LET_IN


@pytest.mark.parametrize(
    ("role", "verdict", "answer", "expected"),
    [
        (Role.VALID, Kind.ADMITTED, SEND, Mark.WRONGLY_TURNED_AWAY),
        (Role.VALID, Kind.ADMITTED, SUPERVISOR, Mark.NEEDLESS_CALL),
        (Role.LOST_CHILD, Kind.ADMITTED, LET_IN, Mark.WRONGLY_LET_IN),
        (Role.LOST_CHILD, Kind.ADMITTED, SUPERVISOR, Mark.RIGHT),
        (
            Role.PAYMENT_CODE,
            Kind.NOT_A_TICKET,
            Answer(Act.TURN_AWAY, Refusal.UNKNOWN),
            Mark.WRONG_REASON,
        ),
        (Role.PAYMENT_CODE, Kind.NOT_A_TICKET, SUPERVISOR, Mark.NEEDLESS_CALL),
        (Role.DEAD_BATTERY, None, Answer(Act.TURN_AWAY, Refusal.UNKNOWN), Mark.WRONGLY_TURNED_AWAY),
        (Role.DEAD_BATTERY, Kind.WRONG_SECTION, SEND, Mark.WRONGLY_TURNED_AWAY),
        (
            Role.VALID,
            Kind.GATE_CLOSED,
            Answer(Act.TURN_AWAY, Refusal.UNKNOWN),
            Mark.WRONG_PROCEDURE,
        ),
        (Role.FRESH_SALE, Kind.UNKNOWN, Answer(Act.TURN_AWAY, Refusal.UNKNOWN), Mark.WRONG_REASON),
        (Role.FORGED, Kind.UNKNOWN, Answer(Act.TURN_AWAY, Refusal.UNKNOWN), Mark.RIGHT),
    ],
)
def test_a_mistake_is_named_for_what_it_is(
    role: Role, verdict: Kind, answer: Answer, expected: Mark
) -> None:
    assert marked(role, verdict, answer) is expected


@pytest.mark.parametrize("what", [each for each in IncidentKind if each not in SILENT])
def test_whatever_happens_has_a_card_and_one_right_procedure(what: IncidentKind) -> None:
    assert sentence(Fact(CARDS[what])).endswith("What do you do?")
    answers = [Answer(act) for act in Act]
    right = [a for a in answers if mark(what, None, a, due_to_incident(what)) is Mark.RIGHT]
    assert len(right) == 1


def test_every_reason_to_refuse_can_be_right_or_is_a_gate_to_be_sent_to() -> None:
    refusals = {
        each.reason
        for role in Role
        for kind in Kind
        for each in due_to_patron(role, kind).answers
        if each.reason
    }
    assert refusals == set(Refusal) - {Refusal.WRONG_SECTION}
