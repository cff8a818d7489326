"""Drives the demo's gate process: shows patrons, hears verdicts, kills it and starts it again."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from scanner.admission.verdict import Kind
from scanner.demo.errors import DemoError

_END_SECONDS = 10


class GateGone(DemoError):
    """The gate's process ended by itself."""


class GateDriver:
    """One gate process at a time over one data folder; use as a context manager."""

    def __init__(self, home: Path, seed: int) -> None:
        self._home = home
        self._seed = seed
        self._process: subprocess.Popen[str] | None = None
        self._before: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._frames_before = 0
        self._frames_now = 0

    @property
    def frames(self) -> int:
        """The frames that were looked at, in all processes."""
        return self._frames_before + self._frames_now

    @property
    def reads_by(self) -> Counter[str]:
        """How many frames each decoder has read, in all processes."""
        return self._before + self._now

    def __enter__(self) -> "GateDriver":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self.kill()

    def start(self) -> None:
        """Start the process and wait until it looks."""
        settings = {
            "SCANNER_HOME": str(self._home),
            "SCANNER_KEYSTORE": "file",
            "SCANNER_SYNC_SECONDS": "2",
        }
        kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
        self._seed += 1
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "scanner.demo.gate_process", str(self._seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**kept, **settings},
            start_new_session=True,
        )
        self._hear("ready")

    def show(self, payload: str) -> Kind | None:
        """Show a patron's code; returns the verdict, or nothing where it could not be read."""
        self.begin(payload)
        return self._verdict(self._hear("verdict", "unread"))

    def begin(self, payload: str) -> None:
        """Show a patron's code, and come back while it is being looked at."""
        self._say({"payload": payload})
        self._hear("shown")

    def finish(self, seconds: float) -> None:
        """Let it deliver its queue, for so long at most, and end."""
        self._say({"finish": seconds})
        self._hear("finished")
        process, self._process = self._process, None
        if process is None:
            return
        process.communicate(timeout=_END_SECONDS)
        if process.returncode:
            raise GateGone(_ENDED)

    def kill(self) -> Kind | None:
        """End it as a power cut would; returns the verdict that it had given just before."""
        process, self._process = self._process, None
        if process is None or process.stdout is None:
            return None
        process.kill()
        rest, _ = process.communicate()
        verdict = None
        for line in rest.splitlines():
            found = _parsed(line)
            if found.get("event") == "verdict":
                verdict = self._verdict(self._noted(found))
        self._frames_before, self._frames_now = self.frames, 0
        self._before, self._now = self.reads_by, Counter()
        return verdict

    def _verdict(self, found: dict[str, Any]) -> Kind | None:
        return Kind(found["verdict"]) if found["event"] == "verdict" else None

    def _say(self, order: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise GateGone("The demo's gate is not running.")
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise GateGone(_ENDED) from error

    def _hear(self, *events: str) -> dict[str, Any]:
        """Wait for the next line, which must be one of these."""
        if self._process is None or self._process.stdout is None:
            raise GateGone("The demo's gate is not running.")
        found = _parsed(self._process.stdout.readline())
        if found.get("event") not in events:
            raise GateGone(_ENDED if not found else f"The demo's gate said {found} unasked.")
        return self._noted(found)

    def _noted(self, found: dict[str, Any]) -> dict[str, Any]:
        self._frames_now, self._now = found["frames"], Counter(found["reads_by"])
        return found


_ENDED = "The demo's gate ended by itself; run the demo again."


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_setting(name: str) -> bool:
    """Tell whether a variable would change the demo's own settings."""
    return name.startswith("SCANNER_")
