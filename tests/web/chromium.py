"""A headless Chromium that shows one page, driven by its DevTools protocol."""

import asyncio
import itertools
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np
import pytest

from scanner.qr.frame import Pixels
from tests.web.house import until

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")
LIMIT_SECONDS = 40
_LOOK_SECONDS = 0.3


@dataclass
class Page:
    """The page.

    Attributes:
        complaints: what its scripts and its policy complained of.
        loaded: whether all its parts are there.
    """

    socket: "aiohttp.ClientWebSocketResponse[Any]"
    complaints: list[str] = field(default_factory=list)
    loaded: asyncio.Event = field(default_factory=asyncio.Event)
    _answers: dict[int, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Have the browser do something."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(LIMIT_SECONDS):
            return await self._answers[number]

    async def listen(self) -> None:
        """Take the browser's answers and events."""
        async for message in self.socket:
            said = message.json()
            answer = self._answers.pop(said.get("id"), None)
            if answer and not answer.done():
                answer.set_result(said.get("result", said))
            elif said.get("method") == "Page.loadEventFired":
                self.loaded.set()
            elif said.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(str(said["params"]))

    async def value(self, script: str) -> Any:
        """Return what a script's expression is."""
        answer = await self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until a script's expression is true."""
        look = f"const look = () => ({script}) ? done(true) : setTimeout(look, 50)"
        assert await self.value(f"new Promise((done) => {{ {look}; look(); }})"), script

    async def tap(self, selector: str) -> None:
        """Touch the middle of an element, as a thumb does."""
        box = await self.value(
            f"document.querySelector({selector!r}).getBoundingClientRect().toJSON()"
        )
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        await self.ask("Input.dispatchTouchEvent", type="touchStart", touchPoints=[at])
        await self.ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def resize(self, size: tuple[int, int], *, phone: bool) -> None:
        """Give the window another size, in pixels, as a phone has that is turned."""
        width, height = size
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=phone,
        )  # fmt: skip

    async def looks(self, right: Callable[[Pixels], bool], file: Path) -> None:
        """Wait until it looks right; `file` has what it looked like at last."""
        for _ in range(int(LIMIT_SECONDS / _LOOK_SECONDS)):
            if right(await self.picture(file)):
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise AssertionError(file)

    async def picture(self, file: Path) -> Pixels:
        """Return what the page looks like, and keep it in a PNG."""
        answer = await self.ask("Page.captureScreenshot", format="png")
        png = b64decode(answer["data"])
        await asyncio.to_thread(file.write_bytes, png)
        return np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@asynccontextmanager
async def a_page(
    address: str, folder: Path, size: tuple[int, int], *flags: str, phone: bool = False
) -> AsyncIterator[Page]:
    """Show a page; `folder` gets the browser's profile."""
    assert PROGRAM
    profile = folder / "profile"
    command = [
        PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--enable-unsafe-swiftshader", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
        f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", *flags, "about:blank",
    ]  # fmt: skip
    browser = await asyncio.create_subprocess_exec(
        *command, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
    )
    try:
        told = profile / "DevToolsActivePort"
        await until(lambda: told.exists() and "\n" in told.read_text(), LIMIT_SECONDS)
        port = told.read_text().splitlines()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as listed:
                targets = [each for each in await listed.json() if each["type"] == "page"]
            at = targets[0]["webSocketDebuggerUrl"]
            async with session.ws_connect(at, max_msg_size=0) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                for domain in ("Page", "Runtime", "Log"):
                    await page.ask(f"{domain}.enable")
                await page.resize(size, phone=phone)
                await page.ask("Emulation.setTouchEmulationEnabled", enabled=phone)
                await page.ask("Page.navigate", url=address)
                await asyncio.wait_for(page.loaded.wait(), LIMIT_SECONDS)
                yield page
                listening.cancel()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        await browser.wait()
