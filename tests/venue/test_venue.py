import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scanner.admission.claim import ClaimState
from scanner.admission.ticket import Unclaimed
from scanner.admission.verdict import Kind, Reason
from scanner.venue import extra
from scanner.venue.errors import VenueFault
from scanner.venue.members.membership import write
from tests.store.worlds import SERIALS
from tests.venue.nodes import Nodes
from tests.venue.whole_gates import venue_gate, wait_until


def test_one_ticket_at_two_gates_is_let_in_at_the_first(tmp_path: Path, one_node: Nodes) -> None:
    with (
        venue_gate(tmp_path / "n", one_node.membership("north")) as north,
        venue_gate(tmp_path / "s", one_node.membership("south")) as south,
    ):
        for gate in (north, south):
            gate.wait_connected()
        first, second = north.present(SERIALS[0]), south.present(SERIALS[0])
        assert first.verdict.kind is Kind.ADMITTED
        assert first.notice is None
        assert second.verdict.kind is Kind.ALREADY_ADMITTED
        assert second.verdict.first
        assert second.verdict.first.redeemer == "Ana"


def test_without_the_engine_gates_let_in_and_find_their_double_entries_later(
    tmp_path: Path,
) -> None:
    with (
        Nodes(tmp_path / "nodes") as nodes,
        venue_gate(tmp_path / "n", nodes.membership("north")) as north,
        venue_gate(tmp_path / "s", nodes.membership("south")) as south,
    ):
        gates = (north, south)
        for gate in gates:
            gate.wait_connected()
        nodes.kill(0)
        for gate in gates:
            began = time.monotonic()
            judged = gate.present(SERIALS[0])
            assert time.monotonic() - began < 2
            assert judged.verdict.kind is Kind.ADMITTED
            assert judged.notice
            assert judged.notice.unclaimed
            gate.wait_unclaimed(1)
            assert not gate.venue.status().connected
        nodes.start(0)
        for gate in gates:
            wait_until(gate.doubles)
            gate.wait_unclaimed(0)
            assert [each.serial for each in gate.doubles()] == [SERIALS[0]]


def test_a_house_that_refuses_lets_nobody_in_without_the_engine(tmp_path: Path) -> None:
    with (
        Nodes(tmp_path / "nodes") as nodes,
        venue_gate(tmp_path / "n", nodes.membership("n"), Unclaimed.REFUSE) as gate,
    ):
        gate.wait_connected()
        nodes.kill(0)
        assert gate.present(SERIALS[0]).verdict.reason is Reason.NOT_CLAIMED
        nodes.start(0)
        gate.wait_connected()
        assert gate.present(SERIALS[0]).verdict.reason is Reason.VALID


def test_a_claim_whose_gate_was_killed_before_its_commit_is_given_back_by_it(
    tmp_path: Path, one_node: Nodes
) -> None:
    serial, home, membership = SERIALS[1], tmp_path / "n", one_node.membership("north")
    write(home, membership)
    with (
        venue_gate(tmp_path / "s", one_node.membership("south")) as south,
        subprocess.Popen(
            [sys.executable, "-m", "tests.venue.lone_gate", str(home), serial],
            stdout=subprocess.PIPE,
            text=True,
        ) as killed,
    ):
        south.wait_connected()
        assert killed.stdout
        assert any(line == "claimed\n" for line in killed.stdout)
        killed.kill()
        assert south.present(serial).verdict.kind is Kind.ALREADY_ADMITTED
        with venue_gate(home, membership) as north:
            wait_until(lambda: south.claim_state(serial) is ClaimState.RELEASED)
            assert north.present(serial).verdict.kind is Kind.ADMITTED
        assert south.present(serial).verdict.kind is Kind.ALREADY_ADMITTED


def test_a_loop_that_is_stuck_holds_nobody_up(tmp_path: Path, one_node: Nodes) -> None:
    with venue_gate(tmp_path / "n", one_node.membership("north")) as gate:
        gate.wait_connected()
        stuck = threading.Event()
        gate.hold_up(stuck)
        try:
            judged = gate.present(SERIALS[2])
        finally:
            stuck.set()
        assert judged.notice
        assert judged.notice.unclaimed
        gate.wait_connected()
        wait_until(lambda: gate.claim_state(SERIALS[2]) is ClaimState.HELD)
        assert gate.present(SERIALS[3]).notice is None


def test_without_the_libraries_a_gate_goes_on_alone_and_says_why(
    tmp_path: Path, one_node: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "LIBRARIES", ("no_such_library",))
    with venue_gate(tmp_path / "n", one_node.membership("north")) as gate:
        judged = gate.present(SERIALS[4])
        assert judged.notice
        assert judged.notice.unclaimed
        status = gate.venue.status()
        assert status.problem
        assert status.problem.code == VenueFault.NEEDS_EXTRA


def test_a_gate_without_a_venue_imports_nothing_of_it(tmp_path: Path) -> None:
    """In an interpreter of its own, as far as `scanner gate --stdin` puts a gate together."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from scanner.app.assembly import assembled\n"
        "from scanner.config import Config\n"
        "from scanner.keystore import open_keystore\n"
        "from scanner.store.writer import Writer\n"
        "import scanner.cli.gate, scanner.cli.line_gate\n"
        "home = Path(sys.argv[1])\n"
        "with Writer(home / 'gate.sqlite3') as writer:\n"
        "    with assembled(Config(home=home), writer, open_keystore(home)) as parts:\n"
        "        assert parts.venue is None\n"
        "found = {each.partition('.')[0] for each in sys.modules}\n"
        "print(sorted(found & {'nats', 'nkeys', 'nacl', 'zeroconf', 'cryptography'}))\n"
        "print(sorted(each for each in sys.modules if each.startswith('scanner.venue.')))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        # The desktops' key stores have a use for `cryptography` themselves.
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        capture_output=True,
        text=True,
        check=True,
    )
    libraries, modules = ran.stdout.splitlines()
    assert libraries == "[]"
    expected = ["errors", "members", "members.membership"]
    assert modules == str([f"scanner.venue.{each}" for each in expected])
