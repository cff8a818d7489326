"""A hostile text in every field of the contract steers nothing, whatever command shows it.

Run with `-s` to read what it got.
"""

import csv
import io
import itertools
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from scanner.app.records import Records
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.pin import Pin
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from tests.cli.program import Program
from tests.contract_server import CODE, EVENT, KEY, World, contract_server, serial, ticket
from tests.qr.pictures import code, on_wall

STEERING = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\x85\x00\x7f\u202e\u2066\u200b[bold red]x[/bold red][/]"
    "<script>&\"'\r\n\u2028\ue000e\u0301\u0302\u0303\u0304\u0305\u0306"
)
BEGINNINGS = ("", "=1+1;=2 ", " \t=1 ", "\u3000\uff1d1 ", "\uff0b1 ", "@a ", "-1 ")
LONG = "\x1b[31m" + "x" * 5000
SERIAL = f"EVENIN-{STEERING}"


def hostile(number: int = 0) -> str:
    return f"{BEGINNINGS[number % len(BEGINNINGS)]}{STEERING}"


def spoilt(found: Any, text: str) -> Any:
    """Put the text into every field of an object that no request is made of."""
    if isinstance(found, dict):
        kept = ("self", "serial", "status", "ticket", "section", "redeemer", "device")
        return {
            name: each if name in kept and isinstance(each, str) else spoilt(each, text)
            for name, each in found.items()
        }
    return [spoilt(each, text) for each in found] if isinstance(found, list) else text


PRINTED: list[int] = []
"""The bytes of each command of a test."""


@pytest.fixture(autouse=True)
def _told() -> Iterator[None]:
    PRINTED.clear()
    yield
    sys.stdout.write(f"\n{len(PRINTED)} commands printed {sum(PRINTED)} bytes, each looked at\n")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.fixture
def world() -> World:
    bad = [spoilt(ticket(each), hostile(each)) for each in range(8)]
    bad += [spoilt(ticket(8), LONG), ticket(9, serial=SERIAL), ticket(10, status=hostile())]
    bad += [ticket(11, section={"self": hostile(1), "name": hostile(2)}), hostile(), LONG]
    made = World(tickets=bad)
    made.sections = [
        {"self": "/sections/11", "name": hostile(3), "capacity": hostile()},
        {"self": f"/sections/{STEERING}", "name": LONG},
    ]
    made.permitted.append(f"{EVENT}/sections/{STEERING}")
    made.title = hostile(3)
    made.person = {"self": hostile(), "number": hostile(1), "username": hostile(2)}
    made.token = {"self": f"{EVENT}/tokens/{STEERING}", "code": hostile(1), "global": False}
    made.admissions = [
        {"ticket": serial(5), "redeemer": hostile(1), "device": hostile(2), "admitted": hostile()},
        {"ticket": SERIAL, "redeemer": hostile(3), "device": LONG, "section": {"self": hostile()}},
    ]
    return made


@pytest.fixture
def gate(program: Program, world: World) -> Iterator[Program]:
    with contract_server(world) as url:
        program.settings = {"SCANNER_API": url, "SCANNER_API_KEY": KEY, "SCANNER_CAMERA": "none"}
        program.settings["SCANNER_NAMES"] = "true"
        said(program, "open", CODE, "--name", hostile(1), "--device", hostile(2))
        yield program


def said(program: Program, *words: str, given: bytes = b"", as_json: bool = False) -> str:
    """Run a command, and look at every byte that it prints."""
    done = program.run(*words, given=given)
    PRINTED.append(len(done.stdout) + len(done.stderr))
    for raw in (done.stdout, done.stderr):
        assert b"Traceback" not in raw, raw
        harmless(raw.decode())
    if as_json:
        assert done.stdout.isascii()
        for line in done.stdout.splitlines():
            json.loads(line)
    return done.stdout.decode() + done.stderr.decode()


def harmless(text: str) -> None:
    """Assert that no character steers, hides or turns round what is beside it."""
    steering = {each for each in text if unicodedata.category(each)[0] == "C" and each != "\n"}
    assert not steering, (steering, text)
    assert "\u2028" not in text
    assert not re.search("[\u0300-\u036f]{3}", unicodedata.normalize("NFC", text))


def test_no_command_at_a_gate_is_steered(gate: Program, world: World) -> None:
    codes = "\n".join([*(serial(each) for each in range(12)), SERIAL, hostile(), LONG])
    codes = codes.replace("\r\n", " ").replace("\u2028", " ")
    for words in (["gate", "--stdin"], ["gate", "--stdin", "--no-network"]):
        assert "ADMITTED" in said(gate, *words, given=codes.encode("utf-8", "replace"))
        said(gate, *words, "--json", given=codes.encode("utf-8", "replace"), as_json=True)
    world.granted = {"redeemer": hostile(), "device": hostile(1), "patron": hostile()}
    said(gate, "replay")
    said(gate, "sync")
    assert "[bold red]x[/bold red]" in said(gate, "status")
    said(gate, "status", "--json", as_json=True)
    assert "EVENIN" in said(gate, "queue")
    said(gate, "queue", "--json", as_json=True)
    said(gate, "audit")
    said(gate, "doctor")
    said(gate, "doctor", "--json", as_json=True)
    said(gate, "recover", "--json", as_json=True)
    log = (gate.home / "scanner.log").read_bytes()
    assert all(0x20 <= each <= 0x7E or each == 0x0A for each in log)


