import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind
from scanner.demo import evening
from scanner.demo.evening import Summaries, Summary, play
from scanner.demo.gate_driver import GateDriver

PATRONS = 42


def test_evenings_with_a_cut_and_a_kill_end_with_every_admission_at_the_server(
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
    strange = found["at_a_strange_server"]
    assert (strange["ok"], strange["stray_404s"], strange["killed"]) == (True, 1, 1)
    assert strange["cuts"] == {"page_records": 50, "name_characters": 8}
    admissions = strange["admissions"]
    assert admissions["due"] == admissions["at_server"] == admissions["confirmed"] > 0


def test_one_bad_evening_fails_both_and_so_does_a_server_that_was_not_strange() -> None:
    good, bad = Summary(1, 1, ok=True), Summary(1, 1)
    strange = Summary(1, 1, ok=True, stray_404s=1)
    assert Summaries(good, strange).as_dict()["ok"] is True
    for each in (Summaries(bad, strange), Summaries(good, bad), Summaries(good, good)):
        assert each.as_dict()["ok"] is False


def test_a_wrong_verdict_fails_the_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evening, "SHOWINGS", 1)
    monkeypatch.setattr(GateDriver, "show", lambda *_: Kind.UNKNOWN)
    summary = play(4, 1, lambda *_: None)
    assert not summary.ok
    assert summary.wrong_verdicts
