import json
import os
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from scanner.admission.claim import Answer, Standing
from scanner.demo.venue_evening import AT_ONCE, ONE_AFTER_THE_OTHER, play
from scanner.venue.venue import VenueClaims

pytestmark = pytest.mark.venue

TICKETS = ONE_AFTER_THE_OTHER + AT_ONCE


def test_a_screenshot_is_refused_at_the_second_gate_without_the_internet(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "demo", "--venue", "--headless"],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "SCANNER_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert found["ok"] is True
    assert found["let_in"] == found["refused"] == found["confirmed"] == TICKETS
    assert found["delivered_while_cut"] == 0
    by_gate = {row["gate"] for row in found["seen"] if row["verdict"] == "admitted"}
    assert by_gate == {"North", "South"}
    elsewhere = [row for row in found["seen"] if row["verdict"] == "already_admitted"]
    assert all({row["gate"], row["first_device"]} == {"North", "South"} for row in elsewhere)


def test_gates_that_do_not_hear_of_each_other_fail_the_evening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(*_: object) -> "Future[Answer]":
        answered: Future[Answer] = Future()
        answered.set_result(Answer(Standing.UNANSWERED))
        return answered

    monkeypatch.setattr(VenueClaims, "ask", ask)
    summary = play(1, lambda *_: None)
    assert not summary.ok
    assert summary.let_in_twice
    assert summary.unclaimed
