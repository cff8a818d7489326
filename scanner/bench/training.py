"""How soon training stands on the screen, and the most memory that a robot's session takes."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from scanner.bench.figure import Figure

START_LIMIT_MS = 2000.0
MEMORY_LIMIT_MB = 150.0
"""Megabytes (10**6 bytes) of the program itself; the made-up server's are shown beside it."""

_BANNER = b"NOTHING HERE IS REAL"
_QUIT = b"\x11"
_LIMIT_SECONDS = 60.0
_LOOK_SECONDS = 0.02
_KIB = 1024


def measure(folder: Path, scenario: str, starts: int) -> list[Figure]:
    """Start the list and a scenario so many times on a terminal, and play the scenario once."""
    environment = {**os.environ, "SCANNER_HOME": str(folder), "TERM": "xterm-256color"}
    listed = [_first_screen([], environment) for _ in range(starts)]
    opened = [_first_screen([scenario], environment) for _ in range(starts)]
    patrons, own, server = _session(scenario, environment)
    return [
        Figure("first screen of the list", "ms", median(listed), START_LIMIT_MS, starts),
        Figure("first screen of a scenario", "ms", median(opened), START_LIMIT_MS, starts),
        Figure(f"memory of {patrons} patrons", "MB", own, MEMORY_LIMIT_MB, patrons),
        Figure("memory of their server", "MB", server, MEMORY_LIMIT_MB, patrons),
    ]


def _first_screen(words: list[str], environment: dict[str, str]) -> float:
    """Return the milliseconds from the process's start until the banner is drawn."""
    terminal, far = pty.openpty()
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "scanner", "train", *words, "--name", "Bench"],
        stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True,
    ) as program:  # fmt: skip
        os.close(far)
        seen = b""
        while _BANNER not in seen and time.perf_counter() - begun < _LIMIT_SECONDS:
            seen += _some(terminal)
        took = (time.perf_counter() - begun) * 1000
        os.write(terminal, _QUIT)
        while program.poll() is None:
            _some(terminal)
    os.close(terminal)
    return took


def _some(terminal: int) -> bytes:
    if not select.select([terminal], [], [], _LOOK_SECONDS)[0]:
        return b""
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is gone
        return b""


def _session(scenario: str, environment: dict[str, str]) -> tuple[int, float, float]:
    """Let the perfect robot play; returns patrons, and the peaks of program and server in MB."""
    own = server = 0.0
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "scanner", "train", scenario, "--auto", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
    ) as program:  # fmt: skip
        while program.poll() is None:
            own = max(own, _peak(program.pid))
            server = max([server, *map(_peak, _children(program.pid))])
            time.sleep(_LOOK_SECONDS)
        score = json.loads(program.stdout.read() if program.stdout else b"{}")
    return int(score["patrons"]), own, server


def _children(process: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return [int(each) for one in threads for each in (one / "children").read_text().split()]
    except OSError:
        return []


def _peak(process: int) -> float:
    """Return the most that a process has held so far; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * _KIB / 1e6 for line in lines if line.startswith("VmHWM:"))
