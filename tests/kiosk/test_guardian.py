import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner import systemd
from scanner.kiosk.guardian import UNLOCKED, Guardian, Patience

QUICK = Patience(first=0.01, longest=0.05, good_run=60, silence=0.4, start=20)

CHILD = """
import pathlib, sys
runs = pathlib.Path(sys.argv[1])
before = len(runs.read_text()) if runs.exists() else 0
with runs.open("a") as file:
    file.write("x")
"""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The service manager's end of the protocol."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(10)
        monkeypatch.setenv(systemd.SOCKET, str(tmp_path / "notify"))
        yield heard


def guardian(runs: Path, code: str, patience: Patience = QUICK) -> Guardian:
    return Guardian(
        [sys.executable, "-c", CHILD + code, str(runs)], "This lane is closed.", patience
    )


@pytest.mark.parametrize(
    "end", ["sys.exit(0)", "sys.exit(1)", "raise ValueError", "import os; os.kill(os.getpid(), 9)"]
)
def test_whatever_ends_it_but_the_pin_it_comes_back(
    runs: Path, end: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code = f"if before >= 2: sys.exit({UNLOCKED})\n{end}"
    assert guardian(runs, code).run() == 0
    assert runs.read_text() == "xxx"
    capfd.readouterr()


def test_a_kiosk_that_gives_no_sign_of_life_is_ended_and_comes_back(runs: Path) -> None:
    code = f"""
if before: sys.exit({UNLOCKED})
import signal, time
from scanner import systemd
signal.signal(signal.SIGTERM, signal.SIG_IGN)
systemd.notify(systemd.ALIVE)
time.sleep(60)
"""
    began = time.monotonic()
    assert guardian(runs, code).run() == 0
    assert runs.read_text() == "xx"
    assert time.monotonic() - began < 20


def test_one_that_never_gives_any_is_ended_too(runs: Path) -> None:
    code = f"if before: sys.exit({UNLOCKED})\nimport time; time.sleep(60)"
    assert guardian(runs, code, Patience(0.01, 0.05, 60, 60, start=0.4)).run() == 0
    assert runs.read_text() == "xx"


def test_signs_of_life_reach_systemd(runs: Path, manager: socket.socket) -> None:
    code = f"""
from scanner import systemd
systemd.notify(systemd.ALIVE)
import time; time.sleep(0.3)
sys.exit({UNLOCKED})
"""
    assert guardian(runs, code).run() == 0
    assert [manager.recv(100).decode() for _ in range(2)] == [systemd.READY, systemd.ALIVE]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_service_manager_ends_parent_and_child(runs: Path, number: signal.Signals) -> None:
    def end() -> None:
        until(runs.exists)
        os.kill(os.getpid(), number)

    threading.Thread(target=end).start()
    assert guardian(runs, "import time; time.sleep(60)").run() == 128 + number


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP])
def test_what_keys_send_reaches_neither_parent_nor_child(
    runs: Path, number: signal.Signals
) -> None:
    code = f"""
if before: sys.exit({UNLOCKED})
import os, signal
os.kill(os.getppid(), {int(number)})
os.kill(os.getpid(), {int(number)})
sys.exit(3)
"""
    assert guardian(runs, code).run() == 0
    assert runs.read_text() == "xx"


def test_the_pause_grows_to_its_limit() -> None:
    pauses = [Patience().pause(failures) for failures in range(100)]
    assert pauses[:4] == [0.5, 1, 2, 4]
    assert max(pauses) == 30


def test_nobody_listens_where_there_is_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("", "relative", "/nowhere/notify", "@nobody"):
        monkeypatch.setenv(systemd.SOCKET, address)
        assert not systemd.notify(systemd.ALIVE)


def until(condition: object, seconds: float = 10) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
