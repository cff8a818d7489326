import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from scanner.scanning.scan_source import LARGEST_FRAME
from scanner.web import window
from scanner.web.window import read_message
from tests.web.house import House, a_house

LIMIT_SECONDS = 20


@asynccontextmanager
async def a_screen(
    house: House, query: str = ""
) -> "AsyncIterator[aiohttp.ClientWebSocketResponse[Any]]":
    """Open a window."""
    at, origin = f"{house.address}/ws{query}", {"Origin": house.address}
    async with aiohttp.ClientSession() as session, session.ws_connect(at, headers=origin) as screen:
        yield screen


async def said(screen: "aiohttp.ClientWebSocketResponse[Any]") -> bytes:
    message = await screen.receive(LIMIT_SECONDS)
    return message.data if isinstance(message.data, bytes) else b""


async def test_keys_and_sizes_go_to_the_gate_and_what_it_shows_comes_back(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        async with a_screen(house, "?width=90&height=30") as screen:
            assert await said(screen) == b"90x30"
            await screen.send_str('["stdin", "gr\\u00fcn"]')
            assert await said(screen) == b"D" + "grün".encode()
            await screen.send_str('["resize", {"width": 70, "height": 20}]')
            assert await said(screen) == b'M{"type": "resize", "width": 70, "height": 20}'
            await screen.send_str('["ping", "12"]')
            assert (await screen.receive(LIMIT_SECONDS)).data == '["pong", "12"]'
            await screen.send_str('["stdin", "sing"]')
            assert await said(screen) == b"Dsing"
            kind, sound = (await screen.receive(LIMIT_SECONDS)).json()
            assert (kind, sound["name"], sound["volume"]) == ("sound", "admitted", 60)
        await house.no_gate_is_left()


@pytest.mark.parametrize("manners", ["", "slow", "dead", "talks", "slow talks", "deaf"])
@pytest.mark.parametrize("leaves", ["closes", "is torn off", "before the first byte"])
async def test_a_gate_ends_with_its_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manners: str, leaves: str
) -> None:
    monkeypatch.setattr(window, "END_SECONDS", 0.3)
    async with a_house(tmp_path, manners=manners) as house:
        async with a_screen(house) as screen:
            if leaves != "before the first byte":
                await said(screen)
            if leaves == "is torn off":
                screen._response.connection.transport.abort()  # type: ignore[union-attr]
        await house.no_gate_is_left()


async def test_a_gate_ends_with_its_server(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with a_house(tmp_path) as house:
            for _ in range(3):
                await said(await stack.enter_async_context(a_screen(house)))
            assert len(house.gates()) == 3
        assert not house.gates()


async def test_a_window_ends_with_its_gate(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, a_screen(house) as screen:
        await said(screen)
        await screen.send_str('["stdin", "leave"]')
        kinds = [(await screen.receive(LIMIT_SECONDS)).type for _ in range(2)]
        assert kinds == [aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.CLOSE]


async def test_a_browser_that_reads_nothing_loses_its_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "HEARTBEAT_SECONDS", 0.4)
    async with a_house(tmp_path, manners="talks") as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=1)
        writer.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nOrigin: {house.address}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        await reader.readexactly(1)
        await asyncio.sleep(0.2)
        await house.no_gate_is_left(10)
        writer.close()


async def test_a_window_too_many_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "MOST_WINDOWS", 2)
    async with a_house(tmp_path) as house:
        async with a_screen(house) as first, a_screen(house) as second:
            assert await said(first) == await said(second)
            async with a_screen(house) as third:
                assert b"All 2 windows are in use" in await said(third)
            assert len(house.gates()) == 2
        await house.no_gate_is_left()
        async with a_screen(house) as again:
            assert b"x" in await said(again)


async def test_a_gate_that_does_not_start_is_told(tmp_path: Path) -> None:
    async with a_house(tmp_path, manners="dead") as house, a_screen(house) as screen:
        assert b"did not start" in await said(screen)


async def test_a_flood_waits_in_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "BYTES_PER_SECOND", 1000)
    monkeypatch.setattr(window, "BURST_SECONDS", 0.5)
    async with a_house(tmp_path) as house, a_screen(house) as screen:
        await said(screen)
        for _ in range(50):
            await screen.send_str('["stdin", "12345678901234567890"]')
        came = 0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                while True:
                    await screen.receive()
                    came += 1
        assert came < 35


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "null", "[]", '["stdin"]', '["stdin", 1]', '["stdin", null]', '["resize", {}]',
        '["resize", {"width": "1", "height": 2}]', '["resize", {"width": 1e9, "height": 2}]',
        '["resize", {"width": NaN, "height": 2}]', '["ping", {}]', '["ping", [[]]]', '{"a": 1}',
        '["delete"]', "[" * 60_000, "1" * 60_000,
    ],
)  # fmt: skip
def test_what_is_no_message_of_the_pages_is_left_out(text: str) -> None:
    assert read_message(text) == (None, b"")


def test_half_a_character_is_replaced() -> None:
    assert read_message('["stdin", "\\ud800"]') == (None, b"D\x00\x00\x00\x01?")


async def test_a_gate_gets_one_frame_after_the_other_and_the_page_is_told_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "FRAME_SECONDS", 0.2)
    looks = a_house(tmp_path, manners="looks", take_frames=True)
    async with looks as house, a_screen(house) as screen:
        await said(screen)
        began = asyncio.get_running_loop().time()
        for length in (1000, LARGEST_FRAME - 1):
            await screen.send_bytes(b"x" * length)
            assert await said(screen) == b"frame %d" % length
            assert (await screen.receive(LIMIT_SECONDS)).data == '["frame"]'
        assert asyncio.get_running_loop().time() - began > 0.4


async def test_frames_that_a_page_does_not_wait_with_are_dropped_and_keys_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "BYTES_PER_SECOND", 1_000_000)
    stares = a_house(tmp_path, manners="looks stares", take_frames=True)
    async with stares as house, a_screen(house) as screen:
        await said(screen)
        for _ in range(10):  # the gate takes the first, and no other until it has looked
            await screen.send_bytes(b"x" * 100_000)
        assert await said(screen) == b"frame 100000"
        await screen.send_str('["stdin", "i"]')
        assert await said(screen) == b"Di"


async def test_a_flood_of_frames_waits_in_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "BURST_SECONDS", 0.1)
    stares = a_house(tmp_path, manners="looks stares", take_frames=True)
    async with stares as house, a_screen(house) as screen:
        await said(screen)
        for _ in range(2):
            await screen.send_bytes(b"x" * 40_000)
        assert await said(screen) == b"frame 40000"
        await screen.send_str('["stdin", "i"]')
        with pytest.raises(TimeoutError):
            await screen.receive(0.5)


@pytest.mark.parametrize("take_frames", [True, False])
async def test_neither_a_frame_nor_a_text_may_be_larger_than_its_bound(
    tmp_path: Path, take_frames: bool
) -> None:
    bound = LARGEST_FRAME if take_frames else window.LARGEST_MESSAGE
    async with a_house(tmp_path, take_frames=take_frames) as house:
        for large in (b"x" * bound, json.dumps(["stdin", "x" * window.LARGEST_MESSAGE])):
            async with a_screen(house) as screen:
                await said(screen)
                if isinstance(large, bytes):
                    await screen.send_bytes(large)
                else:
                    await screen.send_str(large)
                end = (await screen.receive(LIMIT_SECONDS)).data
                assert end == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        await house.no_gate_is_left()
