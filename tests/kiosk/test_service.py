import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import systemd
from scanner.kiosk import service
from scanner.kiosk.service import UNIT, USER
from scanner.systemd import ServiceError, ServiceFault
from scanner.wording.sentences import in_english

WORDS = [sys.executable, "-m", "scanner", "kiosk"]


def test_what_is_written_is_removed_again(tmp_path: Path) -> None:
    written = systemd.write(service.files(WORDS), tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in written] == [str(UNIT)[1:], str(USER)[1:]]
    assert systemd.remove((UNIT, USER), tmp_path) == written
    assert not any(path.exists() for path in written)
    assert systemd.remove((UNIT, USER), tmp_path) == []


def test_what_somebody_else_wrote_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / str(UNIT)[1:]
    theirs.parent.mkdir(parents=True)
    theirs.write_text("[Unit]\n")
    with pytest.raises(ServiceError, match=ServiceFault.FOREIGN):
        systemd.write(service.files(WORDS), tmp_path)
    with pytest.raises(ServiceError, match=ServiceFault.FOREIGN):
        systemd.remove((UNIT, USER), tmp_path)
    assert theirs.read_text() == "[Unit]\n"


def test_the_unit_comes_back_after_all_but_the_pin_and_has_few_rights() -> None:
    unit = service.files(WORDS)[UNIT]
    lines = set(unit.splitlines())
    assert f"ExecStart={' '.join(WORDS)}" in lines
    assert {
        "Restart=always", "RestartPreventExitStatus=0", "Type=notify", "WatchdogSec=60",
        "User=scanner-kiosk", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes",
        "StateDirectory=scanner-kiosk", "DevicePolicy=closed", "CapabilityBoundingSet=",
        "DeviceAllow=char-video4linux rw",
    } <= lines  # fmt: skip


@pytest.mark.parametrize("word", ["a b", "50 %", "$HOME", 'say "x"', "c:\\d", ""])
def test_an_option_reaches_the_kiosk_as_it_was_given(word: str, tmp_path: Path) -> None:
    line = next(
        each for each in service.files([*WORDS, word])[UNIT].splitlines() if "ExecStart" in each
    )
    read = shlex.split(line.removeprefix("ExecStart="))
    assert read[-1].replace("%%", "%").replace("$$", "$") == word


def test_an_option_with_a_line_break_is_refused() -> None:
    with pytest.raises(ServiceError):
        service.files([*WORDS, "a\nExecStartPre=/bin/sh"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    path = systemd.write(service.files([*WORDS, "--turnstile-command=x 'a b' 50% $1"]), tmp_path)[0]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if path.name in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ServiceError, match=ServiceFault.UNWRITABLE):
        systemd.write(service.files(WORDS), tmp_path)


def test_what_remains_to_be_done_names_autologin_and_the_wayland_kiosk() -> None:
    said = in_english(service.next_steps(["/opt/scanner"], ["--turnstile-command=a b"]))
    assert "agetty --autologin scanner-kiosk" in said
    assert "exec cage -- foot --fullscreen /opt/scanner kiosk '--turnstile-command=a b'" in said
    assert "/opt/scanner pin" in said
    assert "systemctl enable --now scanner-kiosk" in said
