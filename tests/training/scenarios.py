"""Scenarios for tests, and a robot's run without a gate."""

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.training.answers import due_to_incident, due_to_patron
from scanner.training.auto import Rates, Robot
from scanner.training.crowd import draw_line
from scanner.training.drill import Drill
from scanner.training.marks import Shown
from scanner.training.role import PARTS, Role
from scanner.training.scenario import SILENT, Arrivals, Incident, IncidentKind, Scenario
from scanner.training.score import Score, score

CROWD: Mapping[Role, float] = {Role.VALID: 8, Role.WRONG_SECTION: 1, Role.PARTNER: 1}


def scenario(
    patrons: int = 10,
    crowd: Mapping[Role, float] = CROWD,
    incidents: tuple[Incident, ...] = (),
    arrivals: Arrivals | None = None,
) -> Scenario:
    """Return a scenario, passed with 80 %."""
    given = arrivals or Arrivals(minutes=3)
    return Scenario("99-test", "A test", "For tests.", patrons, 80.0, given, crowd, incidents)


@dataclass(frozen=True, slots=True)
class Played:
    """What a robot's run came to."""

    score: Score
    expected_loss: float
    drill: Drill


def play_dry(played: Scenario, seed: int, rates: Rates) -> Played:
    """Play without a gate: every patron gets the due verdict."""
    drill = Drill(draw_line(played, seed), played.incidents)
    robot, now = Robot(rates, seed), 0.0
    while not drill.over:
        drill.advance(now)
        front = drill.front
        verdict: Kind | None = None
        if front is None:
            now = max(now, drill.next_event or now)
            continue
        if isinstance(front, IncidentKind):
            if front in SILENT:
                drill.pass_by()
                continue
            due = due_to_incident(front)
        else:
            verdict = PARTS[front.role].due
            due = due_to_patron(front.role, verdict)
        now += robot.think(front)
        drill.advance(now)
        if drill.front is front:
            drill.decide(robot.answer(front, verdict, due), verdict, Fact(Shown.NOTHING_READ), now)
    return Played(score(drill.decisions, drill.samples, played.bar), robot.expected_loss, drill)
