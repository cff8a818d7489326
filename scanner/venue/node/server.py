"""One nats-server as a child process: found, started, watched, stopped."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from scanner.paths import replace_file
from scanner.venue.node.config import ANYWHERE, NodeConfig
from scanner.venue.node.errors import NodeError, NodeFault

LEAST_VERSION = (2, 12)
"""The first whose stores and elections were found sound after a crash (Jepsen, December 2025)."""

PATIENCE_SECONDS = 30.0
"""How long a server may take until it answers: a great store is read at its start."""

_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_GREETING = re.compile(rb"INFO (\{.*?\})\s*\r\n", re.DOTALL)
_LONGEST_GREETING = 64 * 1024

_FOLLOW_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""
"""Runs a program that ends when the thread that started it does (PR_SET_PDEATHSIG, prctl(2)).

Its own process and not `preexec_fn`, which may deadlock where threads run.
"""

_log = structlog.get_logger("venue")


@dataclass(frozen=True, slots=True)
class Binary:
    """A nats-server.

    Attributes:
        file: the program.
        version: as it says, such as "2.15.1".
    """

    file: Path
    version: str

    @classmethod
    def found(cls) -> "Binary":
        """Find it beside this Python, else on the PATH.

        Raises:
            NodeError: there is none, or one that is too old.
        """
        beside = Path(sys.executable).with_name("nats-server")
        where = str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")
        if where is None:
            raise NodeError(NodeFault.NO_SERVER)
        said = subprocess.run([where, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
        binary = cls(Path(where), version_in(said.stdout))
        if not is_recent(binary.version):
            raise NodeError(NodeFault.SERVER_TOO_OLD, file=where, version=binary.version or "?")
        return binary


def version_in(text: str) -> str:
    """Return the version in what a server says of itself; empty where there is none."""
    found = re.search(r"\d+\.\d+\.\d+", text)
    return found.group() if found else ""


def is_recent(version: str) -> bool:
    """Tell whether a server of this version keeps what it acknowledged through a crash."""
    numbers = tuple(int(each) for each in version.split(".")[:2] if each.isdecimal())
    return numbers >= LEAST_VERSION


class Server:
    """One server with its configuration; started and stopped by one thread.

    Where that thread ends, even by SIGKILL of its process, the server ends too (Linux).
    """

    def __init__(self, config: NodeConfig, binary: Binary | None = None) -> None:
        self.config = config
        self._binary = binary or Binary.found()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's number; None where none runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    @property
    def ended(self) -> int | None:
        """How it ended: an exit code, or the negative number of a signal; None while it runs."""
        return self._child.poll() if self._child else None

    @property
    def address(self) -> tuple[str, int]:
        """Where this machine's own clients reach it."""
        host = "127.0.0.1" if self.config.host == ANYWHERE else self.config.host
        return host, self.config.client_port

    def write(self, config: NodeConfig) -> bool:
        """Write its configuration; tells whether anything changed.

        Raises:
            OSError: it can't be written.
        """
        self.config, file, text = config, config.files.config, config.text()
        if file.exists() and file.read_text("utf-8") == text:
            return False
        for folder in (config.files.folder, config.files.store, config.files.accounts):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(file, text.encode())
        return True

    def start(self) -> None:
        """Start it; it does not answer at once.

        Raises:
            OSError: its files can't be written.
            NodeError: another server answers at its address.
        """
        if greeting(*self.address) is not None:
            raise NodeError(NodeFault.RUNS_ALREADY, address=f"{self.address[0]}:{self.address[1]}")
        self.write(self.config)
        words = [str(self._binary.file), "--config", str(self.config.files.config)]
        if sys.platform == "linux":
            follow = [sys.executable, "-I", "-S", "-c", _FOLLOW_PARENT, str(os.getpid())]
            words = [*follow, *words]
        self.config.files.log.touch(mode=0o600)
        with self.config.files.log.open("ab") as log:  # what it says before it has read its file
            self._child = subprocess.Popen(  # noqa: S603 - found by `Binary.found`
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C ends this program, which then ends it
                umask=0o077,
            )

    def wait(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until it answers.

        Raises:
            NodeError: it ended, or it doesn't answer.
        """
        until = time.monotonic() + seconds
        while not self.answers():
            if self.ended is not None:
                raise NodeError(NodeFault.SERVER_ENDED, why=self.last_words())
            if time.monotonic() > until:
                raise NodeError(NodeFault.SERVER_SILENT, file=self.config.files.log)
            time.sleep(_LOOK_SECONDS)

    def answers(self) -> bool:
        """Tell whether it greets its clients."""
        said = greeting(*self.address)
        return said is not None and said.get("server_name") == self.config.name

    def reload(self) -> None:
        """Have it read its configuration and its certificate again."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGHUP)

    def stop(self, seconds: float = _STOP_SECONDS) -> None:
        """End it, by force where it doesn't within some time."""
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            _log.warning("the server did not end; it is killed", seconds=seconds)
            child.kill()
            child.wait()

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def last_words(self) -> str:
        """Return the last line of its log that says what is wrong; else the last."""
        try:
            text = self.config.files.log.read_text("utf-8", "replace")
        except OSError:
            return ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        wrong = [line for line in lines if "[ERR]" in line or "[FTL]" in line]
        last = (wrong or lines or [""])[-1]
        return last.rpartition("] ")[2] or last


def greeting(host: str, port: int, seconds: float = 1.0) -> dict[str, Any] | None:
    """Return what the server at an address says of itself before TLS; None where none does."""
    said = b""
    with suppress(OSError), socket.create_connection((host, port), seconds) as line:
        line.settimeout(seconds)
        while len(said) < _LONGEST_GREETING and not said.endswith(b"\n"):
            if not (more := line.recv(4096)):
                break
            said += more
    found = _GREETING.match(said)
    with suppress(ValueError):
        return dict(json.loads(found.group(1))) if found else None
    return None
