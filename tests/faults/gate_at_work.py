"""A real gate, as a process that reads payloads and prints verdicts; it can be killed."""

import json
import subprocess
import sys
from typing import Any

from tests.cli.program import LIMIT_SECONDS, Program


class GateAtWork:
    """`scanner gate --stdin --json` over a program's data folder."""

    def __init__(self, program: Program, **settings: str) -> None:
        self._program = program
        self._settings = settings
        self.greens: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scanner", "gate", "--stdin", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self._program.environment(**self._settings),
        )

    def show(self, payload: str) -> dict[str, Any]:
        """Present and wait for the verdict."""
        self.send(payload)
        return self._heard(self._out.readline())

    def send(self, payload: str) -> None:
        """Present, and wait for nothing."""
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(payload + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End it as a power cut would; what it printed before still counts."""
        assert self._process
        self._process.kill()
        rest, _ = self._process.communicate(timeout=LIMIT_SECONDS)
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                self._heard(line)
        self._process = None

    def end(self) -> int:
        """Close its input and wait for its end; returns the exit code."""
        assert self._process
        self._process.communicate(timeout=LIMIT_SECONDS)
        return self._process.returncode

    @property
    def _out(self) -> Any:
        assert self._process
        assert self._process.stdout
        return self._process.stdout

    def _heard(self, line: str) -> dict[str, Any]:
        verdict: dict[str, Any] = json.loads(line)
        if verdict["verdict"] == "admitted" and not verdict.get("repeat"):
            self.greens.append(verdict["serial"])
        return verdict
