"""One run: the drill's queue at the training gate, step by step, for a person or a robot."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from scanner.facts import Fact
from scanner.judging import Judged
from scanner.qr.frame import Pixels
from scanner.store.ledger import State
from scanner.training.answers import NOT_THEIRS, Act, Answer, Due
from scanner.training.crowd import Patron, draw_line
from scanner.training.drill import Drill
from scanner.training.gate import Hit, TrainingGate
from scanner.training.held_codes import assign_codes
from scanner.training.marks import Decision, Shown
from scanner.training.picture import draw_patron, read
from scanner.training.role import PARTS, Role
from scanner.training.scenario import SILENT, IncidentKind, Scenario
from scanner.training.score import Score, score

P = ParamSpec("P")
T = TypeVar("T")

_SYNC_SECONDS = 15.0
"""Between two synchronisations, as at a real gate."""


@dataclass(slots=True)
class Case:
    """The patron or incident at the gate, and the gate's verdict.

    Attributes:
        subject: a patron, or an incident.
        picture: what the camera sees; nothing for an incident, or without a camera.
        judged: the last verdict on this patron; nothing while nothing was read.
    """

    subject: Patron | IncidentKind
    picture: Pixels | None = None
    judged: Judged | None = None


class Shift:
    """Plays one scenario at a training gate; times are seconds after the doors open.

    Not re-entrant: an awaited call must end before the next one.
    """

    def __init__(self, scenario: Scenario, seed: int, gate: TrainingGate) -> None:
        self.scenario = scenario
        self.gate = gate
        self.line = draw_line(scenario, seed)
        self.drill = Drill(self.line, scenario.incidents)
        self.held_codes = assign_codes(self.line, gate.tickets, gate.permitted, seed)
        self.case: Case | None = None
        self.hand_scanner = False
        self.camera = True
        self.unread = 0
        self.not_due: list[int] = []
        self._synced_at = 0.0
        # One thread for all pictures: each thread's decoder would need memory of its own.
        self._drawing = ThreadPoolExecutor(1, "drawing")

    async def begin(self) -> None:
        """Set up at the server what the scenario needs, before the doors open."""
        self.gate.expect([held.payload for held in self.held_codes.values()])
        await asyncio.gather(
            self.gate.admit_elsewhere(self._serials(Role.ELSEWHERE)),
            self.gate.cancel(self._serials(Role.CANCELLED)),
        )
        await self.gate.sync()

    def close(self) -> None:
        """End the drawing thread."""
        self._drawing.shutdown(wait=False, cancel_futures=True)

    async def settle(self, now: float) -> None:
        """Let the time pass; a new patron at the gate is looked at."""
        self.drill.advance(now)
        while (front := self.drill.front) in SILENT and isinstance(front, IncidentKind):
            await self._set_off(front)
            self.drill.pass_by()
            self.drill.advance(now)
        if front is None:
            self.case = None
        elif self.case is None or self.case.subject is not front:
            await self._step_up(front, now)

    async def take_hand_scanner(self, now: float) -> None:
        """Switch to the hand scanner, and read the waiting patron's code with it."""
        self.hand_scanner = True
        case = self.case
        if case and isinstance(case.subject, Patron) and case.judged is None:
            await self._look(case, case.subject, now)

    async def pick(self, hit: Hit, now: float) -> None:
        """Let the gate judge a ticket that was found by its owner's name."""
        await self.present(hit.serial, "name", now)

    async def present(self, payload: str, source: str, now: float) -> Judged:
        """Let the gate judge a payload for the patron at it; a typed serial, for example."""
        judged = await self.gate.judge(payload, source, now)
        if self.case and isinstance(self.case.subject, Patron) and not self._foreign(payload):
            self._show(self.case, judged)
        return judged

    async def decide(self, answer: Answer, now: float) -> Decision | None:
        """Take the trainee's answer and do what follows from it; nothing if nobody is there."""
        self.drill.advance(now)
        case = self.case
        if case is None or self.drill.front is not case.subject:
            return None
        verdict = case.judged.verdict if case.judged else None
        shown = case.judged.fact if case.judged else Fact(Shown.NOTHING_READ)
        kind = verdict.kind if verdict else None
        due = self._due_here(case)
        if due is NOT_THEIRS and verdict:
            whose = self._owner(verdict.serial)
            shown = Fact(Shown.ANOTHERS, {"reason": shown, "whose": whose})
        decision = self.drill.decide(answer, kind, shown, now, due)
        self.case = None
        if answer.act is Act.HAND_SCANNER:
            self.hand_scanner = True
        if answer.act is Act.SUPERVISOR and self.gate.status().closed:
            await self.gate.reopen()
        if decision.patron and now - self._synced_at >= _SYNC_SECONDS:
            self._synced_at = now
            await self.gate.sync()
        return decision

    async def picture_of(self, patron: Patron) -> Pixels:
        """Draw a patron again, as the camera saw it."""
        return await self._in_drawing_thread(
            draw_patron, patron, self.held_codes[patron.number].payload
        )

    def score(self) -> Score:
        """Return the score so far."""
        return score(self.drill.decisions, self.drill.samples, self.scenario.bar)

    async def _step_up(self, front: Patron | IncidentKind, now: float) -> None:
        if isinstance(front, IncidentKind):
            await self._set_off(front)
            if front is IncidentKind.CONFLICT and not self.gate.status().counts[State.CONFLICT]:
                self.drill.pass_by()  # none of the twins was admitted here
                await self.settle(now)
                return
            self.case = Case(front)
            return
        case = Case(front)
        await self._look(case, front, now)
        self.case = case

    async def _look(self, case: Case, patron: Patron, now: float) -> None:
        """Decode the patron's code with the camera or the hand scanner, and have it judged."""
        held = self.held_codes[patron.number]
        if self.camera or self.hand_scanner:
            case.picture = await self._in_drawing_thread(draw_patron, patron, held.payload)
        if case.picture is None or patron.role is Role.DEAD_BATTERY:
            return
        payload = await self._in_drawing_thread(read, case.picture)
        if payload is None:
            self.unread += 1
            return
        source = "hand scanner" if self.hand_scanner else "training camera"
        judged = await self.gate.judge(payload, source, now)
        self._show(case, judged)
        self._compare(patron, judged)

    def _show(self, case: Case, judged: Judged) -> None:
        case.judged = judged
        self.drill.show(judged.verdict.kind, judged.fact)

    def _due_here(self, case: Case) -> Due | None:
        """Return what is right where a ticket was admitted that is not the patron's own."""
        if not isinstance(case.subject, Patron) or case.judged is None:
            return None
        verdict, own = case.judged.verdict, self.held_codes[case.subject.number]
        if not verdict.admits or verdict.serial == own.serial:
            return None
        # A namesake's of the same section can't be told from it: nobody's mistake.
        theirs = {
            ticket.serial
            for ticket in self.gate.tickets
            if ticket.owner
            and own.owner
            and ticket.owner.name == own.owner
            and ticket.section_name == own.section
        }
        return None if verdict.serial in theirs else NOT_THEIRS

    def _owner(self, serial: str | None) -> str:
        """Return owner, section and serial of a ticket, as far as they are known."""
        known = next((each for each in self.gate.tickets if each.serial == serial), None)
        owner = known.owner.name if known and known.owner else None
        said = (owner, known.section_name if known else None, serial)
        return ", ".join(part for part in said if part)

    def _compare(self, patron: Patron, judged: Judged) -> None:
        """Note a verdict that the patron's role does not expect, while the gate is open."""
        due = PARTS[patron.role].due
        if judged.verdict.kind is not due and not self.gate.status().closed:
            self.not_due.append(patron.number)

    async def _set_off(self, what: IncidentKind) -> None:
        match what:
            case IncidentKind.NETWORK_DOWN:
                await self.gate.cut_network(self._serials(Role.TWIN))
            case IncidentKind.NETWORK_UP:
                await self.gate.restore_network()
            case IncidentKind.CAMERA_DIES:
                self.camera = False
            case IncidentKind.CAMERA_BACK:
                self.camera, self.hand_scanner = True, False
            case IncidentKind.TOKEN_REVOKED:
                await self.gate.revoke_token()
            case IncidentKind.CONFLICT:
                await self.gate.sync()

    async def _in_drawing_thread(
        self, work: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._drawing, partial(work, *given, **named))

    def _serials(self, role: Role) -> list[str]:
        codes = [self.held_codes[each.number] for each in self.line if each.role is role]
        return [each.serial for each in codes if each.serial]

    def _foreign(self, payload: str) -> bool:
        known = {held.payload for held in self.held_codes.values()}
        serials = {ticket.serial for ticket in self.gate.tickets}
        return payload not in known and payload not in serials
