import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.app.assembly import assembled
from scanner.app.platforms import provider_of
from scanner.config import Config, Confirmation
from scanner.judging import Judged
from scanner.keystore import KeyStore
from scanner.platform.access import Request
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.credentials import application_key, load
from scanner.sync.engine import Engine
from scanner.sync.link import LinkState
from scanner.sync.opening import open_gate
from tests.mock.api import Api
from tests.mock.server import mock_server
from tests.store.worlds import NOW, SERIALS, filled, row
from tests.tui.sources import FakeSource

HERE = SERIALS[0]


class Opener:
    """Notes for whom a turnstile is opened, and in which thread."""

    def __init__(self) -> None:
        self.opened: list[str | None] = []
        self.threads: list[threading.Thread] = []
        self.done = threading.Event()

    def open(self, judged: Judged) -> None:
        self.opened.append(judged.verdict.serial)
        self.threads.append(threading.current_thread())
        self.done.set()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file = tmp_path / "gate.sqlite3"
    filled(file, [row(HERE)]).close()
    with Writer(file) as found:
        yield found


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path, file_only=True)


def test_the_engine_works_in_a_thread_of_its_own_and_has_ended_afterwards(
    tmp_path: Path, writer: Writer, keys: KeyStore
) -> None:
    with assembled(Config(home=tmp_path), writer, keys) as parts:
        assert isinstance(parts.engine, Engine)
        parts.background.start()
        running = [parts.background.is_running]
    running.append(parts.background.is_running)
    assert running == [True, False]
    assert "background" not in {thread.name for thread in threading.enumerate()}


def test_what_reads_codes_is_stopped_also_where_a_screen_fails(
    tmp_path: Path, writer: Writer, keys: KeyStore
) -> None:
    source, config = FakeSource(running=True), Config(home=tmp_path)
    with pytest.raises(RuntimeError), assembled(config, writer, keys, source=source):
        raise RuntimeError("a screen fails")
    assert not source.running


def test_a_turnstile_opens_for_an_admission_alone_and_ends_with_the_rest(
    tmp_path: Path, writer: Writer, keys: KeyStore
) -> None:
    opener, config = Opener(), Config(home=tmp_path)
    with assembled(config, writer, keys, network=False, opener=opener) as parts:
        parts.gate.present_and_wait("no ticket", NOW, "camera")
        parts.gate.present_and_wait(HERE, NOW, "camera")
        assert opener.done.wait(5)
    assert opener.opened == [HERE]
    assert not opener.threads[0].is_alive()


async def test_without_a_network_nothing_is_pulled_and_the_api_is_not_asked(
    tmp_path: Path, writer: Writer, keys: KeyStore
) -> None:
    config = Config(home=tmp_path, confirmation=Confirmation.SERVER_FIRST)
    with assembled(config, writer, keys, network=False) as parts:
        await parts.sync_once()
        assert parts.background.status().link.state is LinkState.OFFLINE
        assert parts.gate.present_and_wait(HERE, NOW, "camera").verdict.admits


def test_a_new_token_opens_a_gate_whose_token_was_revoked_and_with_it_the_key_that_came_of_it(
    tmp_path: Path, keys: KeyStore
) -> None:
    config = Config(home=tmp_path)
    with mock_server(tickets=90) as server, Writer(tmp_path / "new.sqlite3") as writer:
        key, code, next_code = server.api_key, server.tokens[-1].code, server.tokens[1].code
        request = Request(server.url, code, "Lee", "north", key, application=key)
        asyncio.run(open_gate(request, provider_of(), writer, keys, utc_now))
        api = Api(server.url, key)
        found = api.entries(f"{server.event}/tokens", records=50)
        revoked = next(each["self"] for each in found if each["code"] == code)
        assert api.delete(revoked).is_success
        with assembled(config, writer, keys, network=False) as parts:
            opened = parts.open_with(next_code, False)
        held = load(keys, opened.session)
        assert held
        assert (held.code, held.application) == (next_code, key)
        assert application_key(keys, "http://127.0.0.1:1/") is None
