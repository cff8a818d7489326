"""A scripted evening without a screen; every verdict is compared with the expected one.

The network is down for the middle third, and the gate's process is killed once meanwhile. At the
end, the server must have exactly the admissions that the gate recorded.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scanner.admission.verdict import Kind
from scanner.demo.cable import Cable
from scanner.demo.crowd import Crowd, Patron
from scanner.demo.gate_driver import GateDriver
from scanner.demo.world import DEVICE, GateGone, World, admitted_by, open_home, stage_for, world
from scanner.paths import database_file
from scanner.store import ledger
from scanner.store.database import open_reader
from scanner.store.ledger import State

SHOWINGS = 3
"""How often a patron shows a code that was not read."""

_DELIVERY_SECONDS = 60.0
_LONGEST_MOMENT = 0.06


@dataclass(slots=True)
class Summary:
    """The evening's result; `ok` if every verdict and every admission was as expected."""

    patrons: int
    seed: int
    ok: bool = False
    verdicts: dict[str, int] = field(default_factory=dict)
    wrong_verdicts: list[dict[str, str | None]] = field(default_factory=list)
    shown_again: int = 0
    frames: int = 0
    reads_by: dict[str, int] = field(default_factory=dict)
    offline_patrons: int = 0
    queued_when_back: int = 0
    delivered_while_cut: int = 0
    killed: int = 0
    admissions: dict[str, int] = field(default_factory=dict)
    missing_at_server: list[str] = field(default_factory=list)
    unknown_to_gate: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def play(patrons: int, seed: int, on_progress: Callable[[int, int], None]) -> Summary:
    """Play an evening; the same seed gives the same patrons.

    Raises:
        DemoError: a part did not start or answer.
    """
    begun = time.monotonic()
    with (
        world(tickets=max(300, 2 * patrons), seed=seed) as server,
        Cable(server.port) as cable,
        tempfile.TemporaryDirectory(prefix="scanner-demo-") as folder,
    ):
        home = Path(folder)
        permitted, tickets, elsewhere = stage_for(server, seed)
        open_home(home, server, cable)
        line = Crowd(tickets, permitted, elsewhere, seed).line(patrons)
        evening = _Evening(server, cable, home, line, Summary(patrons, seed))
        evening.play(on_progress)
    evening.summary.seconds = round(time.monotonic() - begun, 1)
    return evening.summary


class _Evening:
    def __init__(
        self, server: World, cable: Cable, home: Path, line: list[Patron], summary: Summary
    ) -> None:
        self.summary = summary
        self._server = server
        self._cable = cable
        self._home = home
        self._line = line
        self._rng = random.Random(summary.seed)  # noqa: S311 - an evening, not a secret
        self._gate = GateDriver(home, summary.seed)
        self._cut_at, self._back_at = len(line) // 3, 2 * len(line) // 3
        self._kill_at = self._first_admissible(len(line) // 2)
        self._at_server = 0

    def play(self, on_progress: Callable[[int, int], None]) -> None:
        with self._gate:
            for number, patron in enumerate(self._line):
                self._before(number)
                self._serve(number, patron)
                on_progress(number + 1, len(self._line))
            if not self._cable.connected:
                self._put_back()
            self._gate.finish(_DELIVERY_SECONDS)
        self._account()

    def _before(self, number: int) -> None:
        if number == self._cut_at:
            self._cable.cut()
            self._at_server = len(self._delivered())
        if number == self._back_at and not self._cable.connected:
            self._put_back()

    def _put_back(self) -> None:
        self.summary.delivered_while_cut = len(self._delivered()) - self._at_server
        waiting = self._states()
        self.summary.queued_when_back = waiting[State.QUEUED] + waiting[State.SENDING]
        self._cable.restore()

    def _serve(self, number: int, patron: Patron) -> None:
        due = patron.due
        if not self._cable.connected:
            self.summary.offline_patrons += 1
        if number == self._kill_at:
            if self._kill_while_showing(patron):
                return
            if patron.serial in self._recorded():
                due = Kind.ALREADY_ADMITTED  # recorded before the kill, and the light never shown
        for _ in range(SHOWINGS):
            try:
                verdict = self._gate.show(patron.payload)
            except GateGone:
                self._judge(patron, due, None)
                raise
            if verdict:
                self._judge(patron, due, verdict)
                return
            self.summary.shown_again += 1
        self._judge(patron, due, None)

    def _kill_while_showing(self, patron: Patron) -> bool:
        """Kill the gate at a random moment of a presentation; tell whether its verdict was out."""
        self._gate.begin(patron.payload)
        time.sleep(self._rng.uniform(0, _LONGEST_MOMENT))
        verdict = self._gate.kill()
        self.summary.killed += 1
        self._gate.start()
        if verdict:
            self._judge(patron, patron.due, verdict)
        return verdict is not None

    def _judge(self, patron: Patron, due: Kind, verdict: Kind | None) -> None:
        said = verdict.value if verdict else "unread"
        self.summary.verdicts[said] = self.summary.verdicts.get(said, 0) + 1
        if verdict is not due:
            self.summary.wrong_verdicts.append(
                {"payload": patron.payload, "due": due.value, "verdict": said}
            )

    def _account(self) -> None:
        """Compare the gate's records with the server's, serial by serial."""
        delivered, states = self._delivered(), self._states()
        recorded = self._recorded()
        due = {each.serial for each in self._line if each.due is Kind.ADMITTED}
        summary = self.summary
        summary.frames = self._gate.frames
        summary.reads_by = dict(self._gate.reads_by.most_common())
        summary.admissions = {
            "due": len(due),
            "at_gate": len(recorded),
            "at_server": len(delivered),
            **{state.value: count for state, count in states.items()},
        }
        summary.missing_at_server = sorted(recorded - delivered)
        summary.unknown_to_gate = sorted(delivered - recorded)
        summary.ok = (
            not summary.wrong_verdicts
            and recorded == delivered == due
            and states[State.CONFIRMED] == len(recorded)
            and summary.delivered_while_cut == 0
        )

    def _first_admissible(self, start: int) -> int | None:
        for number in range(start, self._back_at):
            if self._line[number].due is Kind.ADMITTED:
                return number
        return None

    def _delivered(self) -> set[str]:
        return asyncio.run(admitted_by(self._server, DEVICE))

    def _recorded(self) -> set[str]:
        with closing(open_reader(database_file(self._home))) as reader:
            return {each.serial for each in ledger.in_state(reader)}

    def _states(self) -> dict[State, int]:
        with closing(open_reader(database_file(self._home))) as reader:
            return ledger.counts(reader)
