"""A gate that ends between an admission's commit and its light, as a process of its own."""

import fcntl
import json
import os
import time
from contextlib import AbstractContextManager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.store import ledger
from scanner.store.database import open_database, open_reader
from scanner.wording.plain import clock_time
from tests.cli.program import LIMIT_SECONDS, Program
from tests.cli.terminal import terminal
from tests.store.worlds import fill, row
from tests.warm import Piped, piped

TICKETS = [f"DAWIER-BACK{number:08}" for number in range(200)]
A, B, C = TICKETS[:3]
GATE = ("gate", "--stdin", "--json", "--no-network")
NOT_SHOWN, HERE = "verdict.light_not_shown", "verdict.admitted_here"

STOPS_BEFORE_THE_LIGHT = """
import sys, time
from pathlib import Path
from scanner.cli.line_gate import serve_lines as serve
from scanner.gate import Gate
from scanner.store.writer import Writer

def stop(judged):
    if judged.payload.endswith(sys.argv[2]):
        sys.stderr.write("recorded\\n")
        time.sleep(600)

with Writer.verified(Path(sys.argv[1])) as writer:
    gate = Gate(writer)
    gate.subscribe(stop)
    serve(gate, sys.stdin.buffer, sys.stdout, as_json=True)
"""
"""The pipe's gate, and a subscriber that stands still after the commit of one serial."""


