"""The queue at the gate, with the clock as an argument: who is next, who loses patience. Pure.

Times are seconds after the doors' opening and never go back.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.training.answers import Act, Answer, Due, Why, due_to_incident, due_to_patron
from scanner.training.crowd import Patron
from scanner.training.marks import Decision, Mark, Shown, mark
from scanner.training.role import PARTS
from scanner.training.scenario import CARDS, Incident, IncidentKind

PASS_SECONDS = 1.0
"""From one patron's answer to the next one's turn."""

BAG_SECONDS = 3.0
"""Added to `PASS_SECONDS` for a look into a bag."""


@dataclass(frozen=True, slots=True)
class QueueSample:
    """How many patrons were in the queue from this second on."""

    at: float
    waiting: int


class Drill:
    """One run through a line of patrons and its incidents."""

    def __init__(self, line: Sequence[Patron], incidents: Sequence[Incident] = ()) -> None:
        self._coming = deque(line)
        self._incidents = deque(sorted(incidents, key=lambda each: each.after))
        self._waiting: deque[Patron] = deque()
        self._front: Patron | IncidentKind | None = None
        self._front_since = 0.0
        self._free_at = 0.0
        self._gone = 0
        self._shown: tuple[Kind, Fact] | None = None
        self.decisions: list[Decision] = []
        self.samples: list[QueueSample] = []

    @property
    def front(self) -> Patron | IncidentKind | None:
        """The patron at the gate, or the incident; nothing while nobody is there."""
        return self._front

    @property
    def waiting(self) -> int:
        """How many are in the queue, the patron at the gate included."""
        return len(self._waiting)

    @property
    def gone(self) -> int:
        """How many patrons are done with, let in or not."""
        return self._gone

    @property
    def over(self) -> bool:
        """Tell whether everybody is gone and everything has happened."""
        return not (self._coming or self._waiting or self._incidents or self._front)

    @property
    def next_event(self) -> float | None:
        """When somebody comes or may step up, while nobody is at the gate; else nothing."""
        if self._front or not (self._waiting or self._coming):
            return None
        return max(self._free_at, self._coming[0].at) if not self._waiting else self._free_at

    def patience_left(self, now: float) -> float | None:
        """Return how many seconds the patron at the gate still stays."""
        front = self._front
        return front.at + front.patience - now if isinstance(front, Patron) else None

    def show(self, verdict: Kind, reason: Fact) -> None:
        """Note the gate's verdict on the patron at it, in case they leave."""
        self._shown = (verdict, reason)

    def advance(self, now: float) -> None:
        """Let the time pass: patrons come, some leave, the next one steps up."""
        while (event := self._next_change()) and event[0] <= now:
            at, leaves = event
            if leaves:
                self._leave(leaves, at)
            else:
                self._waiting.append(self._coming.popleft())
                self._sample(at)
        if self._front is None:
            self._step_up(now)

    def decide(
        self,
        answer: Answer,
        verdict: Kind | None,
        shown: Fact,
        now: float,
        due: Due | None = None,
    ) -> Decision:
        """Take the trainee's answer about the patron or incident at the gate.

        Args:
            answer: what the trainee does.
            verdict: what the gate last said of the patron; nothing where it read nothing.
            shown: the gate's reason; a card's question takes its place.
            now: the time of the answer.
            due: what is right, where role and verdict alone don't tell.

        Raises:
            ValueError: nobody is there.
        """
        subject = self._front
        if subject is None:
            raise ValueError("nobody is at the gate")
        if isinstance(subject, IncidentKind):
            due, shown = due_to_incident(subject), Fact(CARDS[subject])
        else:
            due = due or due_to_patron(subject.role, verdict)
        marked = mark(subject, verdict, answer, due)
        seconds = round(now - self._front_since, 2)
        decision = Decision(subject, verdict, shown, answer, due, marked, now, seconds)
        self.decisions.append(decision)
        if isinstance(subject, Patron):
            self._waiting.remove(subject)
            self._gone += 1
            self._sample(now)
            bag = BAG_SECONDS if subject.bag and answer.act is Act.LET_IN else 0.0
            self._free_at = now + PASS_SECONDS + bag
        self._front = self._shown = None
        return decision

    def pass_by(self) -> None:
        """Go on after an incident that needs no answer."""
        if isinstance(self._front, IncidentKind):
            self._front = None

    def _step_up(self, now: float) -> None:
        if self._incidents and (self._gone >= self._incidents[0].after or self._nobody_comes()):
            self._front = self._incidents.popleft().what
        elif self._waiting and now >= self._free_at:
            self._front = self._waiting[0]
        self._front_since = now

    def _nobody_comes(self) -> bool:
        return not (self._coming or self._waiting)

    def _next_change(self) -> tuple[float, Patron | None] | None:
        """Return when the queue changes next, and who leaves then; without one, somebody comes."""
        comes = self._coming[0].at if self._coming else None
        first = min(self._waiting, key=lambda each: each.at + each.patience, default=None)
        if first and (comes is None or first.at + first.patience < comes):
            return first.at + first.patience, first
        return None if comes is None else (comes, None)

    def _leave(self, patron: Patron, at: float) -> None:
        verdict, shown = None, Fact(Shown.LEFT_UNSEEN)
        if patron is self._front:
            verdict, shown = self._shown or (None, Fact(Shown.LEFT_UNANSWERED))
            self._front = self._shown = None
        right = due_to_patron(patron.role, verdict or PARTS[patron.role].due)
        due = Due(right.answers, Fact(Why.TOO_LATE, {"why": right.why}))
        self.decisions.append(Decision(patron, verdict, shown, None, due, Mark.LEFT, at, 0.0))
        self._waiting.remove(patron)
        self._gone += 1
        self._sample(at)

    def _sample(self, at: float) -> None:
        self.samples.append(QueueSample(round(at, 2), len(self._waiting)))
