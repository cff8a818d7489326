import json
import os
import subprocess
import sys
from pathlib import Path

from tests.pretix_server.filling import Organiser
from tests.pretix_server.serving import Server

PATRONS = 42


def test_a_demo_with_a_cut_and_a_kill_ends_with_every_admission_at_pretix(
    server: Server, organiser: Organiser, tmp_path: Path
) -> None:
    token = organiser.api.headers["Authorization"].partition(" ")[2]
    words = ["demo", "--headless", f"--pretix={server.url}/{organiser.slug}"]
    done = subprocess.run(
        [sys.executable, "-m", "scanner", *words, f"--patrons={PATRONS}", "--seed=5"],
        capture_output=True,
        timeout=240,
        check=False,
        env={**os.environ, "SCANNER_HOME": str(tmp_path), "SCANNER_PRETIX_TOKEN": token},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert token not in done.stdout.decode() + done.stderr.decode()
    found = json.loads(done.stdout)
    assert found["ok"] is True
    assert sum(found["verdicts"].values()) == PATRONS
    assert found["killed"] == 1
    assert found["queued_when_back"] > 0
    assert found["delivered_while_cut"] == 0
    admissions = found["admissions"]
    assert admissions["due"] == admissions["at_gate"] == admissions["at_server"] > 0
    assert admissions["confirmed"] == admissions["due"]
