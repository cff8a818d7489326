"""A pretix that serves on loopback, on SQLite or on a PostgreSQL of its own, until it is ended."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.pretix_server.installing import Installed, configure, environment, migrate

START_SECONDS = 60
END_SECONDS = 20

SQLITE_THREADS = 1
"""With more, simultaneous writes to SQLite are answered with 500."""

POSTGRESQL_THREADS = 4


@dataclass(frozen=True)
class Server:
    """A pretix at `url`, which has no slash at its end."""

    url: str
    port: int


class DidNotStartError(Exception):
    """A server did not come up; the end of its log is in it."""


@contextmanager
def sqlite_server(there: Installed, folder: Path) -> Iterator[Server]:
    """Serve an empty pretix that has SQLite and one thread."""
    folder.mkdir(parents=True)
    shutil.copyfile(there.fresh, folder / "db.sqlite3")
    port = _free_port()
    settings = configure(folder, f"http://127.0.0.1:{port}", {"backend": "sqlite3"})
    with _gunicorn(there, settings, port, SQLITE_THREADS) as server:
        yield server


@contextmanager
def postgresql_server(there: Installed, programs: Path, folder: Path) -> Iterator[Server]:
    """Serve an empty pretix that has PostgreSQL and four threads.

    Args:
        there: the pretix.
        programs: the folder of initdb and postgres; see `postgresql_programs`.
        folder: one that is not there yet, on a short path: it has the socket.
    """
    with _postgresql(programs, folder / "cluster", folder / "socket"):
        port = _free_port()
        database = {
            "backend": "postgresql",
            "name": "postgres",
            "user": "pretix",
            "host": str(folder / "socket"),
        }
        settings = configure(folder / "pretix", f"http://127.0.0.1:{port}", database)
        migrate(there, settings)
        with _gunicorn(there, settings, port, POSTGRESQL_THREADS) as server:
            yield server


def postgresql_programs() -> Path | None:
    """The folder of the newest PostgreSQL server that Debian's packages put onto this machine."""
    found = [each.parent for each in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda each: int(each.parent.name), default=None)


@contextmanager
def _gunicorn(there: Installed, settings: Path, port: int, threads: int) -> Iterator[Server]:
    url = f"http://127.0.0.1:{port}"
    words = [
        *(str(there.gunicorn), "pretix.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "1", "--threads", str(threads), "--no-control-socket"),
    ]
    with _running(words, settings.parent / "server.log", environment(settings)) as process:
        _wait_for_answer(f"{url}/control/login", process, settings.parent / "server.log")
        yield Server(url, port)


@contextmanager
def _postgresql(programs: Path, cluster: Path, sockets: Path) -> Iterator[None]:
    cluster.mkdir(parents=True)
    sockets.mkdir()
    subprocess.run(
        [programs / "initdb", "--username=pretix", "--auth=trust", "--no-sync", cluster],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=START_SECONDS,
        check=True,
    )
    words = [
        *(str(programs / "postgres"), "-D", str(cluster), "-k", str(sockets)),
        *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "timezone=UTC"),
    ]
    log = cluster.parent / "postgresql.log"
    with _running(words, log, {}, end=signal.SIGINT) as process:
        _wait_for_socket(sockets / ".s.PGSQL.5432", process, log)
        yield


@contextmanager
def _running(
    words: list[str], log: Path, variables: dict[str, str], end: signal.Signals = signal.SIGTERM
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as told:
        process = subprocess.Popen(
            words,
            env={**os.environ, **variables},
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
        )
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_SECONDS)


def _wait_for_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in _moments(process, log):
        try:
            if httpx.get(url, trust_env=False, timeout=START_SECONDS).is_success:
                return
        except httpx.TransportError:
            continue


def _wait_for_socket(path: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in _moments(process, log):
        with socket.socket(socket.AF_UNIX) as trying:
            if trying.connect_ex(str(path)) == 0:
                return


def _moments(process: "subprocess.Popen[bytes]", log: Path) -> Iterator[None]:
    """Count the moments in which a server may come up; a `DidNotStartError` after the last."""
    limit = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        yield
        time.sleep(0.05)
    raise DidNotStartError(log.read_text(errors="replace")[-2000:])


def _free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])
