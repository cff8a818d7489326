"""The score of a run. Pure; the same decisions give the same score."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from scanner.training.answers import Act
from scanner.training.drill import QueueSample
from scanner.training.marks import Decision, Mark
from scanner.training.scenario import IncidentKind


@dataclass(frozen=True, slots=True)
class Score:
    """One run in numbers.

    Attributes:
        percent: of all points, one for each patron and each thing that happened.
        loss: points lost.
        seconds_per_patron: from stepping up to the answer, on average.
        procedure_right, procedure_of: answers to what happened.
        longest_queue: patrons; `mean_queue` weighs each length by how long it stood.
        queue: pairs of second and length, wherever it changed.
    """

    percent: float
    passed: bool
    bar: float
    patrons: int
    let_in: int
    wrongly_let_in: int
    wrongly_turned_away: int
    wrong_procedure: int
    wrong_reason: int
    needless_call: int
    left: int
    procedure_right: int
    procedure_of: int
    loss: float
    seconds_per_patron: float
    longest_queue: int
    mean_queue: float
    queue: tuple[tuple[float, int], ...]

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def score(decisions: Sequence[Decision], samples: Sequence[QueueSample], bar: float) -> Score:
    """Return the score of a run that is over."""
    patrons = [each for each in decisions if each.patron]
    happened = [each for each in decisions if isinstance(each.subject, IncidentKind)]
    answered = [each for each in patrons if each.answer]
    loss = sum(each.cost for each in decisions)
    percent = round(100 * (1 - loss / len(decisions)), 1) if decisions else 0.0
    seconds = sum(each.seconds for each in answered)

    def count(mark: Mark) -> int:
        return sum(each.mark is mark for each in decisions)

    return Score(
        percent=percent,
        passed=percent >= bar,
        bar=bar,
        patrons=len(patrons),
        let_in=sum(each.answer is not None and each.answer.act is Act.LET_IN for each in patrons),
        wrongly_let_in=count(Mark.WRONGLY_LET_IN),
        wrongly_turned_away=count(Mark.WRONGLY_TURNED_AWAY),
        wrong_procedure=count(Mark.WRONG_PROCEDURE),
        wrong_reason=count(Mark.WRONG_REASON),
        needless_call=count(Mark.NEEDLESS_CALL),
        left=count(Mark.LEFT),
        procedure_right=sum(each.mark is Mark.RIGHT for each in happened),
        procedure_of=len(happened),
        loss=round(loss, 2),
        seconds_per_patron=round(seconds / len(answered), 2) if answered else 0.0,
        longest_queue=max((each.waiting for each in samples), default=0),
        mean_queue=_mean(samples),
        queue=tuple((each.at, each.waiting) for each in samples),
    )


def _mean(samples: Sequence[QueueSample]) -> float:
    lasted = samples[-1].at - samples[0].at if samples else 0.0
    if lasted <= 0:
        return 0.0
    area = sum(before.waiting * (after.at - before.at) for before, after in pairwise(samples))
    return round(area / lasted, 2)
