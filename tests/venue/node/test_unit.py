import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.venue.node import unit


def test_a_home_of_its_own_is_kept_whatever_is_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_HOME", "/srv/50 % a")
    text = unit.files(["/opt/scanner"])[unit.place()]
    assert 'Environment="SCANNER_HOME=/srv/50 %% a"' in text.splitlines()
    assert "ExecStart=/opt/scanner" in text.splitlines()


def test_without_one_the_unit_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCANNER_HOME", raising=False)
    text = unit.files(["/opt/scanner"])[unit.place()]
    assert "@" not in text
    assert "Environment" not in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    path = tmp_path / unit.NAME
    path.write_text(unit.files([shutil.which("true") or "/bin/true"])[unit.place()])
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if path.name in line]
    assert (done.returncode, ours) == (0, [])
