import asyncio
import ssl
import time
from pathlib import Path

import aiohttp
import pytest
from argon2 import PasswordHasher

from scanner.web import listener as listening
from scanner.web import tries
from scanner.web.password import Password
from scanner.web.server import tls_context
from scanner.web.tries import PER_ADDRESS
from tests.web.certificate import make_certificate
from tests.web.house import PASSWORD, House, a_house, basic


def coming_from(address: str) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(local_addr=(address, 0), limit=0)
    return aiohttp.ClientSession(connector=connector)


async def ask(session: aiohttp.ClientSession, house: House, password: str) -> int:
    async with session.get(house.address, headers=basic(password)) as answer:
        return answer.status


@pytest.mark.parametrize("hashed", [False, True])
async def test_right_ones_come_in_at_once_while_wrong_ones_are_in_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashed: bool
) -> None:
    monkeypatch.setattr(tries, "PER_ADDRESS_SECONDS", 600.0)  # checks take long on a busy machine
    kept = Password(PasswordHasher().hash(PASSWORD) if hashed else PASSWORD)
    async with (
        a_house(tmp_path, password=kept) as house,
        coming_from("127.0.0.2") as thief,
        coming_from("127.0.0.3") as guard,
    ):
        guesses = [asyncio.create_task(ask(thief, house, f"wrong {n}")) for n in range(60)]
        await asyncio.sleep(0)
        began = time.monotonic()
        assert await ask(guard, house, PASSWORD) == 200
        assert time.monotonic() - began < 3.0
        answers = await asyncio.gather(*guesses)
        assert answers.count(401) == PER_ADDRESS
        assert answers.count(429) == 60 - PER_ADDRESS
        # Not even the right one is looked at now: else the guesses would go on.
        assert await ask(thief, house, PASSWORD) == 429
        assert await ask(guard, house, PASSWORD) == 200


async def test_who_waits_is_told_how_long(tmp_path: Path) -> None:
    kept = Password(PASSWORD)
    async with a_house(tmp_path, password=kept) as house, coming_from("127.0.0.1") as session:
        for _ in range(PER_ADDRESS):
            assert await ask(session, house, "wrong") == 401
        async with session.get(house.address, headers=basic("wrong")) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 6
            assert "try again in" in await answer.text()


async def test_who_is_in_stays_in_whatever_others_at_the_same_address_try(tmp_path: Path) -> None:
    async with (
        a_house(tmp_path, password=Password(PASSWORD)) as house,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as guard,
        aiohttp.ClientSession() as thief,
    ):
        assert await ask(guard, house, PASSWORD) == 200
        for _ in range(PER_ADDRESS + 5):
            await ask(thief, house, "wrong")
        async with guard.get(house.address) as answer:
            assert answer.status == 200


async def test_connections_that_only_wait_give_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PER_ADDRESS", 5)
    monkeypatch.setattr(listening, "IN_ALL", 12)
    async with (
        a_house(tmp_path) as house,
        aiohttp.ClientSession() as guard,
        guard.ws_connect(f"{house.address}/ws", headers={"Origin": house.address}) as screen,
    ):
        await screen.receive()
        idle = []
        for n in range(40):
            at = (f"127.0.0.{n % 9 + 1}", 0)
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port, local_addr=at)
            writer.write(b"GET / HTTP/1.1\r\n")
            idle.append((reader, writer))
            await asyncio.sleep(0.005)
        assert len(house.listener._guests) <= 12
        assert await ask(guard, house, "") == 200
        await screen.send_str('["stdin", "still here"]')
        assert (await screen.receive(5)).data == b"Dstill here"
        assert await idle[0][0].read() == b""
        for _, writer in idle:
            writer.close()


async def test_a_connection_without_a_request_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "IDLE_SECONDS", 0.3)
    async with a_house(tmp_path) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: ")
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_a_handshake_that_never_comes_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setattr(listening, "HANDSHAKE_SECONDS", 0.3)
    async with a_house(tmp_path, tls=tls_context(*certificate)) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
        assert not house.listener._guests
        trusting = ssl.create_default_context(cafile=certificate[0])
        async with (
            aiohttp.ClientSession() as session,
            session.get(house.address, ssl=trusting) as answer,
        ):
            assert answer.status == 200
