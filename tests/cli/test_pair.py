import fcntl
import json
import os
import pty
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import zxingcpp

from scanner.admission.keyboards import Keyboard, Typing, arrives
from scanner.cli.pair import pair, set_up_code
from scanner.scanning.devices import HandScanner, ScannerKind
from scanner.scanning.errors import LayoutFault, LayoutUnknown
from scanner.scanning.hand_scanners import HandScanners
from scanner.scanning.keyboard_layouts import DIRECT_FILE, FILE, SETUP, load
from tests.cli.program import Program
from tests.scanning.test_hand_scanners import Given
from tests.scanning.test_keyboard_layouts import SERIAL, german_keys
from tests.warm import Started, start

LIMIT = 60.0
SWAP = str.maketrans("YZyz-", "ZYzyß")


def test_a_layout_is_learned_from_a_scan_and_forgotten(program: Program) -> None:
    said = program.says("pair", given=SETUP.translate(SWAP).encode() + b"\n")
    swaps = "Y is Z, Z is Y, y is z, z is y, ß is -"
    assert f"Learned, and corrected from now on: Enter after, {swaps}." in said
    assert (program.home / FILE).exists()
    assert "Forgotten" in program.says("pair", "--forget")
    assert not (program.home / FILE).exists()


GERMAN_LAPTOP = Typing(Keyboard.US, Keyboard.GERMAN)


def test_what_was_learned_is_said_in_words_and_undone_for_lines_too(program: Program) -> None:
    given = arrives(f"]Q1{SETUP}*", GERMAN_LAPTOP).encode()
    said = program.says("pair", given=given[:40] + b"\r" + given + b"\r\n")  # cut off at first
    assert "adds `]Q1` before, adds `*` after, Enter after, types as a US keyboard" in said
    assert "a German keyboard" in said
    scan = arrives(f"]Q1{SERIAL}*", GERMAN_LAPTOP).encode()
    answered = program.says("gate", "--stdin", "--json", "--no-network", given=scan + b"\r")
    assert json.loads(answered)["serial"] == SERIAL
    program.says("pair", "--forget")
    program.settings["LANG"] = "de_DE.UTF-8"  # a program's answers are English in any language
    answered = program.says("gate", "--stdin", "--json", "--no-network", given=scan + b"\r")
    assert json.loads(answered)["serial"] is None


def test_how_the_usual_makers_scanners_are_set_up_is_said(program: Program) -> None:
    said = program.says("pair", "--makers")
    for maker in ("Zebra", "Honeywell", "Datalogic", "Newland"):
        assert f"{maker}" in said
    assert "Enter" in said.splitlines()[0]


def test_another_code_teaches_nothing(program: Program) -> None:
    assert "not the whole set-up code" in program.complains("pair", given=b"DAWIER\n")
    assert not (program.home / FILE).exists()


class Screen:
    """The program in a pseudo-terminal, with whoever types."""

    def __init__(self, process: Started, handle: int) -> None:
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
        self.process.end()
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
    environment = program.environment(TERM="xterm-256color", LANG="C.UTF-8", **settings)
    process = start(
        "scanner", *words, streams=(theirs, theirs, theirs), environment=environment, leads=True
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


def test_pair_hears_a_scanner_that_frames_its_code_and_sends_no_enter(program: Program) -> None:
    with on_screen(program, "pair") as screen:
        screen.until(lambda: b"Scan this code" in screen.shown)
        screen.type(f"\x02]Q1{SETUP}\x03")
        _ends_well(screen)
    assert "neither Enter nor Tab after" in screen.shown.decode()
    assert load(program.home).before == "]Q1"


def test_pair_asks_for_a_second_scan_where_the_first_is_not_whole(program: Program) -> None:
    with on_screen(program, "pair") as screen:
        screen.until(lambda: b"Scan this code" in screen.shown)
        screen.type(SETUP[:50] + "\r")
        screen.until(lambda: b"not the whole set-up code" in screen.shown)
        screen.type(f"Q{SETUP}\t")
        _ends_well(screen)
    assert "adds `Q` before, Tab after" in screen.shown.decode()


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


def test_a_german_scanner_is_heard_by_a_laptop_whose_terminal_sends_esc_for_alt(
    program: Program,
) -> None:
    with on_screen(program, "pair") as screen:
        screen.until(lambda: b"Scan this code" in screen.shown)
        screen.type(german_keys(SETUP, at="\x1bq") + "\r")
        _ends_well(screen)
    assert load(program.home).correct(german_keys(SERIAL)) == SERIAL


def test_esc_alone_leaves(program: Program) -> None:
    with on_screen(program, "pair") as screen:
        screen.until(lambda: b"Scan this code" in screen.shown)
        screen.type("ABC\x1b")
        end = time.monotonic() + LIMIT
        while screen.process.poll() is None:
            assert time.monotonic() < end
            threading.Event().wait(0.02)
        assert screen.process.returncode == 1


@pytest.mark.parametrize(("columns", "lines", "quiet"), [(80, 24, 4), (41, 22, 2)])
def test_the_code_is_dark_on_light_whatever_the_terminals_colours(
    columns: int, lines: int, quiet: int
) -> None:
    rows = set_up_code(columns, lines).splitlines()
    assert len(rows) < lines
    assert all(row.startswith("\x1b[97;40m") and row.endswith("\x1b[0m") for row in rows)
    cells = [row.removeprefix("\x1b[97;40m").removesuffix("\x1b[0m") for row in rows]
    assert len(cells[0]) == 37 + 2 * quiet <= columns
    light = [[cell in half for cell in row] for row in cells for half in ("█▀", "█▄")]
    picture = np.array(light, np.uint8).repeat(6, 0).repeat(6, 1) * 255
    (read,) = zxingcpp.read_barcodes(picture, try_invert=False)
    assert read.text == SETUP


def test_a_window_too_small_for_the_code_is_said() -> None:
    with pytest.raises(LayoutUnknown, match=f"{LayoutFault.NO_ROOM} columns=41 lines=22"):
        set_up_code(80, 21)
    with pytest.raises(LayoutUnknown, match=f"{LayoutFault.NO_ROOM} columns=41 lines=22"):
        set_up_code(40, 24)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have standard input be a terminal at which nobody types."""
    ours, theirs = pty.openpty()
    stdin = SimpleNamespace(fileno=lambda: theirs, isatty=lambda: True, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    yield
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("kind", ScannerKind)
def test_a_scanner_that_is_read_directly_teaches_its_own_layout(
    kind: ScannerKind, terminal: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = german_keys(SETUP) if kind is ScannerKind.KEYS else SETUP
    scanner = HandScanner(Path("/dev/none"), "Zebra", kind, usable=True)
    given = HandScanners(lambda: [scanner], lambda _: Given(kind, scan))
    monkeypatch.setattr("scanner.scanning.hand_scanners.hand_scanners", lambda _spec: given)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    pair()
    assert not (tmp_path / FILE).exists()
    assert (tmp_path / DIRECT_FILE).exists() == (kind is ScannerKind.KEYS)
    pressed = german_keys(SERIAL) if kind is ScannerKind.KEYS else SERIAL
    assert load(tmp_path, DIRECT_FILE).correct(pressed) == SERIAL
    pair(forget=True)
    assert not (tmp_path / DIRECT_FILE).exists()
