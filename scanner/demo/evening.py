"""Scripted evenings without a screen; every verdict is compared with the expected one.

The network is down for the middle third, and the gate's process is killed once meanwhile. At the
end, the server must have exactly the admissions that the gate recorded. A shorter second evening
is the same at a strange server: it cuts pages and names, and answers one stray 404.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from scanner.admission.verdict import Kind
from scanner.demo.cable import Cable
from scanner.demo.crowd import Crowd, Patron
from scanner.demo.gate_driver import GateDriver
from scanner.demo.world import (
    GateGone,
    World,
    admitted_by,
    misbehave,
    open_home,
    stage_for,
    world,
)
from scanner.paths import database_file
from scanner.store import installation, ledger
from scanner.store.database import open_reader
from scanner.store.ledger import State

SHOWINGS = 3
"""How often a patron shows a code that was not read."""

STRANGE = {"page_records": 50, "name_characters": 8}
"""The cuts of the strange server: in pages that a list has several of, and in the gate's name."""

_STRAYS = 1
_STRANGE_SHARE, _FEWEST_AT_STRANGE = 4, 20
_DELIVERY_SECONDS = 60.0
_LONGEST_MOMENT = 0.06


@dataclass(slots=True)
class Summary:
    """An evening's result; `ok` if every verdict and every admission was as expected.

    `cuts` is what the server cuts, and `stray_404s` how many it has answered.
    """

    patrons: int
    seed: int
    ok: bool = False
    cuts: dict[str, int] = field(default_factory=dict)
    stray_404s: int = 0
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


@dataclass(frozen=True, slots=True)
class Summaries:
    """Both evenings' results."""

    ordinary: Summary
    strange: Summary

    @property
    def ok(self) -> bool:
        """Tell whether both were as expected, and the strange server did what is strange."""
        return self.ordinary.ok and self.strange.ok and self.strange.stray_404s == _STRAYS

    def as_dict(self) -> dict[str, object]:
        """Return them for JSON: the ordinary evening, and the other one inside it."""
        strange = {"at_a_strange_server": asdict(self.strange)}
        return asdict(self.ordinary) | {"ok": self.ok} | strange


def play_both(patrons: int, seed: int, on_progress: Callable[[int, int], None]) -> Summaries:
    """Play an evening, and one with a quarter of the patrons at a strange server.

    Raises:
        DemoError: a part did not start or answer.
    """
    fewer = min(patrons, max(_FEWEST_AT_STRANGE, patrons // _STRANGE_SHARE))
    total = patrons + fewer
    ordinary = play(patrons, seed, lambda done, _: on_progress(done, total))
    strange = play(
        fewer,
        seed,
        lambda done, _: on_progress(patrons + done, total),
        cuts=STRANGE,
        strays=_STRAYS,
    )
    return Summaries(ordinary, strange)


def play(
    patrons: int,
    seed: int,
    on_progress: Callable[[int, int], None],
    *,
    cuts: Mapping[str, int] | None = None,
    strays: int = 0,
) -> Summary:
    """Play an evening; the same seed gives the same patrons.

    The server cuts what `cuts` says, and answers so many stray 404s while patrons come; see
    `scanner.mock.call.Faults`.

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
        summary = Summary(patrons, seed, cuts=dict(cuts or {}))
        misbehave(server, **summary.cuts)
        permitted, tickets, elsewhere = stage_for(server, seed)
        open_home(home, server, cable)
        line = Crowd(tickets, permitted, elsewhere, seed).line(patrons)
        Evening(_MadeUpServer(server), cable, home, line, summary, strays=strays).play(on_progress)
    summary.seconds = round(time.monotonic() - begun, 1)
    return summary


class Server(Protocol):
    """An evening's server, as it is asked behind the gate's back."""

    def admitted(self, home: Path) -> set[str]:
        """Return the tickets that it has as admitted by the gate of a data folder."""

    def go_astray(self, strays: int) -> None:
        """Have it answer so many stray 404s, if it can be told to."""

    def strays_left(self) -> int:
        """Return how many of them it has not answered yet."""


@dataclass(frozen=True, slots=True)
class _MadeUpServer:
    world: World

    def admitted(self, home: Path) -> set[str]:
        with closing(open_reader(database_file(home))) as reader:
            tags = installation.tags(reader)
        return asyncio.run(admitted_by(self.world, tags))

    def go_astray(self, strays: int) -> None:
        misbehave(self.world, strays=strays)

    def strays_left(self) -> int:
        return misbehave(self.world)["strays"]


class Evening:
    """A line of patrons before a gate, a cut and a kill; `play` fills the summary.

    Args:
        server: where the gate delivers.
        cable: between both.
        home: the gate's data folder, with an open session.
        line: the patrons.
        summary: the evening's, with its seed.
        strays: how many stray 404s the server is to answer.
    """

    def __init__(
        self,
        server: Server,
        cable: Cable,
        home: Path,
        line: list[Patron],
        summary: Summary,
        *,
        strays: int = 0,
    ) -> None:
        self.summary = summary
        self._strays = strays
        self._server = server
        self._cable = cable
        self._home = home
        self._line = line
        self._rng = random.Random(summary.seed)  # noqa: S311 - an evening, not a secret
        self._gate = GateDriver(home, summary.seed)
        self._astray_at = len(line) // 6
        self._cut_at, self._back_at = len(line) // 3, 2 * len(line) // 3
        self._kill_at = self._first_admissible(len(line) // 2)
        self._at_server = 0

    def play(self, on_progress: Callable[[int, int], None]) -> None:
        """Serve them all; raises `DemoError` where a part does not answer."""
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
        if number == self._astray_at:
            self._server.go_astray(self._strays)
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
        summary.stray_404s = self._strays - self._server.strays_left()
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
        return self._server.admitted(self._home)

    def _recorded(self) -> set[str]:
        with closing(open_reader(database_file(self._home))) as reader:
            return {each.serial for each in ledger.in_state(reader)}

    def _states(self) -> dict[State, int]:
        with closing(open_reader(database_file(self._home))) as reader:
            return ledger.counts(reader)
