import asyncio
import json
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from argon2 import PasswordHasher

from scanner.cli.web import COOKIE, is_loopback, read_hash
from tests.cli.program import Program
from tests.mock.server import Ready

LIMIT_SECONDS = 40


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'anybody:{password}'.encode()).decode()}"}


@contextmanager
def browsers(program: Program, *words: str) -> Iterator[str]:
    """Serve the gate; yields the page's address."""
    port = free_port()
    command = [sys.executable, "-m", "scanner", "gate", "--web", "--port", str(port), *words]
    flags = ["--camera", "none", "--no-network"]
    with subprocess.Popen(
        [*command, *flags], env=program.environment(), stderr=subprocess.PIPE
    ) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        assert b"open to browsers" in said, said
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0


@pytest.fixture
def gate(program: Program, server: Ready) -> Program:
    program.open_at(server)
    return program


@pytest.fixture
def password(tmp_path: Path) -> list[str]:
    file = tmp_path / "password"
    file.write_text("dry leaves\n")
    return ["--password-file", str(file)]


async def test_the_screen_and_its_keys_come_through_a_browsers_socket(gate: Program) -> None:
    with browsers(gate) as address:
        async with aiohttp.ClientSession() as session:
            page = await session.get(address)
            text = await page.text()
            assert page.status == 200
            assert "style-src 'self'" in page.headers["Content-Security-Policy"]
            assert "googleapis" not in text
            assert text.count('querySelector(".xterm-helper-textarea")?.focus()') == 1
            assert f"ws://{address.removeprefix('http://')}/ws" in text
            async with session.ws_connect(
                f"{address}/ws?width=80&height=24", headers={"Origin": address}
            ) as screen:
                await _until(screen, b"gate admits")
                await screen.send_str(json.dumps(["stdin", "i"]))
                await _until(screen, b"Type a serial")


async def _until(screen: "aiohttp.ClientWebSocketResponse", words: bytes) -> None:
    seen = b""
    async with asyncio.timeout(LIMIT_SECONDS):
        async for message in screen:
            if isinstance(message.data, bytes):
                seen += message.data
            if words in seen:
                return
    raise AssertionError(seen[-500:])


async def test_with_a_password_nobody_comes_in_without_it(
    gate: Program, password: list[str]
) -> None:
    with browsers(gate, *password) as address:
        async with aiohttp.ClientSession() as session:
            for headers in ({}, basic("dry leave"), basic(""), {"Authorization": "Basic %"}):
                for path in ("/", "/static/js/textual.js", "/ws"):
                    answer = await session.get(
                        f"{address}{path}", headers={**headers, "Origin": address}
                    )
                    assert answer.status == 401
                    assert "Basic" in answer.headers["WWW-Authenticate"]
            answer = await session.get(address, headers=basic("dry leaves"))
            assert answer.status == 200
            cookie = answer.cookies[COOKIE]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Strict"
        async with aiohttp.ClientSession(cookies={COOKIE: cookie.value}) as again:
            assert (await again.get(address)).status == 200
        async with aiohttp.ClientSession(cookies={COOKIE: "guessed"}) as thief:
            assert (await thief.get(address)).status == 401


async def test_another_sites_page_reaches_nothing(gate: Program) -> None:
    with browsers(gate) as address:
        async with aiohttp.ClientSession() as session:
            for headers in ({"Origin": "https://evil.example"}, {}, {"Origin": "null"}):
                answer = await session.get(f"{address}/ws", headers=headers)
                assert answer.status == 403
            answer = await session.get(address, headers={"Host": "evil.example"})
            assert answer.status == 403


def test_without_a_password_it_listens_to_this_machine_alone(program: Program) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "gate.example"):  # noqa: S104 - refused
        said = program.complains("gate", "--web", "--host", host)
        assert "--password-file" in said


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xff"])
def test_a_password_file_that_holds_none_is_one_sentence(
    program: Program, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    said = program.complains("gate", "--web", "--password-file", str(file))
    assert "password file" in said


def test_a_port_that_is_taken_is_one_sentence(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "another --port" in program.complains("gate", "--web", "--port", port)


def test_a_password_or_its_hash_may_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("dry leaves\nanything")
    assert PasswordHasher().verify(read_hash(file), "dry leaves")
    hashed = PasswordHasher().hash("dry leaves")
    file.write_text(hashed)
    assert read_hash(file) == hashed


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False),  # noqa: S104 - nobody listens there
     ("localhost.example", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
