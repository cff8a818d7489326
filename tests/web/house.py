"""A server of the gate in browsers, in this process, with a stand-in for the gate."""

import asyncio
import socket
import ssl
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from scanner.scanning.scan_source import FRAMES_SOCKET
from scanner.web.door import Door
from scanner.web.listener import Listener
from scanner.web.password import Password
from scanner.web.server import make_app
from scanner.web.window import PRELUDE, Windows

PASSWORD = "dry leaves"
STAND_IN = f"""
import os, sys, signal, socket, threading
FOLDER, MANNERS = sys.argv[1:]
open(f"{{FOLDER}}/{{os.getpid()}}", "w").close()
def show(kind, content):
    os.write(1, kind + len(content).to_bytes(4, "big") + content)
if "deaf" in MANNERS:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "slow" in MANNERS:
    import time; time.sleep(0.5)
def look():
    frames = socket.socket(fileno=int(os.environ[{FRAMES_SOCKET!r}]))
    while head := frames.recv(4, socket.MSG_WAITALL):
        jpeg = frames.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        show(b"D", b"frame %d" % len(jpeg))
        if "stares" not in MANNERS:
            frames.send(b".")
if "dead" not in MANNERS:
    os.write(1, {PRELUDE!r})
    show(b"D", f"{{os.environ.get('COLUMNS')}}x{{os.environ.get('ROWS')}}".encode())
    if "looks" in MANNERS:
        threading.Thread(target=look, daemon=True).start()
    if "talks" in MANNERS:
        while True:
            show(b"D", b"x" * 60000)
    while head := sys.stdin.buffer.read(5):
        content = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
        if b'"quit"' in content and "deaf" not in MANNERS:
            break
        show(b"D", head[:1] + content)
        if content == b"sing":
            show(b"M", b'{{"type": "sound", "name": "admitted", "volume": 60}}')
        if content == b"leave":
            show(b"M", b'{{"type": "exit"}}')
            break
    if "deaf" in MANNERS:
        signal.pause()
"""


@dataclass(frozen=True, slots=True)
class House:
    """A server that runs."""

    address: str
    pids: Path
    windows: Windows
    listener: Listener

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def gates(self) -> list[int]:
        """Return the gates that run now."""
        return [pid for pid in (int(each.name) for each in self.pids.iterdir()) if _runs(pid)]

    async def no_gate_is_left(self, seconds: float = 5.0) -> None:
        await until(lambda: not (self.gates() or self.windows._ending), seconds)


async def until(come: Callable[[], bool], seconds: float) -> None:
    """Wait for something."""
    async with asyncio.timeout(seconds):
        while True:
            if come():
                return
            await asyncio.sleep(0.02)


def _runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'anybody:{password}'.encode()).decode()}"}


@asynccontextmanager
async def a_house(
    folder: Path,
    *,
    manners: str = "",
    password: Password | None = None,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    take_frames: bool = False,
    language: str = "en",
) -> AsyncIterator[House]:
    """Serve; the stand-in's manners are words: deaf, slow, dead, talks, looks, stares."""
    pids = folder / "gates"
    pids.mkdir()
    port = free_port()
    command = [sys.executable, "-c", STAND_IN, str(pids), manners]
    windows = Windows(command, take_frames=take_frames)
    listener = Listener(tls)
    app = make_app(windows, Door(host, password, listener.let_in), lambda: language)
    app.on_shutdown.append(windows.close)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await listener.start(runner, host, port)
    scheme = "https" if tls else "http"
    house = House(f"{scheme}://127.0.0.1:{port}", pids, windows, listener)
    try:
        yield house
    finally:
        await runner.cleanup()
        await listener.stop()
    await house.no_gate_is_left()
