import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from scanner.mock.seed import TITLE
from scanner.scanning.presentation import SAME_SECONDS
from tests.cli.program import Program
from tests.cli.terminal import Terminal, terminal
from tests.mock.api import Api
from tests.mock.server import Ready

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found in /proc")

PIN = b"471182"
ATTRACT = TITLE
"""What a lane shows that waits; what it asks for is lettered, and no text."""
KEYS = {"ctrl-c": b"\x03", "ctrl-z": b"\x1a", "ctrl-backslash": b"\x1c", "ctrl-q": b"\x11",
        "ctrl-s": b"\x13", "ctrl-d": b"\x04", "ctrl-p": b"\x10", "f1": b"\x1bOP"}  # fmt: skip


@pytest.fixture
def lane(program: Program, server: Ready) -> Program:
    program.open_at(server)
    assert "PIN is set" in program.says("pin", given=PIN + b"\n")
    return program


def child_of(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    assert len(children) == 1, children
    return int(children[0])


def state_of(number: int) -> str:
    return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]


def leave(kiosk: Terminal) -> None:
    kiosk.press(b"\x1b")
    kiosk.wait_for("Supervisor's PIN")
    kiosk.press(PIN + b"\r")
    kiosk.wait_until(kiosk.ended)
    assert kiosk.process.returncode == 0


def admitted(program: Program) -> list[str]:
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn:
        return [row[0] for row in conn.execute("SELECT serial FROM admitted ORDER BY 1")]


def serials(server: Ready) -> list[str]:
    anybody = Api(server.url, server.api_key).gate(server.tokens[0].code)
    wanted = server.tokens[0].sections[0]
    listed = anybody.entries(f"{server.event}/tickets", records=1000)
    return sorted(
        each["serial"]
        for each in listed
        if wanted.endswith(each["section"]["self"]) and each["status"] == "Issued"
    )


def test_no_key_and_no_signal_of_a_terminal_leaves_it_and_the_pin_does(lane: Program) -> None:
    with terminal(lane, "kiosk", "--no-network") as kiosk:
        kiosk.wait_for(ATTRACT)
        child = child_of(kiosk.process.pid)
        for key in KEYS.values():
            kiosk.press(key * 3)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
            os.killpg(kiosk.process.pid, number)
        kiosk.press(b"\x1b")
        kiosk.wait_for("Supervisor's PIN")
        kiosk.press(b"0815\r")
        kiosk.wait_for("Wrong PIN")
        assert child_of(kiosk.process.pid) == child
        assert {state_of(child), state_of(kiosk.process.pid)} <= {"S", "R"}
        kiosk.press(b"\x1b")
        kiosk.forget()
        leave(kiosk)


def test_killed_it_comes_back_and_what_was_admitted_stays(lane: Program, server: Ready) -> None:
    first, second = serials(server)[:2]
    with terminal(lane, "kiosk", "--no-network") as kiosk:
        kiosk.wait_for(ATTRACT)
        kiosk.press(first.encode() + b"\r")
        kiosk.wait_for("Your ticket is valid.")
        child = child_of(kiosk.process.pid)
        kiosk.forget()
        os.kill(child, signal.SIGKILL)
        kiosk.press(KEYS["ctrl-c"] + KEYS["ctrl-backslash"])
        kiosk.wait_for("starting again")
        kiosk.wait_for(ATTRACT)
        assert child_of(kiosk.process.pid) != child
        kiosk.press(second.encode() + b"\r")
        kiosk.wait_for("Your ticket is valid.")
        kiosk.forget()
        leave(kiosk)
    assert admitted(lane) == [first, second]


def test_a_hung_kiosk_that_is_terminated_ends_with_its_parent(lane: Program) -> None:
    with terminal(lane, "kiosk", "--no-network") as kiosk:
        kiosk.wait_for(ATTRACT)
        child = child_of(kiosk.process.pid)
        os.kill(child, signal.SIGSTOP)
        os.kill(kiosk.process.pid, signal.SIGTERM)
        kiosk.wait_until(kiosk.ended)
        assert kiosk.process.returncode == 128 + signal.SIGTERM
        assert not Path(f"/proc/{child}").exists()


def test_the_turnstile_opens_for_a_green_verdict_alone_and_its_failure_is_said(
    lane: Program, server: Ready, tmp_path: Path
) -> None:
    ours = serials(server)[5]
    opened = tmp_path / "opened"
    script = tmp_path / "turnstile"
    script.write_text(f'#!/bin/sh\necho "$TURNSTILE_SERIAL $1" >> {opened}\nexit 3\n')
    script.chmod(0o700)
    with terminal(lane, "kiosk", "--no-network", f"--turnstile-command={script} 'a b'") as kiosk:
        kiosk.wait_for(ATTRACT)
        for text in ("http://x.example", ours):
            kiosk.press(text.encode() + b"\r")
        kiosk.wait_for("failed with code 3")
        # It did not open: whether the patron is in is for staff to say.
        later = time.monotonic() + SAME_SECONDS  # until then it is the same presentation
        kiosk.wait_until(lambda: time.monotonic() > later)
        kiosk.press(ours.encode() + b"\r")
        kiosk.wait_for("the result was not shown")
        kiosk.forget()
        leave(kiosk)
    assert opened.read_text() == f"{ours} a b\n"


def test_without_a_pin_it_does_not_start(program: Program) -> None:
    with terminal(program, "kiosk") as kiosk:
        kiosk.wait_for("without a PIN")
        kiosk.wait_until(kiosk.ended)
        assert kiosk.process.returncode == 1


def test_without_a_terminal_it_is_one_sentence(program: Program) -> None:
    assert "needs a terminal" in program.complains("kiosk")


def test_the_pin_is_in_no_file(lane: Program) -> None:
    for file in lane.home.iterdir():
        assert b"PIN 471182" not in file.read_bytes()
        assert b'"471182"' not in file.read_bytes()


def test_the_service_is_installed_and_taken_away(program: Program, tmp_path: Path) -> None:
    root = tmp_path / "root"
    unit = root / "etc/systemd/system/scanner-kiosk.service"
    words = ("--codes", "qr,aztec", "--turnstile-serial", "/dev/x")
    said = program.says("kiosk", "--install", "--root", str(root), *words)
    assert "agetty --autologin" in said
    assert "cage" in said
    assert "\n  systemctl enable --now scanner-kiosk\n" in said
    assert "kiosk --codes=qr,aztec --turnstile-serial=/dev/x" in unit.read_text()
    assert f"Removed: {unit}" in program.says("kiosk", "--uninstall", "--root", str(root))
    assert not unit.exists()


def test_the_service_can_be_looked_at_first(program: Program, tmp_path: Path) -> None:
    said = program.says("kiosk", "--install", "--print", "--root", str(tmp_path))
    assert "Restart=always" in said
    assert not list(tmp_path.iterdir()) or {each.name for each in tmp_path.iterdir()} == {"home"}


@pytest.mark.parametrize(
    "words",
    [
        ["--install", "--uninstall"],
        ["--turnstile-command", "x", "--turnstile-serial", "y"],
    ],
)
def test_what_contradicts_itself_is_wrong_usage(program: Program, words: list[str]) -> None:
    assert program.run("kiosk", *words).returncode == 2


@pytest.mark.parametrize("words", [["--turnstile-command", ""], ["--turnstile-command", "'"]])
def test_a_turnstile_that_is_none_is_one_sentence(program: Program, words: list[str]) -> None:
    assert "turnstile" in program.complains("kiosk", *words)
