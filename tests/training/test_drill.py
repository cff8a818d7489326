import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.training.answers import LET_IN, SUPERVISOR, Act, Answer, Refusal, Why
from scanner.training.crowd import Patron, draw_line
from scanner.training.drill import BAG_SECONDS, PASS_SECONDS, Drill
from scanner.training.marks import Mark, Shown
from scanner.training.role import Line, Role
from scanner.training.scenario import Arrivals, Incident, IncidentKind
from tests.training.scenarios import scenario

SHOWN = Fact(Shown.NOTHING_READ)


def patron(number: int, at: float, **changes: object) -> Patron:
    values = {"role": Role.VALID, "patience": 60.0, "says": Line.GOOD_EVENING, "looks": 1} | changes
    return Patron(number=number, at=at, **values)  # type: ignore[arg-type] # a test's own values


def test_nobody_is_at_the_gate_before_the_first_has_come() -> None:
    drill = Drill([patron(0, 5.0)])
    drill.advance(4.9)
    assert (drill.front, drill.next_event) == (None, 5.0)
    drill.advance(5.0)
    assert drill.front == patron(0, 5.0)


def test_the_next_steps_up_when_the_last_has_passed_and_a_bag_takes_longer() -> None:
    drill = Drill([patron(0, 0.0), patron(1, 0.0, bag=True), patron(2, 0.0)])
    drill.advance(0)
    drill.decide(LET_IN, Kind.ADMITTED, SHOWN, 2.0)
    drill.advance(2.0 + PASS_SECONDS - 0.01)
    assert drill.front is None
    drill.advance(2.0 + PASS_SECONDS)
    drill.decide(LET_IN, Kind.ADMITTED, SHOWN, 10.0)
    assert drill.next_event == 10.0 + PASS_SECONDS + BAG_SECONDS


def test_patience_runs_out_in_the_queue_and_at_the_gate() -> None:
    drill = Drill([patron(0, 0.0, patience=30.0), patron(1, 1.0, patience=10.0)])
    drill.advance(11.0)
    assert [each.mark for each in drill.decisions] == [Mark.LEFT]
    assert drill.waiting == 1
    assert drill.patience_left(12.0) == 18.0
    drill.advance(31.0)
    assert drill.over
    assert drill.gone == 2


def test_who_leaves_is_explained_by_what_would_have_been_right_for_them() -> None:
    payment = patron(0, 0.0, role=Role.PAYMENT_CODE, patience=30.0)
    drill = Drill([payment, patron(1, 1.0, role=Role.WRONG_SECTION, patience=20.0)])
    drill.advance(0.5)
    drill.show(Kind.NOT_A_TICKET, SHOWN)
    drill.advance(40.0)
    queued, front = drill.decisions
    assert (queued.verdict, queued.due.best.act) == (None, Act.SEND)
    assert queued.shown == Fact(Shown.LEFT_UNSEEN)
    assert (front.verdict, front.shown) == (Kind.NOT_A_TICKET, SHOWN)
    assert front.due.best == Answer(Act.TURN_AWAY, Refusal.NOT_A_TICKET)
    assert all(each.due.why.code is Why.TOO_LATE for each in drill.decisions)
    assert queued.due.why.params["why"] == Fact(Why.OWN_SECTION)


def test_something_happens_once_so_many_are_gone_and_comes_before_the_next_patron() -> None:
    drill = Drill([patron(0, 0.0), patron(1, 0.0)], [Incident(IncidentKind.NETWORK_DOWN, 1)])
    drill.advance(0)
    drill.decide(LET_IN, Kind.ADMITTED, SHOWN, 1.0)
    drill.advance(1.0)
    decision = drill.decide(SUPERVISOR, None, SHOWN, 2.0)
    assert decision.subject is IncidentKind.NETWORK_DOWN
    assert decision.mark is Mark.WRONG_PROCEDURE
    drill.advance(5.0)
    assert drill.front == patron(1, 0.0)


def test_what_is_to_happen_happens_even_when_all_are_gone() -> None:
    drill = Drill([patron(0, 0.0, patience=1.0)], [Incident(IncidentKind.CAMERA_DIES, 1)])
    drill.advance(2.0)
    assert drill.front is IncidentKind.CAMERA_DIES
    assert not drill.over


def test_nobody_can_be_answered_when_nobody_is_there() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Drill([]).decide(LET_IN, None, SHOWN, 0.0)


@given(st.integers(0, 1000), st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=60))
def test_every_patron_is_done_with_once_whatever_the_trainee_does(
    seed: int, moves: list[tuple[float, bool]]
) -> None:
    played = scenario(patrons=12, arrivals=Arrivals(minutes=2, patience=(5, 60)))
    drill, now = Drill(draw_line(played, seed)), 0.0
    for seconds, answers in [*moves, (10_000.0, False)]:
        now += seconds
        drill.advance(now)
        if answers and drill.front:
            drill.decide(Answer(Act.LET_IN), Kind.ADMITTED, SHOWN, now)
        assert drill.waiting >= 0
    assert drill.over
    numbers = [each.patron.number for each in drill.decisions if each.patron]
    assert sorted(numbers) == list(range(12))
    assert [each.at for each in drill.samples] == sorted(each.at for each in drill.samples)
    assert drill.samples[-1].waiting == 0
