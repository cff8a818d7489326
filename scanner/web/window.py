"""A window of a browser, and the gate that runs for it: a process of its own."""

import asyncio
import json
import os
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from scanner.facts import Fact
from scanner.scanning.scan_source import FRAMES_SOCKET, LARGEST_FRAME
from scanner.web.errors import WebNotice
from scanner.wording.sentences import sentence

MOST_WINDOWS = 8
"""Each costs a process of some 100 MB."""

LARGEST_MESSAGE = 64 * 1024
"""Bytes; a scan has some dozens, a pasted list of serials some thousands."""

BYTES_PER_SECOND = 32 * 1024
"""What a window may send for long; whatever comes faster waits in the network."""

FRAME_SECONDS = 1 / 15
"""Between two frames that a gate is given; what comes while one is on its way is dropped."""

HEARTBEAT_SECONDS = 15.0
"""A browser that is silent for half as long after a ping is gone."""

END_SECONDS = 5.0
"""How long a gate has to end after each of two requests, before it is killed."""

DRIVER = "scanner.tui.terminal.driver:BrowserDriver"
PRELUDE = b"__GANGLION__\n"
"""What Textual's driver for browsers writes first."""

BURST_SECONDS = 2.0
"""How far a window may be ahead of that."""

_LEAST_COST = 64
"""What a message costs at least, in bytes: a moved mouse is drawn, a changed size laid out."""

_HEAD = 5
_CHUNK = 64 * 1024
_LONGEST_NUMBER = 6


class Windows:
    """The windows that are open.

    Args:
        command: starts a gate.
        take_frames: the gates look through their browsers' cameras.
    """

    def __init__(self, command: Sequence[str], *, take_frames: bool = False) -> None:
        self._command = command
        self.take_frames = take_frames
        self._open: dict[web.WebSocketResponse, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def show(self, request: web.Request) -> web.WebSocketResponse:
        """Run a gate for a window until either of them ends."""
        screen = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=LARGEST_FRAME if self.take_frames else LARGEST_MESSAGE,
            compress=False,
            timeout=2,
        )
        await screen.prepare(request)
        if len(self._open) + len(self._ending) >= MOST_WINDOWS:
            full = sentence(Fact(WebNotice.TOO_MANY_WINDOWS, {"most": MOST_WINDOWS}))
            await screen.send_bytes(full.encode())
        else:
            self._open[screen] = asyncio.create_task(self._run(screen, _size_of(request)))
            await asyncio.wait([self._open[screen]])
        await screen.close()
        return screen

    async def close(self, _: object = None) -> None:
        """Close every window, and wait for the gates to end."""
        for screen in list(self._open):
            await screen.close()
        for running in (list(self._open.values()), list(self._ending)):
            await asyncio.gather(*running, return_exceptions=True)
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _run(self, screen: web.WebSocketResponse, size: dict[str, str]) -> None:
        try:
            gate = await _Gate.start(self._command, size)
            try:
                await gate.connect(screen)
            finally:
                # A task of its own, so that the window is closed at once.
                ending = asyncio.create_task(gate.end())
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
        finally:
            self._open.pop(screen, None)


