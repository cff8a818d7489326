"""The gate's page in a browser, looked at; and its camera, which reads a film of a ticket."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np
import pytest

from scanner.qr.frame import Pixels
from scanner.stage.scene import Approach
from scanner.stage.ticket_art import Medium
from tests.cli.program import Program
from tests.cli.web_server import serving
from tests.mock.api import Api
from tests.mock.server import Ready
from tests.web.chromium import Page, a_page, needs_chromium

PHONE, LAPTOP = (390, 844), (1280, 800)
ACROSS = PHONE[::-1]
LIMIT_SECONDS = 40
FRAMES = 12
SHOWN = "document.body.classList.contains('-first-byte')"
FONT = {PHONE: 16, ACROSS: 16, LAPTOP: 20}
GREEN_LIGHT = b"48;2;25;195;125"
"""The colour of an admission's light, as a terminal is told it."""
THUMB = 48  # pixels
GREEN = 0.15  # of the window
LISTEN = """window.heard = [];
{
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function () {
    heard.push(Number(this.buffer.duration.toFixed(2)));
    start.call(this);
  };
}"""
LAYOUT = """(() => {
  const box = (each) => each.getBoundingClientRect().toJSON();
  const keys = [...document.querySelectorAll("nav button")].filter((key) => !key.hidden);
  return {
    font: Number(terminal.dataset.fontSize),
    keys: keys.map(box),
    screen: box(document.querySelector(".xterm-screen")),
  };
})()"""


@pytest.fixture
def gate(program: Program, server: Ready) -> Program:
    program.open_at(server)
    return program


@pytest.fixture
def ticket(server: Ready) -> str:
    """A ticket of the first section, which the gate lets in."""
    anybody = Api(server.url, server.api_key).gate(server.tokens[0].code)
    wanted = server.tokens[0].sections[0]
    return next(
        str(each["serial"])
        for each in anybody.entries(f"{server.event}/tickets", records=1000)
        if wanted.endswith(each["section"]["self"]) and each["status"] == "Issued"
    )


def film(payload: str) -> Iterator[bytes]:
    """Draw a patron who holds a ticket before the camera, as JPEGs."""
    for pixels in Approach(payload, 1, frames=FRAMES, medium=Medium.PHONE):
        yield cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


async def until_shown(
    screen: "aiohttp.ClientWebSocketResponse[Any]",
    *words: str,
    frames: Iterator[bytes] | None = None,
) -> bytes:
    """Wait for words on the screen, or to the page; returns what came until then.

    As the page does, it sends the next of the `frames` when the gate has taken the last.
    """
    seen = b""
    async with asyncio.timeout(LIMIT_SECONDS):
        async for message in screen:
            seen += message.data if isinstance(message.data, bytes) else message.data.encode()
            if frames and message.data == '["frame"]':
                await screen.send_bytes(next(frames))
            if all(word.encode() in seen for word in words):
                return seen
    raise AssertionError(seen[-500:])


READY = 0.1
"""Of the page, at least: how much the letters of READY cover; on the help they are small."""


def bright(picture: Pixels) -> float:
    """Return how much of a picture is as bright as READY's letters."""
    return float(np.mean(picture.min(axis=2) > 170))


def is_green(picture: Pixels) -> bool:
    """Tell whether a picture of the page shows a green light."""
    blue, green, red = (picture[:, :, each].astype(np.int16) for each in range(3))
    return bool(np.mean((green > red + 40) & (green > blue + 40)) > GREEN)


async def test_frames_that_a_browser_sends_are_judged(gate: Program, ticket: str) -> None:
    with serving(gate, camera="") as (address, _):
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{address}/ws", headers={"Origin": address}) as screen,
        ):
            await until_shown(screen, "press Camera to scan")
            sound = '["sound", {"type": "sound", "name": "admitted", "volume": 80}]'
            frames = itertools.cycle(list(film(ticket)))
            await screen.send_bytes(next(frames))
            seen = await until_shown(screen, ticket, "ADMIT", sound, frames=frames)
            assert GREEN_LIGHT in seen


@needs_chromium
async def test_a_film_of_a_ticket_before_a_phones_camera_is_judged_on_the_page(
    gate: Program, ticket: str, tmp_path: Path
) -> None:
    shown = tmp_path / "film.mjpeg"
    shown.write_bytes(b"".join(film(ticket)))
    fakes = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={shown}",
    )
    with serving(gate, camera="") as (address, _):
        async with a_page(address, tmp_path, PHONE, *fakes, phone=True) as page:
            await page.until(SHOWN)
            assert not is_green(await page.picture(tmp_path / "rest.png"))
            await check_layout(page, PHONE)
            await page.value(LISTEN)
            await page.tap("#camera")
            await page.looks(is_green, tmp_path / "verdict.png")
            await page.until("heard.length > 0")
            await check_layout(page, PHONE)
            assert await page.value("said.hidden && !sight.hidden")
            await page.value("cameraKey.click()")
            await page.resize(ACROSS, phone=True)
            await page.until("innerWidth > innerHeight && sight.hidden")
            await check_layout(page, ACROSS)
            assert page.complaints == []


@needs_chromium
async def test_a_camera_that_there_is_none_of_is_told_in_a_sentence_and_keys_go_on(
    gate: Program, tmp_path: Path
) -> None:
    with serving(gate, camera="") as (address, _):
        async with a_page(address, tmp_path, LAPTOP) as page:
            await page.until(SHOWN)
            await check_layout(page, LAPTOP)
            await page.value("document.querySelector('#camera').click()")
            await page.until("!said.hidden")
            told = await page.value("said.textContent")
            assert told in await page.value("Object.values(words)")
            await page.looks(lambda now: bright(now) > READY, tmp_path / "told.png")
            await page.value("document.querySelector('[data-keys=\"?\"]').click()")
            await page.looks(lambda now: bright(now) < READY, tmp_path / "help.png")
            assert page.complaints == []


async def check_layout(page: Page, size: tuple[int, int]) -> None:
    """See that it is readable, and that nothing lies over the terminal or outside the window."""
    width, height = size
    seen = await page.value(LAYOUT)
    assert seen["font"] >= FONT[size]
    assert all(key["height"] >= THUMB for key in seen["keys"])
    assert all(key["bottom"] <= height and key["right"] <= width for key in seen["keys"])
    right, bottom = seen["screen"]["right"], seen["screen"]["bottom"]
    assert right <= width
    assert all(bottom <= key["top"] or right <= key["left"] for key in seen["keys"])
    assert seen["screen"]["width"] * seen["screen"]["height"] > width * height / 3
