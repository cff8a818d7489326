"""A gate goes back to a session of before, at real mock servers."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scanner.app.earlier_sessions import EarlierSessions
from scanner.app.platforms import provider_of
from scanner.app.reopening import Reopening
from scanner.config import Config
from scanner.keystore import KeyStore
from scanner.platform.access import Request
from scanner.platform.errors import TicketingError, WrongCode
from scanner.store.sessions import read_session
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.credentials import load
from scanner.sync.earlier import Earlier
from scanner.sync.errors import NoSession, OtherEvent, OtherPlatform
from scanner.sync.opening import open_gate
from tests.mock.api import Api
from tests.mock.server import Ready, mock_server


class Gate:
    """One that was opened at two servers, one after the other."""

    def __init__(self, folder: Path, writer: Writer, first: Ready, second: Ready) -> None:
        self.first, self.second = first, second
        self.keys = KeyStore(folder, file_only=True)
        self.writer = writer
        self.sessions = EarlierSessions(Config(home=folder), writer, self.keys)
        self.ways = Reopening(Config(home=folder), writer, self.keys)
        for server in (first, second):
            self.open(server)

    def open(self, server: Ready) -> None:
        code, key = server.tokens[-1].code, server.api_key
        request = Request(server.url, code, "Lee", "north", key, application=key)
        asyncio.run(open_gate(request, provider_of(), self.writer, self.keys, utc_now))

    @property
    def api(self) -> str:
        session = self.writer.submit(read_session).result()
        assert session
        assert load(self.keys, session)
        return session.api


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with ExitStack() as stack:
        servers = [stack.enter_context(mock_server(tickets=30)) for _ in range(2)]
        writer = stack.enter_context(Writer(tmp_path / "gate.sqlite3"))
        yield Gate(tmp_path, writer, *servers)


def test_a_gate_goes_back_and_forth_with_what_was_kept(gate: Gate) -> None:
    (before,) = gate.sessions.earlier()
    assert before.api == gate.first.url
    opened = gate.sessions.go_back(before)
    assert (opened.session.api, gate.api) == (gate.first.url, gate.first.url)
    assert (opened.session.name, opened.session.device) == ("Lee", "north")
    assert opened.tickets > 0
    (other,) = gate.sessions.earlier()
    assert other.api == gate.second.url
    gate.sessions.go_back(other)
    assert gate.api == gate.second.url


def test_where_the_access_is_gone_the_gate_stays_as_it_is(gate: Gate) -> None:
    (before,) = gate.sessions.earlier()
    api = Api(gate.first.url, gate.first.api_key)
    found = api.entries(f"{gate.first.event}/tokens", records=50)
    revoked = next(each["self"] for each in found if each["code"] == gate.first.tokens[-1].code)
    assert api.delete(revoked).is_success
    with pytest.raises(WrongCode):
        gate.sessions.go_back(before)
    assert gate.api == gate.second.url


def test_a_session_that_is_not_kept_and_a_server_that_is_away_change_nothing(gate: Gate) -> None:
    with pytest.raises(NoSession):
        gate.sessions.go_back(Earlier("https://api.example/", "/events/1", "Friday", "ticketing"))
    (before,) = gate.sessions.earlier()
    gate.keys.set(
        "gates", (gate.keys.get("gates") or "").replace(before.api, "http://127.0.0.1:1/")
    )
    (away,) = gate.sessions.earlier()
    with pytest.raises(TicketingError):
        gate.sessions.go_back(away)
    assert gate.api == gate.second.url


def test_it_is_offered_without_a_secret_and_opened_after_a_question(gate: Gate) -> None:
    (choice,) = gate.ways.earlier()
    assert choice.name == "127.0.0.1"
    for secret in (gate.first.tokens[-1].code, gate.first.api_key):
        assert secret not in repr(choice)
    with pytest.raises(OtherEvent):
        gate.ways(choice.code, False)
    assert gate.api == gate.second.url
    gate.ways(choice.code, True)
    assert gate.api == gate.first.url


def test_a_session_of_another_platform_is_neither_offered_nor_opened(gate: Gate) -> None:
    (choice,) = gate.ways.earlier()
    told = json.loads(gate.keys.get("gates") or "")
    gate.keys.set("gates", json.dumps([{**each, "platform": "pretix"} for each in told]))
    assert gate.ways.earlier() == ()
    with pytest.raises(OtherPlatform):
        gate.ways(choice.code, True)
    assert gate.api == gate.second.url
