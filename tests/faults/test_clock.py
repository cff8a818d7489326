"""A clock that jumps both ways: order, words, watermark and delivery stay right."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.store.database import open_reader
from scanner.store.integrity import find_damage
from scanner.store.journal import rows
from scanner.store.sessions import read_session
from tests.cli.program import LIMIT_SECONDS, Program
from tests.mock.api import Api
from tests.mock.server import Ready, mock_server

JUMPING = """
import itertools, sys
from datetime import timedelta
from scanner.sync import clock
jumps = itertools.cycle(float(each) for each in sys.argv.pop(1).split(","))
true = clock.utc_now
clock.utc_now = lambda: true() + timedelta(hours=next(jumps))
from scanner.cli.app import main
main()
"""
YEAR = 24 * 365.0
EACH_WAY = f"0,3,-5,{YEAR},-{YEAR},0.02"


def run(program: Program, jumps: str, *words: str, given: str = "") -> str:
    """Run the program with a clock that is off by so many hours, each time it is read."""
    done = subprocess.run(
        [sys.executable, "-c", JUMPING, jumps, *words],
        input=given.encode(),
        capture_output=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env=program.environment(),
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Ready]:
    with mock_server(tickets=90) as ready:
        yield ready


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


def reader(program: Program) -> sqlite3.Connection:
    return open_reader(program.home / "gate.sqlite3")


def serials(server: Ready) -> list[str]:
    gate = Api(server.url, server.api_key).gate(server.tokens[-1].code)
    return [each["serial"] for each in gate.entries(f"{server.event}/tickets", records=1000)]


def test_scans_keep_their_order_and_their_chain_whatever_the_clock_says(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    shown = serials(server)[:12]
    given = "".join(f"{each}\n{each}\n" for each in shown)
    said = run(
        program, EACH_WAY, "gate", "--stdin", "--json", "--every-line", "--no-network", given=given
    )
    lines = [json.loads(each) for each in said.splitlines()]
    assert [each["scan"] for each in lines] == list(range(1, 25))
    assert [each["verdict"] for each in lines] == ["admitted", "already_admitted"] * 12
    times = [datetime.fromisoformat(each["at"]) for each in lines]
    assert times != sorted(times)
    with closing(reader(program)) as conn:
        assert [scan.payload for _, scan, _ in rows(conn)] == given.split()
    assert find_damage(program.home / "gate.sqlite3") is None
    assert "Intact: 24" in program.says("audit")


def test_an_admission_that_seems_to_be_in_the_future_is_said_with_its_time_of_day(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    serial = serials(server)[20]
    said = run(
        program,
        "3,0",
        "gate",
        "--stdin",
        "--json",
        "--every-line",
        "--no-network",
        given=f"{serial}\n{serial}\n",
    )
    first, again = map(json.loads, said.splitlines())
    at = datetime.fromisoformat(first["at"])
    assert again["reason"] == f"Already admitted here at {at:%H:%M}"


@pytest.mark.parametrize("hours", [-YEAR, YEAR])
def test_the_watermark_is_the_servers_time_and_delivery_comes_out_right(
    program: Program, server: Ready, hours: float
) -> None:
    program.open_at(server)
    shown = serials(server)[30:40] if hours < 0 else serials(server)[40:50]
    run(program, str(hours), "gate", "--stdin", "--no-network", given="\n".join(shown) + "\n")
    run(program, f"{hours},0,-{YEAR}", "sync")
    run(program, f"{hours},0,{YEAR}", "replay")
    with closing(reader(program)) as conn:
        session = read_session(conn)
    assert session
    assert session.watermark
    assert abs(session.watermark - datetime.now(UTC)) < timedelta(minutes=1)
    queue = [json.loads(each) for each in program.says("queue", "--json").splitlines()]
    assert [(each["serial"], each["state"]) for each in queue] == [
        (each, "confirmed") for each in shown
    ]
