"""A Python that has the libraries loaded, to fork the program from: `python -m tests.warm_python`.

Only what others wrote is loaded before; the program itself is imported by each start anew.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

LIBRARIES = (
    "argon2",
    "filelock",
    "httpx",
    "keyring",
    "pydantic_settings",
    "rich.traceback",
    "segno",
    "sqlite_utils.migrations",
    "starlette.applications",
    "structlog",
    "tenacity",
    "tomlkit",
    "typer",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
)

LARGEST_ORDER = 200_000
HANDLES = 4
"""Of each order: standard input, output and error, and where its process's number and end go."""


@dataclass(frozen=True)
class Order:
    """A start that was asked for: what `python -m` would be given, and the three streams."""

    words: list[str]
    folder: str
    environment: dict[str, str]
    streams: list[int]


def main() -> None:
    """Fork a child for each order that comes; return, in a child, after it has become one."""
    door = socket.socket(fileno=int(sys.argv[1]))
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    order = _keep(door)
    if order:
        _become(order)


def _keep(door: socket.socket) -> Order | None:
    """Serve until nobody holds the door; returns in each child, with its order."""
    bell, rope = socket.socketpair()
    rope.setblocking(False)
    signal.set_wakeup_fd(rope.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([door, bell], [], [])
        if bell in ready:
            bell.recv(LARGEST_ORDER)
            _tell_of_ends(children)
        if door in ready:
            said, handles, _, _ = socket.recv_fds(door, LARGEST_ORDER, HANDLES)
            if not said:
                return None
            *streams, tells = handles
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for each in (door, bell, rope, *children.values()):
                    each.close()
                os.close(tells)
                words, folder, environment = json.loads(said)
                return Order(words, folder, environment, streams)
            for stream in streams:
                os.close(stream)
            children[pid] = socket.socket(fileno=tells)
            children[pid].send(str(pid).encode())


def _tell_of_ends(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with children.pop(pid) as line:
            line.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(order: Order) -> None:
    """Be `python -m` from here on, to the interpreter's own end."""
    for number, stream in enumerate(order.streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    sys.argv = order.words
    runpy.run_module(order.words[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
