"""The program itself, as a shell starts it."""

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from tests.mock.server import Ready
from tests.warm import start

LIMIT_SECONDS = 60


@dataclass
class Program:
    """Runs `scanner` with a data folder of its own."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    """A command in whose surroundings it is started."""

    def run(
        self, *words: str, given: bytes = b"", **settings: str
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run it to its end in a process of its own, forked from a Python that is warm."""
        return self.run_python("scanner", *words, given=given, **settings)

    def run_python(
        self, *words: str, given: bytes = b"", **settings: str
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run what `python -m` or `python -c` is given in the program's stead."""
        reading, writing = os.pipe()
        with TemporaryFile() as out, TemporaryFile() as complaints:
            with os.fdopen(reading, "rb") as theirs:
                streams = (theirs, out, complaints)
                environment = self.environment(**settings)
                started = start(
                    *words, streams=streams, environment=environment, within=self.within
                )
            try:
                with suppress(BrokenPipeError), os.fdopen(writing, "wb") as ours:
                    ours.write(given)
                code = started.wait(LIMIT_SECONDS)
            finally:
                started.end()
            for each in (out, complaints):
                each.seek(0)
            return subprocess.CompletedProcess(words, code, out.read(), complaints.read())

    def environment(self, **settings: str) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("SCANNER_")}
        own = {
            "SCANNER_HOME": str(self.home),
            "SCANNER_KEYSTORE": "file",
            "SCANNER_MDNS": "none",
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
