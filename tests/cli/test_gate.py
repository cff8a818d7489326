import json
import os
import random
import socket
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.desk.gate_card import GateCard, write_card
from tests.cli.program import Program
from tests.cli.terminal import terminal
from tests.mock.api import Api
from tests.mock.server import Ready

NAMED = ("--name", "Lee", "--device", "north")
HTML = b"<html><body>Please log in to the hotel's network</body></html>"


def _tickets(server: Ready, section: int = 0) -> list[str]:
    anybody = Api(server.url, server.api_key).gate(server.tokens[0].code)
    wanted = server.tokens[0].sections[section]
    listed = anybody.entries(f"{server.event}/tickets", records=1000)
    return [each["serial"] for each in listed if wanted.endswith(each["section"]["self"])]


@contextmanager
def _answering(status: str, kind: str, body: bytes) -> Iterator[str]:
    """Answer every request alike, whatever it asks."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    answer = head.encode() + b"Connection: close\r\n\r\n" + body

    def serve() -> None:
        while True:
            try:
                asked, _ = listener.accept()
            except OSError:
                return
            with asked:
                asked.recv(65_536)
                asked.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def test_open_says_what_the_gate_admits_to(program: Program, server: Ready) -> None:
    said = program.open_at(server)
    assert "60 tickets" in said
    assert "Lee at north" in said


def test_the_code_can_come_from_standard_input(program: Program, server: Ready) -> None:
    code = server.tokens[1].code.encode() + b"\n"
    flags = (*NAMED, "--api", server.url)
    assert "30 tickets" in program.says(
        "open", "-", *flags, given=code, SCANNER_API_KEY=server.api_key
    )


def test_a_gate_cards_line_opens_a_gate_with_its_address_and_key(
    program: Program, server: Ready
) -> None:
    card = GateCard(server.url, server.api_key, server.tokens[1].code)
    said = program.says("open", "-", *NAMED, given=write_card(card).encode())
    assert said.startswith(f"Server: {server.url}\n")
    assert "30 tickets" in said


def test_without_a_device_name_one_is_made_up_and_kept(program: Program, server: Ready) -> None:
    flags = ("--name", "Lee", "--api", server.url)
    names = []
    for _ in range(2):
        code = server.tokens[1].code
        said = program.says("open", code, *flags, SCANNER_API_KEY=server.api_key)
        names.append(said.rsplit(" at ", 1)[1])
    assert names[0] == names[1]
    assert len(names[0].strip()) > 5


def test_open_without_a_name_is_wrong_usage(program: Program) -> None:
    assert program.run("open", "A0F9GG8D").returncode == 2


def test_a_wrong_code_is_one_sentence(program: Program, server: Ready) -> None:
    said = program.complains(
        "open", "WRONGONE", *NAMED, "--api", server.url, SCANNER_API_KEY=server.api_key
    )
    assert said == (
        "This code belongs to no admission token; check it, or ask the supervisor for another."
    )


def test_an_unreachable_host_is_one_sentence(program: Program) -> None:
    said = program.complains("open", "A0F9GG8D", *NAMED, "--api", "http://127.0.0.1:1")
    assert "can't be reached" in said


def test_a_name_that_no_server_has_is_one_sentence(program: Program) -> None:
    said = program.complains("open", "A0F9GG8D", *NAMED, "--api", "https://nowhere.invalid/v3/")
    assert "nowhere.invalid can't be reached" in said


def test_an_address_that_is_none_is_one_sentence(program: Program) -> None:
    assert "no web address" in program.complains("open", "A0F9GG8D", *NAMED, "--api", "ftp://x")


def test_a_server_that_speaks_no_tls_is_one_sentence(program: Program, server: Ready) -> None:
    address = server.url.replace("http:", "https:")
    said = program.complains("open", "A0F9GG8D", *NAMED, "--api", address)
    assert "not private" in said
    assert ssl.SSLError.__name__ not in said


@pytest.mark.parametrize(
    ("status", "kind", "body", "words"),
    [
        ("200 OK", "text/html", HTML, "log-in page"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", "text/html", HTML, "log-in page"),
        (
            "412 Precondition Failed",
            "application/json",
            b'{"error": "Please upgrade your client to complete this request"}',
            "install a newer version",
        ),
        ("500 Internal Server Error", "application/json", b'{"message": "Oh"}', "500"),
        ("200 OK", "application/json", b'{"key": 3}', "can't be used"),
        ("200 OK", "application/json", b'{"key"', "log-in page"),
    ],
)
def test_whatever_answers_in_the_apis_place_is_one_sentence(
    program: Program, status: str, kind: str, body: bytes, words: str
) -> None:
    with _answering(status, kind, body) as address:
        assert words in program.complains("open", "A0F9GG8D", *NAMED, "--api", address)


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    program = Program(tmp_path / "file" / "home")
    said = program.complains("open", "A0F9GG8D", *NAMED, "--api", "http://127.0.0.1:1")
    assert "SCANNER_HOME" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_one_sentence(program: Program) -> None:
    program.home.mkdir(mode=0o500)
    said = program.complains("open", "A0F9GG8D", *NAMED, "--api", "http://127.0.0.1:1")
    assert "SCANNER_HOME" in said


@pytest.mark.parametrize("words", [["gate", "--stdin"], ["status"], ["queue"], ["audit"]])
def test_a_database_of_a_newer_version_is_one_sentence(program: Program, words: list[str]) -> None:
    program.says("status")
    with sqlite3.connect(program.home / "gate.sqlite3") as conn:
        conn.execute("PRAGMA user_version = 9999")
    conn.close()
    assert "upgrade this scanner" in program.complains(*words)


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        ("missing.mp4", "missing.mp4 is not there"),
        ("broken.mp4", "broken.mp4"),
        ("empty", "holds no pictures"),
    ],
)
def test_a_file_as_camera_that_cannot_be_used_is_one_sentence(
    program: Program, tmp_path: Path, camera: str, words: str
) -> None:
    (tmp_path / "broken.mp4").write_bytes(random.Random(1).randbytes(5000))
    (tmp_path / "empty").mkdir()
    assert words in program.complains("gate", "--camera", str(tmp_path / camera))


def test_a_camera_that_is_away_is_waited_for_with_the_gate_open(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    with terminal(program, "gate", "--camera", "97", "--no-network") as guard:
        guard.wait_for("NO CAMERA")
        guard.wait_for("Camera 97 is not there")
        guard.press(f"{_tickets(server)[5]}\r".encode())
        guard.wait_for("Valid ticket")


def test_the_screen_without_a_terminal_is_one_sentence(program: Program) -> None:
    assert "needs a terminal" in program.complains("gate", "--camera", "none")


def test_lines_in_are_verdict_lines_out_and_admissions_are_delivered(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    ours, foreign = _tickets(server)[0], _tickets(server, 2)[0]
    given = f"{ours}\nhttps://x.example/{ours.lower()}?a=1\n{foreign}\nhttp://x.example\n"
    said = program.says("gate", "--stdin", "--json", "--every-line", given=given.encode())
    verdicts = [json.loads(line) for line in said.splitlines()]
    assert [each["verdict"] for each in verdicts] == [
        "admitted",
        "already_admitted",
        "wrong_section",
        "not_a_ticket",
    ]
    assert set(verdicts[0]) == {
        "payload", "serial", "verdict", "reason", "advice", "section", "at", "scan", "notice",
        "code", "params",
    }  # fmt: skip
    assert (verdicts[0]["serial"], verdicts[0]["scan"]) == (ours, 1)
    assert verdicts[0]["at"].endswith("+00:00")
    assert json.loads(program.says("queue", "--json"))["state"] == "confirmed"


def test_a_code_that_is_read_again_soon_gets_its_first_verdict(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    ours, other = _tickets(server)[10:12]
    given = f"{ours}\n]Q1{ours}\n{other}\nhttps://x.example/{ours}\n".encode()
    said = program.says("gate", "--stdin", "--json", "--no-network", given=given)
    first, second, else_, last = (json.loads(line) for line in said.splitlines())
    assert second == last == {**first, "repeat": True}
    assert (first["verdict"], else_["verdict"]) == ("admitted", "admitted")
    assert "repeat" not in {*first, *else_}
    words = program.says("gate", "--stdin", "--no-network", given=given).splitlines()
    assert [each.startswith("AGAIN  ALREADY ADMITTED") for each in words] == [
        False,
        True,
        False,
        True,
    ]


def test_without_a_network_the_queue_waits_for_the_replay(program: Program, server: Ready) -> None:
    program.open_at(server)
    given = "\n".join(_tickets(server, 1)[:5]).encode()
    program.says("gate", "--stdin", "--no-network", given=given)
    assert json.loads(program.says("status", "--json"))["queued"] == 5
    assert "5 confirmed; 0 still wait" in program.says("replay")
    assert "nothing was waiting" in program.says("replay")
    states = [json.loads(line) for line in program.says("queue", "--json").splitlines()]
    assert [each["serial"] for each in states] == _tickets_in(given)
    assert all(each["attempts"] == 1 for each in states)


def _tickets_in(given: bytes) -> list[str]:
    return given.decode().split()


def test_words_for_a_person_have_no_control_characters(program: Program) -> None:
    said = program.says("gate", "--stdin", "--no-network", given=b"\x1b[31mred\x07\n")
    assert said.isascii() or said.strip().isprintable()
    assert said.startswith("GATE CLOSED")


def test_every_line_of_a_fuzz_gets_a_verdict_in_plain_ascii(program: Program) -> None:
    rng = random.Random(4)
    lines = [rng.randbytes(rng.randrange(80)).translate(None, b"\r\n") for _ in range(1500)]
    lines += [b"\x00" * 5, b"'; DROP TABLE journal; --", b"\x1b]0;title\x07", b"A" * 1_000_000]
    words = ("gate", "--stdin", "--json", "--every-line", "--no-network")
    said = program.says(*words, given=b"\n".join(lines))
    answered = said.splitlines()
    assert len(answered) == len(lines)
    assert said.isascii()
    assert all(each.isprintable() for each in answered)
    assert [json.loads(each)["scan"] for each in answered] == list(range(1, len(lines) + 1))
    assert f"Intact: {len(lines):,}" in program.says("audit")


def test_a_line_is_an_exit_by_the_doors_option_or_by_its_own_word(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    ours, other = _tickets(server)[:2]
    came = program.says("gate", "--stdin", "--json", "--no-network", given=f"{ours}\n".encode())
    assert json.loads(came)["verdict"] == "admitted"
    lines = [
        {"payload": ours, "exit": True},
        {"payload": other, "exit": False},
        {"payload": other, "exit": True, "let_in": True},  # two words are none
        {"payload": other, "exit": "yes"},
    ]
    given = "\n".join(map(json.dumps, lines)).encode()
    said = program.says("gate", "--stdin", "--json", "--json-input", "--no-network", given=given)
    verdicts = [json.loads(line)["verdict"] for line in said.splitlines()]
    assert verdicts == ["exited", "admitted", "not_a_ticket", "not_a_ticket"]
    said = program.says(
        "gate", "--stdin", "--json", "--exit", "--no-network", given=f"{other}\n".encode()
    )
    found = json.loads(said)
    assert (found["verdict"], found["code"], found["notice"]) == ("exited", "verdict.exited", None)
