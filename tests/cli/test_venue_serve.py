"""`scanner venue serve` and `scanner venue status`, as a shell starts them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.venue.members import membership
from scanner.venue.members.authority import join, make_venue
from tests.cli.program import Program
from tests.venue.links import free_port


@pytest.fixture
def manager(program: Program) -> Program:
    """The program in a home that made a venue of one node, on this computer alone."""
    address = f"127.0.0.1:{free_port()}"
    made = make_venue("Arena", 1, [address], datetime.now(UTC))
    membership.keep(program.home, join(made, "office", datetime.now(UTC)), made.authority)
    return program


@contextmanager
def serving(program: Program) -> Iterator[subprocess.Popen[str]]:
    """Run a node in a process of its own, which says so when it has looked at the venue."""
    own = membership.read(program.home)
    assert own
    host, _, port = own.nodes[0].partition(":")
    words = [
        sys.executable,
        "-m",
        "scanner",
        "venue",
        "serve",
        f"--address={host}",
        f"--port={port}",
    ]
    environment = {**program.environment(), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        try:
            yield served
        finally:
            served.kill()


def test_a_node_serves_until_it_is_told_to_end(manager: Program) -> None:
    with serving(manager) as served:
        assert served.stdout
        assert "This node of Arena answers at 127.0.0.1:" in served.stdout.readline()
        assert "Nodes: 1 of 1" in served.stdout.readline()
        done = manager.run("venue", "status", "--json")
        shown = manager.run("venue", "status").stdout.decode()
        served.send_signal(signal.SIGTERM)
        assert served.wait(20) == 0
    state = json.loads(done.stdout)
    assert (done.returncode, state["up"], state["fault_tolerant"]) == (0, 1, False)
    assert state["nodes"][0]["syncs"] is True
    words = [re.split(r"\s{2,}", line.strip()) for line in shown.splitlines()]
    assert ["list of members", "1", state["leader"], "1 of 1 level"] in words
    assert ["office", "-"] in words


def test_a_gate_can_not_serve(manager: Program) -> None:
    (manager.home / "venue" / "authority.json").unlink()
    done = manager.run("venue", "serve")
    assert done.returncode == 1
    assert b"This computer is no node of the venue Arena" in done.stderr


def test_without_a_venue_there_is_nothing_to_serve(program: Program) -> None:
    for word in ("serve", "status"):
        done = program.run("venue", word)
        assert done.returncode == 1
        assert b"belongs to no venue" in done.stderr


def test_a_node_becomes_a_service_of_its_user(program: Program, tmp_path: Path) -> None:
    program.settings["XDG_CONFIG_HOME"] = str(tmp_path)
    unit = tmp_path / "systemd/user/scanner-venue.service"
    shown = program.run("venue", "serve", "--install", "--print")
    assert not unit.exists()
    done = program.run("venue", "serve", "--install", "--port=8000")
    assert f"ExecStart={sys.executable} -m scanner venue serve --port=8000" in unit.read_text()
    assert f"Environment=SCANNER_HOME={program.home}" in unit.read_text()
    for said in (shown.stderr, done.stdout):
        assert b"\n  systemctl --user enable --now scanner-venue\n" in said
    assert program.run("venue", "serve", "--uninstall").returncode == 0
    assert not unit.exists()
