import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scanner.capture.layouts import FILE, SETUP
from tests.cli.program import Program

LIMIT = 60.0
SWAP = str.maketrans("YZyz-", "ZYzyß")


def test_devices_are_listed_for_programs(program: Program) -> None:
    listed = json.loads(program.says("devices", "--json"))
    assert set(listed) == {"cameras", "scanners"}


def test_a_camera_that_is_not_there_can_not_be_chosen(program: Program) -> None:
    said = program.complains("devices", "--camera", "No such camera")
    assert said == "No camera is called No such camera; plug it in, or see scanner devices."
    assert not (program.home / "config.toml").exists()


def test_a_layout_is_learned_from_a_scan_and_forgotten(program: Program) -> None:
    said = program.says("pair", given=SETUP.translate(SWAP).encode() + b"\n")
    assert "Learned, and corrected from now on: Y is Z, Z is Y, y is z, z is y, ß is -." in said
    assert (program.home / FILE).exists()
    assert "Forgotten" in program.says("pair", "--forget")
    assert not (program.home / FILE).exists()


def test_another_code_teaches_nothing(program: Program) -> None:
    assert "not the whole set-up code" in program.complains("pair", given=b"DAWIER\n")
    assert not (program.home / FILE).exists()


class Screen:
    """The program in a pseudo-terminal, with whoever types."""

    def __init__(self, process: "subprocess.Popen[bytes]", handle: int) -> None:
        self.process = process
        self._handle = handle
        self.shown = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def type(self, text: str) -> None:
        os.write(self._handle, text.encode())

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + LIMIT
        while not true():
            assert time.monotonic() < end, self.shown[-3000:].decode(errors="replace")
            assert self.process.poll() is None, self.shown[-3000:].decode(errors="replace")
            threading.Event().wait(0.02)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(LIMIT)
        os.close(self._handle)
        self._thread.join(LIMIT)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._handle, 65_536)
            except OSError:
                return
            if not data:
                return
            self.shown += data


@contextmanager
def on_screen(program: Program, *words: str, **settings: str) -> Iterator[Screen]:
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=program.environment(TERM="xterm-256color", LANG="C.UTF-8", **settings),
        start_new_session=True,
    )
    os.close(theirs)
    screen = Screen(process, ours)
    try:
        yield screen
    finally:
        screen.end()


def test_pair_shows_a_code_and_hears_a_scanner(program: Program) -> None:
    with on_screen(program, "pair") as screen:
        screen.until(lambda: b"Scan this code" in screen.shown)
        screen.type(SETUP.translate(SWAP) + "\r")
        _ends_well(screen)
    assert json.loads((program.home / FILE).read_text())["keys"]["ß"] == "-"


def test_pair_loses_no_key_of_a_scan_that_comes_at_once(program: Program) -> None:
    with on_screen(program, "pair") as screen:
        screen.type(SETUP.translate(SWAP) + "\r")
        _ends_well(screen)
    assert json.loads((program.home / FILE).read_text())["keys"]["ß"] == "-"


def _ends_well(screen: Screen) -> None:
    end = time.monotonic() + LIMIT
    while screen.process.poll() is None:
        assert time.monotonic() < end
        threading.Event().wait(0.02)
    assert screen.process.returncode == 0
