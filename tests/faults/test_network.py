"""A real gate and a real server, with a network between them that spoils what it can."""

import json
import random
import time
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.faults.gate_at_work import GateAtWork
from tests.faults.proxy import Mishap, Proxy
from tests.mock.api import Api
from tests.mock.server import Ready, mock_server

REQUESTS = 60
STORM_SECONDS = 12
PATRON_SECONDS = 0.05
"""From one patron to the next: all at once would leave the network nothing to spoil."""

SETTLE_SECONDS = 60
HASTY = {"SCANNER_TIMEOUT_SECONDS": "1", "SCANNER_SYNC_SECONDS": "0.3"}


def _tickets(server: Ready) -> list[str]:
    anybody = Api(server.url, server.api_key).gate(server.tokens[-1].code)
    listed = anybody.entries(f"{server.event}/tickets", records=1000)
    return sorted(each["serial"] for each in listed)


def _opened(program: Program, server: Ready, proxy: Proxy) -> GateAtWork:
    flags = ("--name", "Lee", "--device", "north", "--api", proxy.url)
    program.says("open", server.tokens[-1].code, *flags, SCANNER_API_KEY=server.api_key)
    return GateAtWork(program, **HASTY)


def _states(program: Program) -> dict[str, str]:
    listed = map(json.loads, program.says("queue", "--json").splitlines())
    return {each["serial"]: each["state"] for each in listed}


def _deliver(program: Program) -> None:
    """Replay until nothing waits; the network is healed by now."""
    limit = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < limit:
        if program.run("replay").returncode == 0:
            found = json.loads(program.says("status", "--json"))
            if found["queued"] + found["sending"] == 0:
                return
    raise AssertionError("the queue was not delivered")


def _check(program: Program, server: Ready, gate: GateAtWork) -> None:
    states = _states(program)
    assert len(gate.greens) == len(set(gate.greens)), "a ticket was admitted twice"
    assert set(gate.greens) <= set(states), "a green light without its record"
    listed = Api(server.url, server.api_key).entries(f"{server.event}/admissions", records=1000)
    # The device's name is sent behind the installation's tag.
    at_server = [each["ticket"] for each in listed if each["device"].endswith(" north")]
    assert len(at_server) == len(set(at_server))
    confirmed = {serial for serial, state in states.items() if state == "confirmed"}
    assert set(at_server) == confirmed
    assert set(states.values()) <= {"confirmed", "conflict", "refused"}
    assert program.says("audit").startswith("Intact")


@pytest.mark.parametrize("seed", [1, 2])
def test_every_admission_is_accounted_for_whatever_the_network_did(
    seed: int, tmp_path: Path
) -> None:
    program = Program(tmp_path / "home")
    rng = random.Random(seed)
    with mock_server(tickets=120) as server, Proxy(server.port, seed) as proxy:
        gate = _opened(program, server, proxy)
        tickets = _tickets(server)
        proxy.badness = 0.6
        gate.start()
        limit = time.monotonic() + STORM_SECONDS
        while len(proxy.seen) < REQUESTS and time.monotonic() < limit:
            gate.show(rng.choice(tickets))
            time.sleep(PATRON_SECONDS)
        gate.end()
        proxy.badness = 0.0
        _deliver(program)
        _check(program, server, gate)
        assert len(set(proxy.seen)) > len(Mishap) // 2, proxy.seen


@pytest.mark.parametrize("seed", [3, 4])
def test_a_gate_killed_again_and_again_loses_no_admission_and_doubles_none(
    seed: int, tmp_path: Path
) -> None:
    program = Program(tmp_path / "home")
    rng = random.Random(seed)
    with mock_server(tickets=120) as server, Proxy(server.port, seed) as proxy:
        gate = _opened(program, server, proxy)
        tickets = _tickets(server)
        proxy.badness = 0.3
        for _ in range(6):
            gate.start()
            for _ in range(rng.randrange(1, 12)):
                gate.show(rng.choice(tickets))
            for _ in range(rng.randrange(4)):
                gate.send(rng.choice(tickets))
            time.sleep(rng.uniform(0, 0.05))  # the moment of the kill, not a wait
            gate.kill()
        proxy.badness = 0.0
        _deliver(program)
        _check(program, server, gate)
