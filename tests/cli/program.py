"""The program itself, as a shell starts it."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.mock.server import Ready

LIMIT_SECONDS = 60


@dataclass
class Program:
    """Runs `scanner` with a data folder of its own."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(
        self, *words: str, given: bytes = b"", **settings: str
    ) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "scanner", *words],
            input=given,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
            env=self.environment(**settings),
        )

    def environment(self, **settings: str) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("SCANNER_")}
        own = {
            "SCANNER_HOME": str(self.home),
            "SCANNER_KEYSTORE": "file",
            "COLUMNS": "120",
            "NO_COLOR": "1",
        }
        return {**kept, **own, **self.settings, **settings}

    def says(self, *words: str, given: bytes = b"", **settings: str) -> str:
        """Return what it prints; it must end well."""
        done = self.run(*words, given=given, **settings)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def complains(self, *words: str, given: bytes = b"", code: int = 1, **settings: str) -> str:
        """Return the one sentence with which it ends, exit code 1."""
        done = self.run(*words, given=given, **settings)
        said = done.stderr.decode()
        assert done.returncode == code, said
        assert "Traceback" not in said
        assert said.count("\n") == 1, said
        return said.strip()

    def open_at(self, server: Ready, *words: str) -> str:
        """Open a gate with the token for all sections but the last."""
        flags = ("--name", "Lee", "--device", "north", "--api", server.url)
        code = server.tokens[-1].code
        return self.says("open", code, *flags, *words, SCANNER_API_KEY=server.api_key)
