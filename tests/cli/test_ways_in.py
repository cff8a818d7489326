"""The same ticket gives the same serial, by whichever way a scanner's text comes in."""

import io
import os
import sqlite3
import tty
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.admission.serial import Serial, parse_payload
from scanner.cli.line_gate import payloads
from scanner.paths import database_file
from scanner.qr.decoder import Decoder
from scanner.scanning.evdev_scanner import EV_KEY, EVENT, EvdevScanner
from scanner.scanning.serial_scanner import SerialScanner
from tests.admission.worlds import SERIAL, serials
from tests.cli.program import Program
from tests.cli.terminal import terminal
from tests.mock.server import Ready
from tests.scanning.test_hand_scanners import read
from tests.scanning.test_keyboard_layouts import US

ROWS = [41, *range(2, 14), *range(16, 28), 43, *range(30, 41), *range(44, 54)]
"""The kernel's numbers of the keys of a US keyboard, row by row."""

ENTER, SHIFT = 28, 42


def keys(text: str) -> bytes:
    """Return the kernel's events for a text that a US scanner types, and Enter."""
    events = []
    for char in text:
        shift, key = divmod(US.index(char), len(ROWS)) if char != " " else (0, -1)
        code = ROWS[key] if char != " " else 57
        events += [(SHIFT, 1)] * shift + [(code, 1), (code, 0)] + [(SHIFT, 0)] * shift
    events += [(ENTER, 1), (ENTER, 0)]
    return b"".join(EVENT.pack(0, 0, EV_KEY, *event) for event in events)


class Ways:
    """Every way in, each from a text to what is presented."""

    def __init__(self, folder: Path) -> None:
        pipe = folder / "event7"
        os.mkfifo(pipe)
        self._pipe = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self._kernel = EvdevScanner(pipe, "Zebra", lambda _handle: None)
        self._port, theirs = os.openpty()
        tty.setraw(theirs)
        self._serial = SerialScanner(Path(os.ttyname(theirs)), "Honeywell")
        self._theirs = theirs
        self._decoder = Decoder()

    def kernel(self, text: str) -> list[str]:
        os.write(self._pipe, keys(text))
        return read(self._kernel)

    def serial(self, text: str) -> list[str]:
        os.write(self._port, text.encode() + b"\r")
        return read(self._serial)

    def stdin(self, text: str) -> list[str]:
        return list(payloads(io.BytesIO(text.encode() + b"\r")))

    def stdin_in_utf_16(self, text: str) -> list[str]:
        return list(payloads(io.BytesIO(f"{text}\r\n".encode("utf-16"))))

    def picture(self, text: str) -> list[str]:
        light = np.array([*segno.make(text, micro=False).matrix_iter(6, 4)], np.uint8) == 0
        return [each.text for each in self._decoder.decode(light.astype(np.uint8) * 255).readings]

    def close(self) -> None:
        self._kernel.close()
        self._serial.close()
        for handle in (self._pipe, self._port, self._theirs):
            os.close(handle)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    made = Ways(tmp_path_factory.mktemp("ways"))
    yield made
    made.close()


def serial_of(presented: list[str]) -> str:
    (payload,) = presented
    parsed = parse_payload(payload)
    assert isinstance(parsed, Serial), payload
    return parsed.value


TYPED = ["", "]Q1", "]Q2\\000026", "\\000026", " ]C0", "]d2 ", "]Q3]Q1"]
SENT = [*TYPED, "\x02", "\x1b(B", "]Q1\x1b%G", "\ufeff", "\x1d", "\x02]Q1"]
AFTER = ["", ";Balcony;Row 3", " ", " x"]
FIELDS = [*AFTER, "\x1dHALL A", "\x04", "\x1e\x04"]
ADDRESS = "https://x.example/?a=1%2526t%253D{serial}%2526x%253D2"


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(serials(), st.sampled_from(TYPED), st.sampled_from(AFTER), st.booleans())
def test_whatever_can_be_typed_is_one_serial_by_every_way_in(
    ways: Ways, serial: str, before: str, after: str, small: bool
) -> None:
    text = before + (serial.lower() if small else serial) + after
    every: list[Callable[[str], list[str]]] = [
        ways.kernel, ways.serial, ways.stdin, ways.stdin_in_utf_16, ways.picture
    ]  # fmt: skip
    for way in every:
        assert serial_of(way(text)) == serial
        assert serial_of(way(ADDRESS.format(serial=serial))) == serial


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(serials(), st.sampled_from(SENT), st.sampled_from(FIELDS), st.booleans())
def test_whatever_can_be_sent_as_bytes_is_one_serial_too(
    ways: Ways, serial: str, before: str, after: str, full_width: bool
) -> None:
    text = before + (wide(serial) if full_width else serial) + after
    for way in (ways.serial, ways.stdin, ways.stdin_in_utf_16, ways.picture):
        assert serial_of(way(text)) == serial


class Slow(io.RawIOBase):
    """A pipe whose writer waits for the answer to each piece."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]  # its buffer
        piece = self._pieces.pop(0) if self._pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)


def test_a_line_is_answered_before_anything_comes_after_its_end() -> None:
    slow = Slow(b"A\r", b"\nB\r", b"C\r\r\n\n", b"D")
    lines = payloads(io.BufferedReader(slow))
    assert next(lines) == "A"
    assert len(slow._pieces) == 3
    assert list(lines) == ["B", "C", "", "D"]


def test_at_the_gates_terminal_it_is_the_same_serial(program: Program, server: Ready) -> None:
    program.open_at(server)
    tickets = [f"{SERIAL[:-1]}{number}" for number in range(5)]  # one again is no other scan
    ways = ["{}", "]Q1{};Balcony", "]Q2\\000026{}", "{}", ADDRESS.replace("{serial}", "{}")]
    scans = [way.format(serial) for way, serial in zip(ways, tickets, strict=True)]
    scans[3] = wide(scans[3])

    def judged() -> list[str]:
        with closing(sqlite3.connect(database_file(program.home))) as conn:
            rows = conn.execute("SELECT serial FROM journal WHERE source = 'wedge' ORDER BY id")
            return [serial for (serial,) in rows]

    with terminal(program, "gate", "--no-network", "--camera", "none") as gate:
        gate.wait_for("/min")
        for number, scan in enumerate(scans, 1):
            gate.press(scan.encode() + b"\r")
            gate.wait_until(partial(_has, judged, number), what=scan)
    assert judged() == tickets


def _has(judged: Callable[[], list[str]], count: int) -> bool:
    return len(judged()) == count
