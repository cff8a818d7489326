"""Measures training: the time to its first screen, and the peak memory of a session.

One session is a robot's, without a screen; the other is played by keys on a pseudo-terminal.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from scanner.bench.figure import Figure
from scanner.bench.terminal import running

START_LIMIT_MS = 2000.0
MEMORY_LIMIT_MB = 160.0
"""Peak resident memory in 10**6 bytes; the mock server's process is measured separately."""

_BANNER = b"NOTHING HERE IS REAL"
_SUPERVISOR = b"o"
_OVER = b"PASSED"
"""On the debrief; "NOT PASSED" contains it too."""

_SPEED = "20"
"""Speed of the played session's clock, the highest that there is."""

_KEY_SECONDS = 0.4
_LONGEST_SECONDS = 900.0
"""Of a played session; the longest scenario lasts 180 s at that speed."""

_LOOK_SECONDS = 0.02
_FAULTLESS = 100.0
_KIB = 1024


def measure(folder: Path, scenario: str, starts: int) -> list[Figure]:
    """Measure `starts` starts of the list and of a scenario, and two sessions of the scenario.

    Raises:
        AssertionError: an expected text did not appear.
    """
    settings = {"SCANNER_HOME": str(folder)}
    listed = [_first_screen([], settings) for _ in range(starts)]
    opened = [_first_screen([scenario], settings) for _ in range(starts)]
    patrons, own, server = _session(scenario, {**os.environ, **settings})
    on_screen = _played(scenario, settings)
    return [
        Figure("first screen of the list", "ms", median(listed), START_LIMIT_MS, starts),
        Figure("first screen of a scenario", "ms", median(opened), START_LIMIT_MS, starts),
        Figure(f"memory of {patrons} patrons, robot", "MB", own, MEMORY_LIMIT_MB, patrons),
        Figure("memory of their server", "MB", server, MEMORY_LIMIT_MB, patrons),
        Figure(f"memory of {patrons} patrons, screen", "MB", on_screen, MEMORY_LIMIT_MB, patrons),
    ]


def _first_screen(words: list[str], settings: dict[str, str]) -> float:
    """Return the milliseconds from the process's start to the banner."""
    with running(["scanner", "train", *words, "--name", "Bench"], settings) as terminal:
        return (terminal.wait_for(_BANNER) - terminal.begun) * 1000


def _played(scenario: str, settings: dict[str, str]) -> float:
    """Play to the debrief by calling the supervisor each time; return the peak memory in MB."""
    words = ["scanner", "train", scenario, "--name", "Bench", "--speed", _SPEED]
    with running(words, settings) as terminal:
        terminal.wait_for(_BANNER)
        until = time.monotonic() + _LONGEST_SECONDS
        while not terminal.shows(_OVER):
            if time.monotonic() > until:
                raise AssertionError("the debrief did not come")
            terminal.press(_SUPERVISOR)
            terminal.idle(_KEY_SECONDS)
        return _peak(terminal.process.pid)


def _session(scenario: str, environment: dict[str, str]) -> tuple[int, float, float]:
    """Let the perfect robot play; return patrons, and both processes' peak memory in MB."""
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
    if score["percent"] != _FAULTLESS:
        raise AssertionError(f"the perfect robot reached {score['percent']} % only")
    return int(score["patrons"]), own, server


def _children(process: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return [int(each) for one in threads for each in (one / "children").read_text().split()]
    except OSError:
        return []


def _peak(process: int) -> float:
    """Return a process's peak resident memory in MB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * _KIB / 1e6 for line in lines if line.startswith("VmHWM:"))
