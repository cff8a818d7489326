"""Eight gates and three nodes, 5,000 tickets at two gates each, leaders killed, a node cut off.

The house has no internet meanwhile. Then one line out delivers all, and the books are compared.
"""

import logging
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog

from scanner.admission.claim import ClaimState
from scanner.admission.ticket import Unclaimed
from scanner.judging import Judged
from scanner.store.ledger import State
from scanner.venue.provisioning import bucket_stream, claims_bucket
from scanner.venue.subjects import event_name
from tests.mock.server import Ready, mock_server
from tests.venue.doors import Door, Home, at_server, door, home_at, uplink
from tests.venue.nodes import Nodes
from tests.venue.whole_gates import wait_until

pytestmark = pytest.mark.venue

GATES, TICKETS = 8, 5000
_DOWN_SECONDS = 6.0
_SETTLED_SECONDS = 150.0


@dataclass
class Evening:
    """What happened: the verdicts of each ticket, by gate."""

    gates: Sequence[Door]
    serials: Sequence[str]
    verdicts: dict[str, dict[int, Judged]] = field(default_factory=lambda: defaultdict(dict))

    def greens(self, serial: str) -> dict[int, Judged]:
        """Return the gates that let in on a ticket."""
        found = self.verdicts[serial]
        return {gate: judged for gate, judged in found.items() if judged.verdict.admits}

    def claimed(self, serial: str) -> int:
        """Count the green lights that the venue had agreed to."""
        return sum(not is_unclaimed(judged) for judged in self.greens(serial).values())

    @property
    def doubles(self) -> list[str]:
        """The tickets that let in at two gates."""
        return [serial for serial in self.serials if len(self.greens(serial)) > 1]


def is_unclaimed(judged: Judged) -> bool:
    return judged.notice is not None and judged.notice.unclaimed


