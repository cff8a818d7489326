"""Robots that play a scenario as fast as possible, on the scenario's own clock."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanner.admission.verdict import Kind
from scanner.facts import Code, Fact, Value
from scanner.training.answers import (
    LET_IN,
    Act,
    Answer,
    Due,
    Refusal,
    due_to_incident,
    due_to_patron,
)
from scanner.training.crowd import Patron
from scanner.training.gate import TrainingGate
from scanner.training.marks import COST, Decision, Mark, mark
from scanner.training.role import PARTS, Role
from scanner.training.scenario import IncidentKind, Scenario
from scanner.training.score import Score
from scanner.training.shift import Case, Shift
from scanner.wording.sentences import in_english

Chance = tuple[float, Answer]
"""A probability and its answer."""


@dataclass(frozen=True, slots=True)
class Rates:
    """A robot's error rates, each a probability.

    Attributes:
        lets_in: lets in a patron who should not enter.
        turns_away: turns away a patron who should enter.
        wrong_reason: refuses rightly, but with a wrong reason.
        wrong_procedure: answers wrongly when something happens.
    """

    lets_in: float = 0.0
    turns_away: float = 0.0
    wrong_reason: float = 0.0
    wrong_procedure: float = 0.0


ROBOTS = {
    "perfect": Rates(),
    "careless": Rates(lets_in=0.15, turns_away=0.08, wrong_reason=0.1, wrong_procedure=0.4),
}
"""The robots by name."""

_QUICKEST, _SLOWEST = 1.5, 4.0
_QUESTION_SECONDS = 3.0


class Robot:
    """Answers after a few seconds; the same seed gives the same answers."""

    def __init__(self, rates: Rates, seed: int) -> None:
        self._rates = rates
        self._rng = random.Random(f"robot {seed}")  # noqa: S311 - a robot, not a secret
        self.expected_loss = 0.0

    def think(self, subject: Patron | IncidentKind) -> float:
        """Return how many seconds it takes to answer."""
        seconds = self._rng.uniform(_QUICKEST, _SLOWEST)
        asks = isinstance(subject, Patron) and subject.question is not None
        return round(seconds + (_QUESTION_SECONDS if asks else 0.0), 2)

    def answer(self, subject: Patron | IncidentKind, verdict: Kind | None, due: Due) -> Answer:
        """Answer, and add to the expected loss of points."""
        chances = self.chances(subject, due)
        self.expected_loss += sum(
            chance * COST[mark(subject, verdict, answer, due)] for chance, answer in chances
        )
        weights = [chance for chance, _ in chances]
        return self._rng.choices([answer for _, answer in chances], weights)[0]

    def chances(self, subject: Patron | IncidentKind, due: Due) -> list[Chance]:
        """Return the possible answers; their probabilities add up to 1."""
        rates = self._rates
        if isinstance(subject, IncidentKind):
            wrong = Answer(Act.CARRY_ON if due.best.act is not Act.CARRY_ON else Act.SUPERVISOR)
            return [(1 - rates.wrong_procedure, due.best), (rates.wrong_procedure, wrong)]
        if due.admits:
            away = Answer(Act.TURN_AWAY, Refusal.UNKNOWN)
            return [(1 - rates.turns_away, due.best), (rates.turns_away, away)]
        other = rates.wrong_reason * (1 - rates.lets_in)
        return [
            (1 - rates.lets_in - other, due.best),
            (rates.lets_in, LET_IN),
            (other, _other_reason(due)),
        ]


def _other_reason(due: Due) -> Answer:
    """Return a refusal with a wrong reason."""
    ways = (Answer(Act.TURN_AWAY, reason) for reason in Refusal)
    return next(way for way in ways if way not in due.answers)


_LONGEST_STAND = 100_000.0
"""Seconds of a scenario's time; every scenario ends before."""


class Result(Code):
    """What is told of a robot's run."""

    PASSED = "training.result.passed"
    BELOW_PASS_MARK = "training.result.below_pass_mark"  # noqa: S105 - a code
    COUNTS = "training.result.counts"


