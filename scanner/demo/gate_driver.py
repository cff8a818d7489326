"""Controls the demo's gate process: shows patrons, reads verdicts, kills and restarts it."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from scanner.admission.verdict import Kind
from scanner.demo.world import DemoFault, GateGone

_END_SECONDS = 10


class GateDriver:
    """One gate process at a time for one data folder; a context manager."""

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
        """Frames decoded, in all processes."""
        return self._frames_before + self._frames_now

    @property
    def reads_by(self) -> Counter[str]:
        """Frames with a code, by the decoder's pass, in all processes."""
        return self._before + self._now

    def __enter__(self) -> "GateDriver":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self.kill()

    def start(self) -> None:
        """Start the process and wait until its camera runs."""
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
        """Show a patron's code; return the verdict, or nothing if no frame was read."""
        self.begin(payload)
        return self._verdict(self._hear("verdict", "unread"))

    def begin(self, payload: str) -> None:
        """Show a patron's code, without waiting for the verdict."""
        self._say({"payload": payload})
        self._hear("shown")

    def finish(self, seconds: float) -> None:
        """Let the gate deliver its queue for at most `seconds`, then end it."""
        self._say({"finish": seconds})
        self._hear("finished")
        process, self._process = self._process, None
        if process is None:
            return
        process.communicate(timeout=_END_SECONDS)
        if process.returncode:
            raise GateGone(DemoFault.GATE_ENDED)

    def kill(self) -> Kind | None:
        """Kill the process as a power cut would; return a verdict it had already printed."""
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
            raise GateGone(DemoFault.GATE_NOT_RUNNING)
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise GateGone(DemoFault.GATE_ENDED) from error

    def _hear(self, *events: str) -> dict[str, Any]:
        """Read the next line, which must be one of these events."""
        if self._process is None or self._process.stdout is None:
            raise GateGone(DemoFault.GATE_NOT_RUNNING)
        found = _parsed(self._process.stdout.readline())
        if found.get("event") not in events:
            if not found:
                raise GateGone(DemoFault.GATE_ENDED)
            raise GateGone(DemoFault.GATE_ANSWER, said=str(found))
        return self._noted(found)

    def _noted(self, found: dict[str, Any]) -> dict[str, Any]:
        self._frames_now, self._now = found["frames"], Counter(found["reads_by"])
        return found


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_setting(name: str) -> bool:
    """Tell whether an environment variable is one of the program's settings."""
    return name.startswith("SCANNER_")