@contextmanager
def _quiet_log() -> Iterator[None]:
    """Have nothing logged: the tracebacks of eight gates' losses take much of the time."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def eight_homes(nodes: Nodes, server: Ready, folder: Path) -> Iterator[list[Home]]:
    """Open eight gates at the server, and have them join the venue."""
    with ExitStack() as stack:
        homes = [stack.enter_context(home_at(server, folder / f"g{each}")) for each in range(GATES)]
        for home in homes:
            home.open(nodes.membership(home.name))
        yield homes


@contextmanager
def eight_gates(homes: Sequence[Home], policy: Unclaimed) -> Iterator[list[Door]]:
    """Run them, until then with a line to the server each; it is cut at all of them."""
    with ExitStack() as stack:
        gates = [stack.enter_context(door(home, policy)) for home in homes]
        for gate in gates:
            gate.wait_connected()
            wait_until(gate.is_online)
            gate.home.cable.cut()
        yield gates


class Troubles:
    """What goes wrong in the evening, by how much of it is over; each is undone some time later.

    A node ends with the thread that started it, so that all is done in the test's own.
    """

    def __init__(self, nodes: Nodes, event: str) -> None:
        self._nodes = nodes
        self._stream = bucket_stream(claims_bucket(event_name(nodes.key, event)))
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
    for serial in evening.serials:
        for gate in rng.sample(range(GATES), 2):
            queues[gate].append(serial)
    done = [0] * GATES

    def present(number: int) -> None:
        for serial in queues[number]:
            evening.verdicts[serial][number] = evening.gates[number].present(serial)
            done[number] += 1

    for serial in evening.serials:
        evening.verdicts[serial] = {}
    threads = [threading.Thread(target=present, args=(each,)) for each in range(GATES)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or not troubles.are_over:
        troubles.look(sum(done) / (2 * TICKETS))
        threads[0].join(0.1)
    assert sum(done) == 2 * TICKETS


@pytest.mark.parametrize("policy", [Unclaimed.ADMIT, Unclaimed.REFUSE])
def test_no_ticket_has_two_claimed_green_lights_and_one_line_out_makes_the_books_agree(
    policy: Unclaimed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_MDNS", "none")
    with (
        _quiet_log(),
        mock_server(tickets=TICKETS) as server,
        Nodes(tmp_path / "nodes", 3, cuttable=True) as nodes,
        eight_homes(nodes, server, tmp_path) as homes,
    ):
        with eight_gates(homes, policy) as gates:
            evening = Evening(gates, gates[0].serials())
            assert len(evening.serials) == TICKETS
            play(evening, Troubles(nodes, server.event), random.Random(20))
            _venue_agrees(evening, policy)
            assert not at_server(server), "somebody had a line"
            with uplink(nodes.membership("uplink"), server, tmp_path) as process:
                began = time.monotonic()
                for gate in gates:
                    wait_until(gate.is_drained, _SETTLED_SECONDS)
                took = time.monotonic() - began
                process.send_signal(15)
                assert process.wait(30) == 0
            _every_admission_has_one_known_state(evening, server)
            _say(f"\n{policy.value}: {_figures(evening, server)}, uplink {took:.1f} s")
        for home in homes:
            home.cable.restore()
            _say(f"{home.name}, audit --api: {_both_books_agree(home)}")


def _venue_agrees(evening: Evening, policy: Unclaimed) -> None:
    for gate in evening.gates:
        wait_until(lambda gate=gate: gate.venue.status().connected, _SETTLED_SECONDS)  # type: ignore[misc] # mypy can't tell
        wait_until(lambda gate=gate: not gate.venue.status().unclaimed, _SETTLED_SECONDS)  # type: ignore[misc] # as above
    for serial in evening.serials:
        assert evening.claimed(serial) <= 1, (serial, evening.greens(serial))
    _every_entry_is_claimed(evening)
    _every_double_entry_is_noted_at_both_gates(evening)
    if policy is Unclaimed.REFUSE:
        assert not evening.doubles
    else:
        assert all(map(evening.greens, evening.serials)), "some ticket let nobody in"


def _every_entry_is_claimed(evening: Evening) -> None:
    for serial in evening.serials:
        for number in evening.greens(serial):
            gate = evening.gates[number]
            wait_until(lambda gate=gate, serial=serial: _holds(gate, serial))  # type: ignore[misc] # as above


def _holds(gate: Door, serial: str) -> bool:
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


def _noted(gate: Door) -> set[str]:
    return {each.serial for each in gate.doubles()}


def _every_admission_has_one_known_state(evening: Evening, server: Ready) -> None:
    """Each ticket that let in is at the server once; a second gate's admission is a conflict."""
    kept: dict[str, dict[int, tuple[State, str]]] = defaultdict(dict)
    for number, gate in enumerate(evening.gates):
        for each in gate.admissions():
            kept[each.serial][number] = each.state, each.device
    let_in = {serial for serial in evening.serials if evening.greens(serial)}
    assert set(kept) == let_in
    confirmed = []
    for serial, found in kept.items():
        assert found.keys() == evening.greens(serial).keys()
        first, *others = sorted(found.values(), key=lambda each: each[0] is not State.CONFIRMED)
        assert first[0] is State.CONFIRMED, (serial, found)
        assert all(state is State.CONFLICT for state, _ in others), (serial, found)
        confirmed.append((serial, first[1]))
    assert sorted(at_server(server)) == sorted(confirmed)


def _figures(evening: Evening, server: Ready) -> str:
    greens = [judged for each in evening.serials for judged in evening.greens(each).values()]
    noted = Counter(double.serial for gate in evening.gates for double in gate.doubles())
    states = Counter(each.state.value for gate in evening.gates for each in gate.admissions())
    return (
        f"{len(evening.serials)} tickets, {len(greens)} greens, at most"
        f" {max(map(evening.claimed, evening.serials))} claimed per ticket,"
        f" {sum(map(is_unclaimed, greens))} unclaimed, {len(evening.doubles)} doubles,"
        f" {sum(noted[each] == 2 for each in evening.doubles)} noted at both,"
        f" settled {dict(states)}, {len(at_server(server))} at the server"
    )


def _both_books_agree(home: Home) -> str:
    """Check it by the server's lists; returns what the command says."""
    done = home.program.run("audit", "--api")
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode().strip()


def _say(text: str) -> None:
    print(text)  # noqa: T201 - the figures are what the run is for
