import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind
from scanner.demo import evening
from scanner.demo.evening import play
from scanner.demo.gate_driver import GateDriver

PATRONS = 42


def test_an_evening_with_a_cut_and_a_kill_ends_with_every_admission_at_the_server(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "demo", "--headless", f"--patrons={PATRONS}", "--seed=5"],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "SCANNER_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert found["ok"] is True
    assert sum(found["verdicts"].values()) == PATRONS
    assert {"admitted", "already_admitted", "wrong_section", "unknown", "not_a_ticket"} <= set(
        found["verdicts"]
    )
    assert found["killed"] == 1
    assert found["offline_patrons"] == PATRONS * 2 // 3 - PATRONS // 3
    assert found["queued_when_back"] > 0
    assert found["delivered_while_cut"] == 0
    admissions = found["admissions"]
    assert admissions["at_gate"] == admissions["at_server"] == admissions["confirmed"]
    assert found["frames"] > 4 * PATRONS
    assert sum(found["reads_by"].values()) >= PATRONS


def test_a_wrong_verdict_fails_the_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evening, "SHOWINGS", 1)
    monkeypatch.setattr(GateDriver, "show", lambda *_: Kind.UNKNOWN)
    summary = play(4, 1, lambda *_: None)
    assert not summary.ok
    assert summary.wrong_verdicts
