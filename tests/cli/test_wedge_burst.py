"""A hand scanner that types, at a real gate in a real terminal, while all else is at work."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner.paths import database_file
from scanner.scanning import keyboard_wedge
from scanner.scanning.keyboard_layouts import SETUP
from tests.cli.program import Program
from tests.cli.terminal import Terminal, terminal
from tests.mock.api import Api
from tests.mock.server import Ready, mock_server

SCANS = 200
KEY_SECONDS = 0.002
STEADY_SECONDS = keyboard_wedge.HOLD_SECONDS / 2
SWAP = str.maketrans("YZyz-", "ZYzyß")
"""What a German layout makes of what an American scanner types."""

FRAMES = 1800
"""More than are decoded while the burst is typed."""


@pytest.fixture(scope="module")
def crowded() -> Iterator[Ready]:
    with mock_server(tickets=2000) as ready:
        yield ready


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of nothing that can be read, and enough that looks as if it could."""
    file = tmp_path_factory.mktemp("film") / "door.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 30, (320, 180))
    random = np.random.default_rng(1)
    walls = [random.integers(0, 255, (180, 320, 3), np.uint8) for _ in range(8)]
    for number in range(FRAMES):
        writer.write(walls[number % len(walls)])
    writer.release()
    return file


def type_burst(gate: Terminal, scans: list[str]) -> set[int]:
    """Type a character every 2 ms, and read what the gate writes meanwhile.

    Returns which scans were typed as a scanner does: where this process itself had to wait for a
    core, its keys came apart, and a person's do so too.
    """
    due = time.monotonic()
    steady: set[int] = set()
    for number, scan in enumerate(scans):
        longest, before = 0.0, time.monotonic()
        for character in scan:
            gate.press(character.encode())
            longest, before = max(longest, time.monotonic() - before), time.monotonic()
            due += KEY_SECONDS
            while (left := due - time.monotonic()) > 0:
                gate._read(left)
                gate.seen.clear()
        if longest < STEADY_SECONDS:
            steady.add(number)
    return steady


def journal(program: Program, source: str) -> list[str]:
    with closing(sqlite3.connect(database_file(program.home))) as conn:
        rows = conn.execute("SELECT payload FROM journal WHERE source = ? ORDER BY id", (source,))
        return [payload for (payload,) in rows]


def test_a_burst_of_scans_loses_none_while_sync_and_camera_run(
    program: Program, crowded: Ready, video: Path
) -> None:
    program.open_at(crowded)
    program.says("pair", given=SETUP.translate(SWAP).encode() + b"\n")
    anybody = Api(crowded.url, crowded.api_key).gate(crowded.tokens[-1].code)
    tickets = anybody.entries(f"{crowded.event}/tickets", records=SCANS)
    serials = [each["serial"] for each in tickets]
    assert len(set(serials)) == SCANS
    pulls = {"SCANNER_SYNC_SECONDS": "0.1", "SCANNER_FULL_SYNC_SECONDS": "0.1"}
    looks = {"SCANNER_PICTURE": "on", "SCANNER_LANGUAGE": "en"}
    with terminal(
        program, "gate", "--camera", str(video), rows=50, columns=160, **pulls, **looks
    ) as gate:
        gate.wait_for("Online")
        gate.wait_for("▀" * 3)
        before = _synced(program)
        typed = type_burst(gate, [f"{serial.translate(SWAP)}\r" for serial in serials])
        assert len(typed) > SCANS // 2, "this machine is too busy to type like a scanner"
        steady = [serials[number] for number in sorted(typed)]
        gate.wait_until(lambda: {*steady} <= {*journal(program, "wedge")}, what="the last scan")
        gate.forget()
        gate.wait_for("Online")
        assert b"come to its end" not in gate.seen, "the camera ran until after the burst"
        assert _synced(program) != before, "the list was pulled meanwhile"
        gate.quit()
    assert [each for each in journal(program, "wedge") if each in steady] == steady
    assert admitted(program)


def admitted(program: Program) -> int:
    with closing(sqlite3.connect(database_file(program.home))) as conn:
        told = conn.execute("SELECT count(*) FROM journal WHERE kind = 'admitted'").fetchone()
        return int(told[0])


def _synced(program: Program) -> str:
    with closing(sqlite3.connect(database_file(program.home))) as conn:
        return str(conn.execute("SELECT synced FROM session").fetchone())
