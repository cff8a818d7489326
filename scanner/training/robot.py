"""Simulated trainees: one makes no mistakes, one makes them at given rates. Pure."""

import random
from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.training.answers import LET_IN, Act, Answer, Due, Refusal
from scanner.training.crowd import Patron
from scanner.training.incident import IncidentKind
from scanner.training.marks import COST, mark

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
