"""A Python that has the program loaded, to fork starts of it from: `python -m tests.warm_python`.

The program's modules only define things while they are imported, so it does not matter to a start
when that was. The run itself begins anew in each.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import termios
import time
from collections.abc import Iterator
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
"""What the program imports only when it needs it."""

LARGEST_ORDER = 200_000
HANDLES = 4
"""Of each order: standard input, output and error, and where its process's number and end go."""


@dataclass(frozen=True)
class Order:
    """A start that was asked for: what `python` would be given, and the three streams.

    It leads a session where that is wanted, and its input can be the terminal that controls it.
    """

    words: list[str]
    folder: str
    environment: dict[str, str]
    leads: bool
    controlled: bool
    streams: list[int]


def main() -> None:
    """Fork a child for each order that comes; return, in a child, after it has become one."""
    door = socket.socket(fileno=int(sys.argv[1]))
    before = dict(os.environ)
    importlib.import_module("scanner.scanning.opencv")
    _use_threads_of_opencv(0)  # a child would wait for those that it has not
    for name in (*LIBRARIES, *_modules()):
        importlib.import_module(name)
    added = {name: text for name, text in os.environ.items() if name not in before}
    gc.collect()
    gc.freeze()
    order = _keep(door)
    if order:
        _use_threads_of_opencv(-1)
        _become(order, added)


def _modules() -> Iterator[str]:
    """Name the program's modules, but for the room that few starts need."""
    import scanner

    for each in pkgutil.walk_packages(scanner.__path__, "scanner."):
        if not each.name.endswith(".__main__") and "bench" not in each.name.split("."):
            yield each.name


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
                return Order(streams=streams, **json.loads(said))
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


def _use_threads_of_opencv(number: int) -> None:
    import cv2

    cv2.setNumThreads(number)


def _become(order: Order, added: dict[str, str]) -> None:
    """Be `python -m`, or `python -c`, from here on; the variables are added as by its imports."""
    if order.leads:
        os.setsid()
    for number, stream in enumerate(order.streams):
        os.dup2(stream, number)
        os.close(stream)
    if order.controlled:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update({**added, **order.environment})
    time.tzset()
    _open_streams()
    codes: list[object] = []
    atexit.register(_end, codes)
    first, *rest = order.words
    try:
        if first == "-c":
            sys.argv = [first, *rest[1:]]
            exec(rest[0], {"__name__": "__main__"})  # noqa: S102 - a test's own lines
        else:
            sys.argv = order.words
            runpy.run_module(first, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        codes.append(ended.code)
        raise
    codes.append(None)


def _open_streams() -> None:
    """Open the streams as the interpreter does, for what they are now."""
    encoding = sys.__stdout__.encoding if sys.__stdout__ else None
    stdin = os.fdopen(0, encoding=encoding, errors="strict", closefd=False)
    stdout = os.fdopen(1, "w", 1 if os.isatty(1) else -1, encoding, "strict", closefd=False)
    stderr = os.fdopen(2, "w", 1, encoding, "backslashreplace", closefd=False)
    sys.stdin, sys.stdout, sys.stderr = stdin, stdout, stderr
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = stdin, stdout, stderr  # type: ignore[misc]


def _end(codes: list[object]) -> None:
    """End once all else that is done at the end is done.

    To take the modules apart would cost half of a start. Whatever is no plain exit code is left to
    the interpreter, which has more to say.
    """
    for code in codes:
        if code is None or isinstance(code, int):
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code or 0)


if __name__ == "__main__":
    main()