class _Gate:
    """A gate's process, which speaks with Textual's driver for browsers."""

    def __init__(
        self,
        process: Process,
        keys: asyncio.StreamWriter,
        shown: asyncio.StreamReader,
        camera: "_Camera",
    ) -> None:
        self._process = process
        self._keys = keys
        self._shown = shown
        self._camera = camera

    @classmethod
    async def start(cls, command: Sequence[str], size: Mapping[str, str]) -> "_Gate":
        """Start it; what it says on stderr goes to the server's."""
        driver = {"TEXTUAL_DRIVER": DRIVER, "TEXTUAL_COLOR_SYSTEM": "truecolor"}
        # Whether the server's own terminal shows colours says nothing of a browser.
        kept = {name: text for name, text in os.environ.items() if name != "NO_COLOR"}
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                env={**kept, **size, **driver, FRAMES_SOCKET: str(theirs.fileno())},
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # so that Ctrl+C reaches the server alone, which ends it
            )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        camera = _Camera(*await asyncio.open_connection(sock=ours))
        return cls(process, process.stdin, process.stdout, camera)

    async def connect(self, screen: web.WebSocketResponse) -> None:
        """Hand on keys and pictures, until the window or the gate ends."""
        both = [
            asyncio.create_task(self._from_browser(screen)),
            asyncio.create_task(self._to_browser(screen)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def end(self) -> None:
        """End the gate: by its own command, by a signal, or by force."""
        await self._camera.close()
        with suppress(OSError, RuntimeError):
            self._keys.write(packet(b"M", json.dumps({"type": "quit"}).encode()))
            self._keys.close()
        unread = asyncio.create_task(self._discard())
        try:
            for insist in (self._process.terminate, self._process.kill):
                with suppress(TimeoutError):
                    async with asyncio.timeout(END_SECONDS):
                        await self._process.wait()
                    return
                with suppress(ProcessLookupError):
                    insist()
            await self._process.wait()
        finally:
            unread.cancel()

    async def _discard(self) -> None:
        """Read what nobody sees any more: a gate that can't write can't end either."""
        while await self._shown.read(_CHUNK):
            pass

    async def _from_browser(self, screen: web.WebSocketResponse) -> None:
        loop = asyncio.get_running_loop()
        paid_until = loop.time()
        async for message in screen:
            if message.type is WSMsgType.BINARY:
                if self._camera.take(message.data, screen):
                    continue
            elif len(message.data) > LARGEST_MESSAGE:
                await screen.close(code=WSCloseCode.MESSAGE_TOO_BIG)
                return
            else:
                await self._answer(message.data, screen)
            cost = max(len(message.data), _LEAST_COST) / BYTES_PER_SECOND
            paid_until = max(paid_until, loop.time() - BURST_SECONDS) + cost
            if paid_until > loop.time():
                await asyncio.sleep(paid_until - loop.time())

    async def _answer(self, text: str, screen: web.WebSocketResponse) -> None:
        answer, sent = read_message(text)
        if answer is not None:
            await screen.send_str(answer)
        if sent:
            self._keys.write(sent)
            await self._keys.drain()

    async def _to_browser(self, screen: web.WebSocketResponse) -> None:
        while (line := await self._shown.readline()) != PRELUDE:
            if not line:
                await screen.send_bytes(sentence(Fact(WebNotice.NOT_STARTED)).encode())
                return
        while True:
            head = await self._shown.readexactly(_HEAD)
            content = await self._shown.readexactly(int.from_bytes(head[1:], "big"))
            if head[:1] == b"D":
                await screen.send_bytes(content)
            elif head[:1] == b"M":
                told = json.loads(content)
                if told.get("type") == "exit":
                    return
                if told.get("type") == "sound":
                    await screen.send_str(json.dumps(["sound", told]))


class _Camera:
    """Hands a window's frames to its gate, one at a time; the page sends the next when told to."""

    def __init__(self, taken: asyncio.StreamReader, frames: asyncio.StreamWriter) -> None:
        self._taken = taken
        self._frames = frames
        self._handing: asyncio.Task[None] | None = None

    def take(self, jpeg: bytes, screen: web.WebSocketResponse) -> bool:
        """Hand a frame on; tells whether it does, and not while another is on its way."""
        if self._handing and not self._handing.done():
            return False
        self._handing = asyncio.create_task(self._hand_on(jpeg, screen))
        return True

    async def close(self) -> None:
        """Let go of the gate, whatever is on its way."""
        if self._handing:
            self._handing.cancel()
            await asyncio.gather(self._handing, return_exceptions=True)
        self._frames.close()

    async def _hand_on(self, jpeg: bytes, screen: web.WebSocketResponse) -> None:
        loop = asyncio.get_running_loop()
        next_at = loop.time() + FRAME_SECONDS
        with suppress(OSError, EOFError):  # the gate or the window has ended
            self._frames.write(len(jpeg).to_bytes(4, "big") + jpeg)
            await self._taken.readexactly(1)
            await asyncio.sleep(next_at - loop.time())
            await screen.send_str('["frame"]')


def read_message(text: str) -> tuple[str | None, bytes]:
    """Return what a window's message is answered with, and the packet that the gate gets.

    What is no message of the page's is left out.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None, b""
    match message:
        case ["stdin", str(keys)]:
            return None, packet(b"D", keys.encode("utf-8", "replace"))
        case ["resize", {"width": int(width), "height": int(height)}]:
            resize = {"type": "resize", "width": width, "height": height}
            return None, packet(b"M", json.dumps(resize).encode())
        case ["blur" | "focus" as kind, *_]:
            return None, packet(b"M", json.dumps({"type": kind}).encode())
        case ["ping", int() | float() | str() as said]:
            return json.dumps(["pong", said]), b""
        case _:
            return None, b""


def packet(kind: bytes, content: bytes) -> bytes:
    """Return a packet of Textual's driver for browsers: D for keys, M for JSON."""
    return kind + len(content).to_bytes(4, "big") + content


def _size_of(request: web.Request) -> dict[str, str]:
    """Return the window's first size, for the gate's environment."""
    wanted = {"COLUMNS": request.query.get("width"), "ROWS": request.query.get("height")}
    return {
        name: text
        for name, text in wanted.items()
        if text and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    }
