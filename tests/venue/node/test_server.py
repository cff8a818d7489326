import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.server import Binary, Server, greeting, is_recent
from tests.venue.lone_node import lone_node
from tests.venue.nodes import Nodes


@pytest.mark.parametrize(
    ("version", "recent"),
    [("2.9.10", False), ("2.11.9", False), ("2.12.0", True), ("2.15.1", True), ("", False)],
)
def test_a_server_that_lost_streams_in_a_crash_is_too_old(version: str, recent: bool) -> None:
    assert is_recent(version) is recent


def test_an_old_server_is_refused_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "nats-server"
    old.write_text("#!/bin/sh\necho 'nats-server: v2.9.10'\n")
    old.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(NodeError) as refused:
        Binary.found()
    assert refused.value.fact.code == NodeFault.SERVER_TOO_OLD
    assert refused.value.fact.params["version"] == "2.9.10"


def test_without_a_server_a_node_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeError) as refused:
        Binary.found()
    assert refused.value.fact.code == NodeFault.NO_SERVER


def test_a_node_does_not_start_twice(one_node: Nodes) -> None:
    with pytest.raises(NodeError) as refused:
        Server(one_node.nodes[0].server.config).start()
    assert refused.value.fact.code == NodeFault.RUNS_ALREADY


def test_a_server_that_can_not_run_says_why(tmp_path: Path) -> None:
    node = lone_node(tmp_path)
    node.files.certificate.write_text("nothing")
    node.server.start()
    with pytest.raises(NodeError) as refused:
        node.server.wait()
    assert refused.value.fact.code == NodeFault.SERVER_ENDED
    assert "certificate" in str(refused.value.fact.params["why"])


def test_a_nodes_files_are_its_owners_alone(one_node: Nodes) -> None:
    folder = one_node.nodes[0].files.folder
    for each in (folder, *folder.rglob("*")):
        assert each.stat().st_mode & 0o077 == 0, each


def test_a_server_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    """A laptop's program is killed, and starts again: its port and its store are free."""
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.venue.lone_node", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    with parent.stdout:
        port, pid = map(int, parent.stdout.readline().split())
        assert greeting("127.0.0.1", port) is not None
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        server = os.pidfd_open(pid) if _is_there(pid) else None
    if server is not None:
        import select

        assert select.select([server], [], [], 10)[0], "the server lives on"
        os.close(server)
    assert greeting("127.0.0.1", port) is None


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
