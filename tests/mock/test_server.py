import signal
import socket
import sqlite3
import threading
from pathlib import Path

import httpx
import pytest

from tests.mock.api import NO_TLS, Api, administrator
from tests.mock.server import Ready, mock_server
from tests.warm import piped


def refuse(*options: str) -> str:
    """The sentence with which the server does not start."""
    with piped("scanner.mock", *options) as server:
        assert server.stdout.read() == b""
        said = server.stderr.read().decode()
        assert server.process.wait(20) == 1
    assert "Traceback" not in said
    assert said.count("\n") == 1
    return said


def world_of(ready: Ready) -> object:
    return ready.event, ready.api_key, ready.tokens


def serials(ready: Ready) -> list[str]:
    listed = administrator(ready).entries(f"{ready.event}/tickets", records=500)
    return [ticket["serial"] for ticket in listed]


def test_the_ready_line_names_the_tokens_in_their_order(ready: Ready) -> None:
    everything, *single, all_but_last = ready.tokens
    assert ready.url == f"http://127.0.0.1:{ready.port}/"
    assert ready.event.startswith("/events/")
    assert [token.is_global for token in ready.tokens] == [True, False, False, False, False]
    assert [token.sections for token in single] == [(uri,) for uri in everything.sections]
    assert all_but_last.sections == everything.sections[:-1]


def test_the_same_seed_gives_the_same_world_and_another_another() -> None:
    with mock_server(tickets=20, seed=5) as one, mock_server(tickets=20, seed=5) as two:
        assert world_of(one) == world_of(two)
        assert serials(one) == serials(two)
        with mock_server(tickets=20, seed=6) as other:
            assert not set(serials(other)) & set(serials(one))


def test_one_section_has_the_global_token_and_its_own() -> None:
    with mock_server(tickets=0, sections=1) as server:
        assert [token.is_global for token in server.tokens] == [True, False]
        assert serials(server) == []


def test_a_given_key_is_the_administrators() -> None:
    with mock_server(tickets=1, api_key="a" * 32) as server:
        assert server.api_key == "a" * 32
        assert administrator(server).get("/accounts").status_code == 200


def test_every_answered_admission_survives_sigkill(tmp_path: Path) -> None:
    state = tmp_path / "world.db"
    answered: list[str] = []

    def admit(server: Ready, wanted: list[str], enough: threading.Event) -> None:
        gate = administrator(server).gate(server.tokens[0].code)
        with httpx.Client(base_url=server.url, headers=gate.headers, verify=NO_TLS) as client:
            for place in range(0, len(wanted), 5):
                body = {"redeemer": "Ana", "device": "d", "serials": wanted[place : place + 5]}
                try:
                    response = client.post(f"{server.event}/admissions", json=body)
                except httpx.TransportError:
                    return
                answered.extend(admission["ticket"] for admission in response.json())
                if place >= 50:
                    enough.set()

    with mock_server(tickets=500, state=state) as first:
        enough = threading.Event()
        worker = threading.Thread(target=admit, args=(first, serials(first), enough))
        worker.start()
        assert enough.wait(20)
        first.kill()
        worker.join(20)
    with mock_server(tickets=7, sections=2, seed=9, state=state, port=first.port) as second:
        assert (second.url, world_of(second)) == (first.url, world_of(first))
        kept = administrator(second).get("/_mock/admissions").json()
        kept_serials = {admission["ticket"] for admission in kept}
        assert len(answered) >= 50
        assert set(answered) <= kept_serials
        assert len(kept_serials) == len(kept) <= len(answered) + 5
        total = administrator(second).get(f"{second.event}/tickets", records=0).json()["total"]
        assert total == 500 - len(kept)


def test_sessions_codes_and_orders_survive_an_orderly_restart(tmp_path: Path) -> None:
    state = tmp_path / "world.db"
    with mock_server(tickets=5, state=state) as first:
        person = administrator(first).person()
        order = person.made("/orders", {"items": {first.tokens[0].sections[0]: 1}})
    with mock_server(state=state, api_key="b" * 32) as second:
        again = Api(second.url, person.key)
        assert again.get(order["self"]).json() == order
        assert second.api_key == "b" * 32
        assert Api(second.url, first.api_key).get("/accounts").status_code == 200
        assert second.tokens == first.tokens


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_being_told_to_stop_is_no_failure(number: signal.Signals) -> None:
    with mock_server(tickets=1) as server:
        server.process.send_signal(number)
        assert server.process.wait(10) == 0


def test_a_busy_port_is_said_in_a_sentence() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert f"Port {port}" in refuse("--port", str(port))


def test_a_state_that_another_server_uses_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "world.db"
    with mock_server(tickets=1, state=state):
        assert "end the server that uses it" in refuse("--state", str(state))


def test_a_file_that_is_no_state_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, database = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("my notes, " * 200)
    with sqlite3.connect(database) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    for path in (text, database):
        before = path.read_bytes()
        assert "name another file" in refuse("--state", str(path))
        assert path.read_bytes() == before
    assert "cannot be opened" in refuse("--state", str(tmp_path / "none" / "x.db"))
    assert "cannot be opened" in refuse("--state", str(tmp_path))


@pytest.mark.parametrize(
    "options",
    [("--sections", "0"), ("--tickets", "-1"), ("--port", "70000"), ("--api-key", " ")],
)
def test_senseless_options_are_refused_in_a_sentence(options: tuple[str, ...]) -> None:
    assert "must be" in refuse(*options)


def test_a_hundred_thousand_tickets_are_listed_by_the_page() -> None:
    with mock_server(tickets=100_000) as server:
        api = administrator(server)
        last = api.get(f"{server.event}/tickets", page=200, records=500).json()
        assert (last["total"], len(last["entries"])) == (100_000, 500)


def test_a_server_that_is_to_end_with_its_input_outlives_nobody() -> None:
    with piped("scanner.mock", "--until-eof", "--tickets=5") as server:
        assert server.stdout.readline().startswith(b"{")
        assert server.process.poll() is None
        server.stdin.close()  # as when whoever started it is killed
        server.process.wait(20)


def test_told_to_end_it_leaves_its_input_and_ends_in_order() -> None:
    with piped("scanner.mock", "--until-eof", "--tickets=5") as server:
        assert server.stdout.readline().startswith(b"{")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert server.stderr.read() == b""
