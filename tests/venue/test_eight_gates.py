"""Eight gates and three nodes, 5,000 tickets at two gates each, leaders killed, a node cut off."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scanner.admission.claim import ClaimState
from scanner.admission.ticket import Unclaimed
from scanner.judging import Judged
from scanner.venue.provisioning import bucket_stream, claims_bucket
from scanner.venue.subjects import event_name
from tests.store.worlds import EVENT
from tests.venue.nodes import Nodes
from tests.venue.whole_gates import VenueGate, venue_gate, wait_until

pytestmark = pytest.mark.venue

GATES, TICKETS = 8, 5000
SERIALS = tuple(f"DAWIER-BACK{number:08}" for number in range(TICKETS))
_DOWN_SECONDS = 6.0
_SETTLED_SECONDS = 120.0


@dataclass
class Evening:
    """What happened: the verdicts of each ticket, by gate."""

    gates: Sequence[VenueGate]
    verdicts: dict[str, dict[int, Judged]] = field(default_factory=lambda: defaultdict(dict))

    def greens(self, serial: str) -> dict[int, Judged]:
        """Return the gates that let in on a ticket."""
        found = self.verdicts[serial]
        return {gate: judged for gate, judged in found.items() if judged.verdict.admits}

    @property
    def doubles(self) -> list[str]:
        """The tickets that let in at two gates."""
        return [serial for serial in SERIALS if len(self.greens(serial)) > 1]


def is_unclaimed(judged: Judged) -> bool:
    return judged.notice is not None and judged.notice.unclaimed


@pytest.fixture(params=[Unclaimed.ADMIT, Unclaimed.REFUSE])
def evening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evening]:
    """A whole evening, until everything is settled."""
    with (
        Nodes(tmp_path / "nodes", 3, cuttable=True) as nodes,
        eight_gates(nodes, tmp_path, request.param) as gates,
    ):
        evening = Evening(gates)
        play(evening, Troubles(nodes), random.Random(20))
        for gate in gates:
            wait_until(lambda gate=gate: gate.venue.status().connected, _SETTLED_SECONDS)  # type: ignore[misc] # mypy can't tell
            wait_until(lambda gate=gate: not gate.venue.status().unclaimed, _SETTLED_SECONDS)  # type: ignore[misc] # as above
        yield evening


@contextmanager
def eight_gates(nodes: Nodes, folder: Path, policy: Unclaimed) -> Iterator[list[VenueGate]]:
    with ExitStack() as stack:
        gates = [
            stack.enter_context(
                venue_gate(folder / f"g{each}", nodes.membership(f"g{each}"), policy, SERIALS)
            )
            for each in range(GATES)
        ]
        for gate in gates:
            gate.wait_connected()
        yield gates


class Troubles:
    """What goes wrong in the evening, by how much of it is over; each is undone some time later.

    A node ends with the thread that started it, so that all is done in the test's own.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._stream = bucket_stream(claims_bucket(event_name(nodes.key, EVENT)))
        self._undone: tuple[float, Callable[[], None]] | None = None
        self._due = [(0.15, self._kill_leader), (0.45, self._cut_off), (0.75, self._kill_leader)]

    def look(self, part: float) -> None:
        """Do what is due after this part of the evening."""
        if self._undone:
            at, undo = self._undone
            if time.monotonic() >= at:
                undo()
                self._undone = None
        elif self._due and part >= self._due[0][0]:
            undo = self._due.pop(0)[1]()
            self._undone = time.monotonic() + _DOWN_SECONDS, undo

    @property
    def are_over(self) -> bool:
        return not self._due and not self._undone

    def _kill_leader(self) -> Callable[[], None]:
        leader = self._nodes.leader(self._stream)
        self._nodes.kill(leader)
        return lambda: self._nodes.start(leader)

    def _cut_off(self) -> Callable[[], None]:
        number = self._nodes.leader(self._stream)
        self._nodes.cut(number)
        return lambda: self._nodes.heal(number)


def play(evening: Evening, troubles: Troubles, rng: random.Random) -> None:
    """Present each ticket at two gates at nearly the same time, while troubles come and go."""
    queues: list[list[str]] = [[] for _ in range(GATES)]
    for serial in SERIALS:
        for gate in rng.sample(range(GATES), 2):
            queues[gate].append(serial)
    done = [0] * GATES

    def present(number: int) -> None:
        for serial in queues[number]:
            evening.verdicts[serial][number] = evening.gates[number].present(serial)
            done[number] += 1

    for serial in SERIALS:
        evening.verdicts[serial] = {}
    threads = [threading.Thread(target=present, args=(each,)) for each in range(GATES)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or not troubles.are_over:
        troubles.look(sum(done) / (2 * TICKETS))
        threads[0].join(0.1)
    assert sum(done) == 2 * TICKETS


def test_no_ticket_has_two_claimed_green_lights(evening: Evening) -> None:
    for serial in SERIALS:
        greens = evening.greens(serial)
        claimed = [each for each, judged in greens.items() if not is_unclaimed(judged)]
        assert len(claimed) <= 1, (serial, greens)
    _every_entry_is_claimed(evening)
    _every_double_entry_is_noted_at_both_gates(evening)
    if evening.gates[0].venue.policy is Unclaimed.REFUSE:
        assert not evening.doubles
    else:
        assert all(map(evening.greens, SERIALS)), "some ticket let nobody in"


def _every_entry_is_claimed(evening: Evening) -> None:
    for serial in SERIALS:
        for number in evening.greens(serial):
            gate = evening.gates[number]
            wait_until(lambda gate=gate, serial=serial: _holds(gate, serial))  # type: ignore[misc] # as above


def _holds(gate: VenueGate, serial: str) -> bool:
    claim = gate.claim(serial)
    ours = gate.device
    return (
        claim is not None
        and claim.state is ClaimState.HELD
        and any(each.is_of(ours) for each in claim.entrants)
    )


def _every_double_entry_is_noted_at_both_gates(evening: Evening) -> None:
    expected: dict[int, set[str]] = {each: set() for each in range(GATES)}
    for serial in evening.doubles:
        for gate in evening.greens(serial):
            expected[gate].add(serial)
    for number, each in enumerate(evening.gates):
        wait_until(lambda each=each, number=number: _noted(each) >= expected[number])  # type: ignore[misc] # as above
        noted = [double.serial for double in each.doubles()]
        assert sorted(noted) == sorted(expected[number])


def _noted(gate: VenueGate) -> set[str]:
    return {each.serial for each in gate.doubles()}