@pytest.fixture
def seeded(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home")
    with closing(open_database(_file(program))) as conn:
        fill(conn, [row(serial) for serial in TICKETS])
    return program


def _file(program: Program) -> Path:
    return program.home / "gate.sqlite3"


def _started(
    program: Program, *words: str, out: int | None = None
) -> AbstractContextManager[Piped]:
    return piped(*words, environment=program.environment(), out=out)


def _show(gate: Piped, *serials: str) -> None:
    gate.stdin.write("".join(f"{serial}\n" for serial in serials).encode())
    gate.stdin.flush()


def _again(program: Program, *serials: str) -> dict[str, dict[str, Any]]:
    """Present to a gate that is started anew; returns the last verdict by serial."""
    lines = program.says(*GATE, given="".join(f"{each}\n" for each in serials).encode())
    return {each["serial"]: each for each in map(json.loads, lines.splitlines())}


def _shown(program: Program) -> set[int]:
    with closing(open_reader(_file(program))) as conn:
        return {number for (number,) in conn.execute("SELECT journal FROM shown")}


def _recorded(program: Program) -> dict[str, datetime]:
    with closing(open_reader(_file(program))) as conn:
        return {each.serial: each.at for each in ledger.in_state(conn)}


def _until_it_stands_still(program: Program) -> None:
    before, end = -1, time.monotonic() + LIMIT_SECONDS
    while (count := len(_recorded(program))) != before or not count:
        before = count
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_kill_after_the_commit_and_before_the_light_is_said_at_the_next_start(
    seeded: Program,
) -> None:
    words = ("-c", STOPS_BEFORE_THE_LIGHT, str(_file(seeded)), B[-4:])
    with _started(seeded, *words) as gate:
        _show(gate, A, B)
        assert json.loads(gate.stdout.readline())["code"] == "verdict.valid"
        assert gate.stderr.readline() == b"recorded\n"
        gate.process.kill()
        assert gate.stdout.read() == b""
    again = _again(seeded, A, B, B)
    at = _recorded(seeded)[B]
    assert [each["code"] for each in again.values()] == [HERE, NOT_SHOWN]
    assert again[B]["verdict"] == "already_admitted"
    assert again[B]["reason"] == f"Recorded at {clock_time(at)}, its light was never shown"
    assert again[B]["params"]["first_at"] == at.isoformat()
    assert seeded.run("audit").returncode == 0


def test_a_program_journals_that_the_guard_let_a_doubted_light_in(seeded: Program) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with _started(seeded, "scanner", *GATE, out=writing) as gate:
        os.close(writing)
        _show(gate, A)
        gate.stdin.close()
        gate.process.wait(LIMIT_SECONDS)
    forged = json.dumps({"payload": A, "let_in": True})
    lines = [
        {"payload": A},
        {"payload": forged},
        {"payload": A, "let_in": "yes"},
        {"payload": A, "let_in": True},
        {"payload": A, "let_in": True},
        {"payload": B},
        "",
        5,
    ]
    given = "".join(json.dumps(each) + "\n" for each in lines) + "{\n"
    told = seeded.says(*GATE, "--json-input", given=given.encode())
    codes = [json.loads(each)["code"] for each in told.splitlines()]
    assert codes[:3] == [NOT_SHOWN] * 3  # a code that says so itself is not the guard
    assert codes[3:6] == ["verdict.let_in", HERE, "verdict.valid"]
    assert set(codes[6:]) == {"verdict.not_a_ticket"}
    assert set(_recorded(seeded)) == {A, B}
    assert seeded.run("audit").returncode == 0
    assert seeded.run("gate", "--json-input").returncode == 2


def test_the_last_light_is_not_shown_where_the_reader_is_gone(seeded: Program) -> None:
    with _started(seeded, "scanner", *GATE) as gate:
        _show(gate, A)
        assert json.loads(gate.stdout.readline())["serial"] == A
        gate.stdout.close()
        _show(gate, B)
        gate.stdin.close()
        assert gate.process.wait(LIMIT_SECONDS) != 0
        assert b"Traceback" not in gate.stderr.read()
    again = _again(seeded, A, B)
    assert (again[A]["code"], again[B]["code"]) == (HERE, NOT_SHOWN)


def test_what_a_slow_reader_could_not_be_given_was_not_shown(seeded: Program) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with _started(seeded, "scanner", *GATE, out=writing) as gate:
        os.close(writing)
        _show(gate, *TICKETS)
        _until_it_stands_still(seeded)
        gate.process.kill()
        gate.process.wait(LIMIT_SECONDS)
    with os.fdopen(reading, "rb") as pipe:
        came = [json.loads(line)["serial"] for line in pipe.read().splitlines(keepends=True)
                if line.endswith(b"\n")]  # fmt: skip
    recorded = list(_recorded(seeded))
    assert 0 < len(came) < len(TICKETS)
    assert recorded[:-1] == came
    again = _again(seeded, *recorded)
    doubted = [serial for serial, each in again.items() if each["code"] == NOT_SHOWN]
    assert doubted == recorded[-1:]
    assert {each["code"] for each in again.values()} == {HERE, NOT_SHOWN}


def test_a_light_that_was_read_is_noted_though_the_gate_is_killed_while_it_waits(
    seeded: Program,
) -> None:
    with _started(seeded, "scanner", *GATE) as gate:
        _show(gate, A)
        gate.stdout.readline()
        end = time.monotonic() + LIMIT_SECONDS
        while not _shown(seeded):
            assert time.monotonic() < end
            time.sleep(0.01)
        gate.process.kill()
    assert _again(seeded, A)[A]["code"] == HERE


def test_a_light_on_a_terminal_is_noted_when_the_terminal_has_it(seeded: Program) -> None:
    words = ("gate", "--camera", "none", "--scanner", "none", "--no-network")
    with terminal(seeded, *words, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("No ticket was shown yet.")
        gate.press(b"i")
        gate.settle()
        gate.press(f"{C}\r".encode())
        gate.wait_for("Valid ticket")
        gate.wait_until(lambda: bool(_shown(seeded)))
        gate.process.kill()
    assert _again(seeded, C)[C]["code"] == HERE


def test_a_terminal_that_takes_nothing_was_shown_nothing(seeded: Program) -> None:
    """Its writing thread stands still as long as nobody reads the other end."""
    words = ("gate", "--camera", "none", "--scanner", "auto", "--no-network")
    with terminal(seeded, *words, rows=60, columns=200, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("No ticket was shown yet.")
        gate.settle()
        for number in range(12):  # 60 rows of colour each: far more than a terminal holds
            gate.press(f"\x1b[200~{TICKETS[number]}\x1b[201~".encode())
            time.sleep(0.1)
        _until_it_stands_still(seeded)
        gate.process.kill()
    shown, recorded = _shown(seeded), _recorded(seeded)
    assert len(shown) < len(recorded)
    again = _again(seeded, *recorded)
    assert [each["code"] for each in again.values()].count(NOT_SHOWN) == len(recorded) - len(shown)