@dataclass(frozen=True, slots=True)
class AutoRun:
    """The result of a robot's run.

    Attributes:
        expected_loss: the points that a robot with these rates loses on average.
        unread: pictures of codes that the decoder did not read.
        not_due: the numbers of patrons whose verdict was not that of their role.
    """

    scenario: Scenario
    seed: int
    robot: str
    score: Score
    expected_loss: float
    unread: int
    not_due: tuple[int, ...]
    mistakes: tuple[Decision, ...]

    @property
    def facts(self) -> tuple[Fact, Fact]:
        """The result, and the counts that it rests on."""
        found = self.score
        result = Result.PASSED if found.passed else Result.BELOW_PASS_MARK
        params: dict[str, Value] = {
            "title": self.scenario.title,
            "percent": found.percent,
            "bar": found.bar,
        }
        counts: dict[str, Value] = {
            "patrons": found.patrons,
            "let_in": found.let_in,
            "wrongly_in": found.wrongly_let_in,
            "wrongly_away": found.wrongly_turned_away,
            "left": found.left,
            "seconds": found.seconds_per_patron,
            "longest": found.longest_queue,
        }
        return Fact(result, params), Fact(Result.COUNTS, counts)

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "scenario": self.scenario.key,
            "title": self.scenario.title,
            "seed": self.seed,
            "robot": self.robot,
            **self.score.as_dict(),
            "expected_loss": round(self.expected_loss, 2),
            "unread": self.unread,
            "verdicts_not_due": list(self.not_due),
            "mistakes": [_mistake(each) for each in self.mistakes],
        }


async def play(
    scenario: Scenario,
    seed: int,
    robot: str,
    folder: Path,
    on_progress: Callable[[int, int], None] | None = None,
) -> AutoRun:
    """Play a scenario to its end; the same seed and robot give the same score.

    Raises:
        TrainingError, DemoError, StoreError: a part of the training's world fails.
    """
    trainee = Robot(ROBOTS[robot], seed)
    async with TrainingGate(folder, f"robot {robot}", scenario.patrons, seed) as gate:
        shift = Shift(scenario, seed, gate)
        await shift.begin()
        await _run(shift, trainee, on_progress)
        shift.close()
        return AutoRun(
            scenario,
            seed,
            robot,
            shift.score(),
            trainee.expected_loss,
            shift.unread,
            tuple(shift.not_due),
            tuple(each for each in shift.drill.decisions if each.mark is not Mark.RIGHT),
        )


async def _run(
    shift: Shift, trainee: Robot, on_progress: Callable[[int, int], None] | None
) -> None:
    now = 0.0
    while not shift.drill.over and now < _LONGEST_STAND:
        await shift.settle(now)
        if shift.case is None:
            now = max(now, shift.drill.next_event or now)
            continue
        now = await _serve(shift, trainee, shift.case, now)
        if on_progress:
            on_progress(shift.drill.gone, shift.scenario.patrons)


async def _serve(shift: Shift, trainee: Robot, case: Case, now: float) -> float:
    """Think, use what helps to read, answer; returns the time by then."""
    now += trainee.think(case.subject)
    await shift.settle(now)
    if shift.case is not case:
        return now  # patience was shorter than thought
    if isinstance(case.subject, Patron):
        await _read(shift, case, case.subject, now)
    verdict = case.judged.verdict.kind if case.judged else None
    if isinstance(case.subject, IncidentKind):
        due = due_to_incident(case.subject)
    else:
        due = due_to_patron(case.subject.role, verdict)
    await shift.decide(trainee.answer(case.subject, verdict, due), now)
    return now


async def _read(shift: Shift, case: Case, patron: Patron, now: float) -> None:
    """Get a verdict where the camera gave none."""
    if case.judged is None and patron.role is Role.DEAD_BATTERY:
        held = shift.held_codes[patron.number]
        hits = shift.gate.search(held.owner or "")
        right = next((hit for hit in hits if hit.section == held.section), None)
        if right:
            await shift.pick(right, now)
    elif case.judged is None:
        await shift.take_hand_scanner(now)


def _mistake(decision: Decision) -> dict[str, object]:
    """Return a mistake for JSON: prose in English, and under `facts` what it says."""
    patron = decision.patron
    facts = {
        "did": decision.did,
        "right": decision.due.best.fact,
        "why": decision.due.why,
    }
    return {
        "patron": patron.number + 1 if patron else None,
        "who": in_english(Fact(PARTS[patron.role].who)) if patron else str(decision.subject),
        "verdict": decision.verdict.value if decision.verdict else None,
        **{name: in_english(fact) for name, fact in facts.items()},
        "mark": decision.mark.value,
        "facts": {name: fact.as_json() for name, fact in facts.items()},
    }
