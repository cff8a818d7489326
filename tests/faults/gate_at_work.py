"""A real gate, as a process that reads payloads and prints verdicts; it can be killed."""

import json
from contextlib import ExitStack
from typing import Any

from tests.cli.program import LIMIT_SECONDS, Program
from tests.warm import Piped, piped


class GateAtWork:
    """`scanner gate --stdin --json`, with more flags, over a program's data folder."""

    def __init__(self, program: Program, *flags: str, **settings: str) -> None:
        self._flags = flags
        self._environment = program.environment(**settings)
        self.greens: list[str] = []
        self._opened = ExitStack()
        self._gate: Piped | None = None

    def start(self) -> None:
        words = ("gate", "--stdin", "--json", *self._flags)
        gate = piped("scanner", *words, environment=self._environment)
        self._gate = self._opened.enter_context(gate)

    def show(self, payload: str) -> dict[str, Any]:
        """Present and wait for the verdict."""
        self.send(payload)
        assert self._gate
        return self._heard(self._gate.stdout.readline())

    def send(self, payload: str) -> None:
        """Present, and wait for nothing."""
        assert self._gate
        self._gate.stdin.write(f"{payload}\n".encode())
        self._gate.stdin.flush()

    def kill(self) -> None:
        """End it as a power cut would; what it printed before still counts."""
        assert self._gate
        self._gate.process.kill()
        for line in self._gate.stdout.readlines():
            if line.endswith(b"\n"):
                self._heard(line)
        self._ended()

    def end(self) -> int:
        """Close its input and wait for its end; returns the exit code."""
        assert self._gate
        self._gate.stdin.close()
        self._gate.stdout.read()
        return self._ended()

    def _ended(self) -> int:
        assert self._gate
        code = self._gate.process.wait(LIMIT_SECONDS)
        self._opened.close()
        self._gate = None
        return code

    def _heard(self, line: bytes) -> dict[str, Any]:
        verdict: dict[str, Any] = json.loads(line)
        if verdict["verdict"] == "admitted" and not verdict.get("repeat"):
            self.greens.append(verdict["serial"])
        return verdict
