"""The mock server as a real process, for whoever needs one in a test."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.warm import Started, start

END_SECONDS = 10


@dataclass(frozen=True)
class Token:
    code: str
    is_global: bool
    sections: tuple[str, ...]


@dataclass(frozen=True)
class Ready:
    """A running server: `url` ends with a slash, `event` is a URI, `api_key` an administrator's.

    `tokens`: the global one, one for each section, one for all sections but the last.
    """

    url: str
    event: str
    api_key: str
    tokens: tuple[Token, ...]
    process: Started

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rsplit(":", 1)[-1])

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(END_SECONDS)


@contextmanager
def mock_server(
    *,
    tickets: int = 100,
    sections: int = 3,
    seed: int = 1,
    state: Path | None = None,
    port: int = 0,
    api_key: str | None = None,
) -> Iterator[Ready]:
    """Start a server, yield it when it answers, and end it.

    To start it again on the same port with the same world, give `state` and `port=ready.port`.
    """
    options: dict[str, object] = {
        "tickets": tickets,
        "sections": sections,
        "seed": seed,
        "port": port,
    }
    if state is not None:
        options["state"] = state
    if api_key is not None:
        options["api-key"] = api_key
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    reading, writing = os.pipe()
    with os.fdopen(reading) as output, Path(os.devnull).open("rb") as nothing:
        with os.fdopen(writing, "wb") as theirs:
            process = start("scanner.mock", *words, streams=(nothing, theirs, 2))
        try:
            yield _ready(process, output.readline())
        finally:
            process.end()


def _ready(process: Started, line: str) -> Ready:
    if not line:
        raise RuntimeError("the mock server did not start; its own words are on stderr")
    said = json.loads(line)
    tokens = tuple(
        Token(token["code"], token["global"], tuple(token["sections"])) for token in said["tokens"]
    )
    return Ready(said["url"], said["event"], said["api_key"], tokens, process)
