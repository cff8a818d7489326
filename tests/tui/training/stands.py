"""What the training screens' tests are built on: a clock to turn, a run that is over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scanner.admission.serial import LooksLike
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.facts import Fact
from scanner.platform.resources import Owner
from scanner.ticketing.resources import Ticket
from scanner.training.answers import LET_IN, SUPERVISOR, Act, Answer, Refusal, due_to_patron
from scanner.training.crowd import Patron
from scanner.training.gate import TrainingGate
from scanner.training.marks import Shown
from scanner.training.records import Run, run_of
from scanner.training.role import PARTS, Role
from scanner.training.scenario import (
    SILENT,
    Arrivals,
    Incident,
    IncidentKind,
    Scenario,
    ScenarioError,
)
from scanner.training.shift import Shift
from scanner.tui.terminal.wedge_keys import Correct
from scanner.tui.training.app import TrainingApp

AT = datetime(2026, 5, 2, 18, 30, tzinfo=UTC)

SCENARIO = Scenario(
    "98-short",
    "A short evening",
    "Six patrons and an outage.",
    6,
    60.0,
    Arrivals(minutes=0.5, patience=(1000, 1000)),
    {Role.VALID: 3, Role.WRONG_SECTION: 1, Role.PAYMENT_CODE: 1, Role.DEAD_BATTERY: 1},
    (Incident(IncidentKind.NETWORK_DOWN, 2),),
)


@dataclass
class Stand:
    """An app whose clock stands until it is turned."""

    folder: Path
    now: float = 100.0
    heard: list[str] = field(default_factory=list)

    @property
    def audible(self) -> bool:
        return True

    def play(self, name: str, _volume: int, /) -> None:
        self.heard.append(name)

    def app(
        self,
        chosen: Scenario | None = SCENARIO,
        name: str | None = "Lee",
        broken: Sequence[ScenarioError] = (),
        correct: Correct | None = None,
    ) -> TrainingApp:
        return TrainingApp(
            [SCENARIO],
            self.folder,
            name=name,
            chosen=chosen,
            seed=2,
            clock=lambda: self.now,
            today=lambda: AT,
            sounds=self,
            broken=broken,
            correct=correct,
        )


def made_up_tickets() -> list[Ticket]:
    """Return tickets of two sections, ours first."""
    sections = [("/events/1/sections/1", "Balcony"), ("/events/1/sections/2", "VIP")]
    return [
        Ticket(
            f"HARBOR-{name[:4].upper():X<4}{number:08}",
            "Issued",
            uri,
            name,
            Owner(f"AZ-{number:08}", None, None, f"Mo Ek {number}"),
            None,
        )
        for uri, name in sections
        for number in range(20)
    ]


def finished(folder: Path, *, wrong: bool) -> tuple[Shift, Run]:
    """Return a run that is over, played without a server; with three mistakes or none."""
    gate = TrainingGate(folder, "Lee", 6, 2)
    gate.tickets = made_up_tickets()
    gate.permitted = frozenset({"/events/1/sections/1"})
    shift = Shift(SCENARIO, 2, gate)
    now = 0.0
    while not shift.drill.over:
        shift.drill.advance(now)
        front = shift.drill.front
        if front is None:
            now = max(now, shift.drill.next_event or now)
        elif isinstance(front, IncidentKind):
            assert front not in SILENT
            right = Answer(Act.CARRY_ON)
            shift.drill.decide(
                SUPERVISOR if wrong else right, None, Fact(Shown.NOTHING_READ), now + 2.5
            )
        else:
            _answer(shift, front, now, wrong=wrong)
        now += 3.0
    return shift, run_of("Lee", SCENARIO, 2, shift.score(), AT)


def _answer(shift: Shift, patron: Patron, now: float, *, wrong: bool) -> None:
    verdict = PARTS[patron.role].due
    answer = due_to_patron(patron.role, verdict).best
    if wrong and patron.role is Role.PAYMENT_CODE:
        answer = LET_IN
    if wrong and patron.role is Role.DEAD_BATTERY:
        answer = Answer(Act.TURN_AWAY, Refusal.UNKNOWN)
    reasons = {
        Kind.NOT_A_TICKET: Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.PAYMENT_CODE),
        Kind.ADMITTED: Verdict(Reason.VALID),
    }
    shown = reasons.get(verdict, Verdict(Reason.OTHER_SECTION, section="VIP"))
    shift.drill.decide(answer, verdict, shown.fact, now + 2.5)