def test_no_command_at_the_desk_is_steered(gate: Program) -> None:
    event = EVENT.rpartition("/")[2]
    for words in (["events"], ["events", "--published"], ["admissions", event], ["whoami"]):
        assert "bold red" in said(gate, *words)
        said(gate, *words, "--json", as_json=True)
    for words in (
        ["tokens", "list", event],
        ["tokens", "show", event, "5"],
        ["tokens", "issue", event, "--section", "/sections/11"],
        ["tokens", "update", event, "5", "--section", "/sections/11"],
        ["tokens", "revoke", event, "5", "--yes"],
    ):
        said(gate, *words)
        said(gate, *words, "--json", as_json=True)
    said(gate, "login", "lee", given=b"secret\n")
    said(gate, "logout")


def test_no_error_of_the_api_steers(gate: Program, world: World) -> None:
    names = itertools.cycle(("error", "message"))
    for status in (400, 401, 403, 404, 409, 412, 429, 500):
        world.refusal = (status, {next(names): hostile(status)})
        said(gate, "sync")
        said(gate, "events")
    said(gate, "open", CODE, "--name", "Lee")
    said(gate, "doctor")


def test_no_export_steers_or_calculates(gate: Program, world: World) -> None:
    said(gate, "gate", "--stdin", "--no-network", given=f"{serial(1)}\n{serial(2)}\n".encode())
    world.granted = {"device": hostile(1)}
    world.refusal = (400, {"error": hostile(3)})
    said(gate, "replay")
    file = gate.home / "gate.sqlite3"
    with Writer(file) as writer:
        pin = Pin(KeyStore(gate.home, file_only=True), utc_now)
        records = Records(writer, Gate(writer), pin, utc_now)
        table = records.export(None, "csv").read_text("utf-8")
        exported = records.export(None, "json").read_bytes()
    assert exported.isascii()
    assert b"\x7f" not in exported
    assert len(json.loads(exported)) == 2
    harmless(table.replace("\r\n", "\n"))
    for row in csv.reader(io.StringIO(table)):
        for cell in row:
            for part in cell.split(";"):
                first = unicodedata.normalize("NFKC", part).strip()[:1]
                assert first not in set("=+-@"), cell


def test_no_command_of_cameras_is_steered(program: Program, tmp_path: Path) -> None:
    name = hostile(1).replace("/", "").replace("\0", "")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imencode(".png", on_wall(code(hostile(1).replace("\0", ""))))[1].tofile(pictures / name)
    (pictures / f"{name}.jpg").write_bytes(b"no picture")
    assert "bold red" in said(program, "decode", str(pictures))
    said(program, "decode", str(pictures), "--json", as_json=True)
    for words in (
        ["decode", name],
        ["try", "--camera", name],
        ["try", "--camera", str(pictures / name)],
        ["devices", "--camera", name],
        ["gate", "--camera", name],
        ["pair", "--scanner", name],
    ):
        said(program, *words)


def test_a_training_folder_of_somebody_elses_steers_nothing(program: Program) -> None:
    folder = program.home / "training" / "scenarios"
    folder.mkdir(parents=True)
    quoted = json.dumps(hostile(1))
    shipped = Path("assets/scenarios/01-first-ten.toml").read_text("utf-8").splitlines()
    lines = [f"title = {quoted}" if each.startswith("title") else each for each in shipped]
    (folder / "own.toml").write_text("\n".join(lines), "utf-8")
    (folder / "bad.toml").write_text(f"title = {quoted}\nwrong = {quoted}\n", "utf-8")
    said(program, "train", "--list")
    said(program, "train", "--list", "--json", as_json=True)
    said(program, "train", "--check", str(folder / "bad.toml"))
    said(program, "train", "--check", str(folder / "bad.toml"), "--json", as_json=True)
    run = {
        "trainee": hostile(1), "scenario": hostile(3), "title": hostile(4), "seed": 1,
        "at": "2026-11-28T20:00:00+00:00", "percent": 90.0, "passed": True, "patrons": 1,
        "wrongly_let_in": 0, "wrongly_turned_away": 0, "left": 0, "seconds_per_patron": 1.0,
        "longest_queue": 1, "procedure_right": 1, "procedure_of": 1,
    }  # fmt: skip
    (program.home / "training" / "runs.jsonl").write_text(json.dumps(run) + "\n", "utf-8")
    assert "'" in said(program, "train", "--csv", "-")
