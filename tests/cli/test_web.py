import asyncio
import json
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from scanner.web.door import COOKIE
from scanner.web.server import is_loopback
from tests.cli.program import Program
from tests.cli.web_server import serving
from tests.mock.server import Ready
from tests.web.certificate import make_certificate
from tests.web.house import basic, until

LIMIT_SECONDS = 40
ESC = "\x1b[27u"  # in the form that no other key can follow as its Alt


@contextmanager
def browsers(program: Program, *words: str) -> Iterator[str]:
    """Serve the gate; yields the page's address."""
    with serving(program, *words) as (address, _):
        yield address


@pytest.fixture
def gate(program: Program, server: Ready) -> Program:
    program.open_at(server)
    return program


@pytest.fixture
def password(tmp_path: Path) -> list[str]:
    file = tmp_path / "password"
    file.touch(mode=0o600)
    file.write_text("dry leaves\n")
    return ["--password-file", str(file)]


async def test_the_screen_and_its_keys_come_through_a_browsers_socket(gate: Program) -> None:
    with browsers(gate) as address:
        async with aiohttp.ClientSession() as session:
            page = await session.get(address)
            assert page.status == 200
            async with session.ws_connect(
                f"{address}/ws?width=80&height=24", headers={"Origin": address}
            ) as screen:
                seen = await _until(screen, b"gate admits")
                await screen.send_str(json.dumps(["stdin", "i"]))
                seen += await _until(screen, b"Type a serial")
                await screen.send_str(json.dumps(["stdin", ESC]))
                await screen.send_str(json.dumps(["stdin", "?"]))
                seen += await _until(screen, b"Esc closes")
                await screen.send_str(json.dumps(["stdin", ESC]))
                assert b"Quit" not in seen
                for key in ("q", "\x11"):  # Ctrl+Q
                    await screen.send_str(json.dumps(["stdin", key]))
                    await _until(screen, b"closing this window does")
                    await screen.send_str(json.dumps(["stdin", "y"]))
                    await screen.send_str(json.dumps(["stdin", ESC]))
                await screen.send_str(json.dumps(["stdin", "i"]))
                await _until(screen, b"Type a serial")


async def _until(screen: "aiohttp.ClientWebSocketResponse", words: bytes) -> bytes:
    """Wait for words on the screen; returns what was shown until then."""
    seen = b""
    async with asyncio.timeout(LIMIT_SECONDS):
        async for message in screen:
            if isinstance(message.data, bytes):
                seen += message.data
            if words in seen:
                return seen
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


def test_a_password_file_that_holds_none_is_one_sentence(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "password"
    said = program.complains("gate", "--web", "--password-file", str(file))
    assert "password file" in said


def test_a_port_that_is_taken_is_one_sentence(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "another --port" in program.complains("gate", "--web", "--port", port)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False),  # noqa: S104 - nobody listens there
     ("localhost.example", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def gates_of(server: int) -> list[int]:
    """Return the processes that a server has started."""
    listed = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [int(pid) for pid in listed]


async def ended(pid: int) -> None:
    await until(lambda: not Path(f"/proc/{pid}").exists(), LIMIT_SECONDS)


async def test_no_size_that_a_browser_asks_for_takes_much_memory(gate: Program) -> None:
    with serving(gate) as (address, server):
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                f"{address}/ws?width=99999&height=99999", headers={"Origin": address}
            ) as screen,
        ):
            await _until(screen, b"gate admits")
            huge = {"width": 99_999, "height": 99_999}
            await screen.send_str(json.dumps(["resize", huge]))
            await screen.send_str(json.dumps(["stdin", "\x1b[48;99999;99999;9;9t"]))
            await screen.send_str(json.dumps(["resize", {"width": -1, "height": 0}]))
            await screen.send_str(json.dumps(["resize", {"width": 80, "height": 24}]))
            await screen.send_str(json.dumps(["stdin", "i"]))
            await _until(screen, b"Type a serial")
            (pid,) = gates_of(server)
            assert resident_bytes(pid) < 600 * 1024 * 1024


async def test_a_gate_ends_when_its_server_is_killed(gate: Program) -> None:
    with serving(gate, killed=True) as (address, server):
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{address}/ws", headers={"Origin": address}) as screen,
        ):
            await _until(screen, b"gate admits")
            (pid,) = gates_of(server)
            os.kill(server, signal.SIGKILL)
            await ended(pid)


async def test_a_gate_that_is_only_starting_ends_with_its_window(gate: Program) -> None:
    with serving(gate) as (address, server):
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{address}/ws", headers={"Origin": address}):
                await until(lambda: bool(gates_of(server)), LIMIT_SECONDS)
                (pid,) = gates_of(server)
            await ended(pid)


async def test_with_a_certificate_it_speaks_tls(
    gate: Program, password: list[str], tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path)
    flags = ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    trusting = ssl.create_default_context(cafile=certificate[0])
    with browsers(gate, *password, *flags) as plain:
        address = plain.replace("http:", "https:")
        async with aiohttp.ClientSession() as session:
            answer = await session.get(address, headers=basic("dry leaves"), ssl=trusting)
            assert answer.status == 200
            assert answer.cookies[COOKIE]["secure"]
            with pytest.raises(aiohttp.ClientError):
                await session.get(plain)


def test_beyond_this_machine_without_tls_it_warns(gate: Program, password: list[str]) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - for a moment
    with serving(gate, "--host", everywhere, *password, first=b"unencrypted"):
        pass


@pytest.mark.parametrize("broken", ["certificate", "key", "pair", "missing"])
def test_a_certificate_that_will_not_do_is_one_sentence(
    program: Program, tmp_path: Path, broken: str
) -> None:
    file, key = make_certificate(tmp_path)
    if broken == "certificate":
        file.write_text("nothing")
    elif broken == "key":
        key.write_text("nothing")
    elif broken == "pair":
        key = file
    else:
        file = tmp_path / "none.pem"
    flags = ["--certificate", str(file), "--key", str(key)]
    assert "can't be used with its key" in program.complains("gate", "--web", *flags)
