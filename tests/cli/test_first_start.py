import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from queue import Queue

import cv2
import pytest
import segno

from scanner.cli.first_start import House
from scanner.config import load_config
from scanner.desk.gate_card import GateCard, write_card
from scanner.errors import ScannerError
from scanner.keystore import KeyStore
from scanner.pin import Pin, PinNotice
from scanner.scanning.devices import Camera, find_camera
from scanner.store import journal
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.tui.wizard.answers import Answers, Place
from scanner.venue.errors import VenueError, VenueFault
from scanner.venue.members import authority, invitation, membership
from tests.cli.program import Program
from tests.cli.terminal import terminal
from tests.mock.server import Ready, mock_server


def test_a_card_leads_from_nothing_to_an_open_gate_over_a_restart_and_back_offline(
    program: Program,
) -> None:
    with mock_server(tickets=90) as server:
        card = write_card(GateCard(server.url, server.api_key, server.tokens[-1].code))
        with terminal(program, "gate") as gate:
            gate.wait_for("1 of 7")
            gate.settle()
            gate.press(b"\x1b[200~" + card.encode() + b"\r\x1b[201~")  # pasted, or scanned
            gate.wait_for("3 of 7")
            gate.settle()
            gate.press(b"Ana")
            gate.wait_for("Ana")
            gate.press(b"\x11")
            gate.wait_until(gate.ended)
            assert gate.process.returncode == 0
        _assert_hidden(program.home, server)
        with terminal(program, "gate") as gate:
            gate.wait_for("3 of 7")
            gate.wait_for("Ana")
            for shown in ("4 of 7", "5 of 7", "6 of 7", "60 tickets"):
                gate.settle()
                gate.press(b"\r\r" if shown == "4 of 7" else b"\r")
                gate.wait_for(shown)
            gate.wait_for("Open the gate")
            gate.settle()
            gate.forget()
            gate.press(b"\r")
            gate.wait_for("gate admits")
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn:
        name, device, api = conn.execute("SELECT name, device, api FROM session").fetchone()
    assert (name, api) == ("Ana", server.url)
    assert len(device) > 5
    assert (program.home / "config.toml").read_text() == 'camera = "none"\n'
    _assert_hidden(program.home, server)
    with terminal(program, "gate") as gate:
        gate.wait_for("gate admits")
        gate.wait_for("60 tickets")


def _assert_hidden(home: Path, server: Ready) -> None:
    """Find the key and the code in the file of secrets alone, which is private."""
    hidden = home / "secrets.json"
    assert hidden.stat().st_mode & 0o077 == 0
    others = [each for each in home.rglob("*") if each.is_file() and each != hidden]
    for secret in (server.api_key, server.tokens[-1].code):
        assert not [each for each in others if secret.encode() in each.read_bytes()]


def test_a_made_up_house_admits_without_a_code_and_leaves_nothing(program: Program) -> None:
    with terminal(program, "gate") as gate:
        gate.wait_for("1 of 7")
        gate.settle()
        gate.press(b"\x1b[A\r")
        gate.wait_for("ADMITTED")
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn:
        assert conn.execute("SELECT count(*) FROM session").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM journal").fetchone() == (0,)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    config = load_config(camera="/nowhere/else.png")
    with Writer(tmp_path / "gate.sqlite3") as writer:
        return House(config, writer, KeyStore(tmp_path, file_only=True))


def test_a_venue_is_joined_by_a_files_name_or_a_text_and_then_not_looked_for(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_MDNS", "none")
    assert house.venues() == ()
    made = authority.make_venue("Arena", 1, [], utc_now())
    text = invitation.write(replace(made, authority=None))
    file = tmp_path / "Arena.join"
    file.write_bytes(invitation.as_file(text))
    assert house.join_venue(f" {file} ", "door-1") == "Arena"
    joined = membership.read(tmp_path)
    assert joined
    assert (joined.name, joined.gate, joined.jwt) == ("Arena", "door-1", None)
    assert membership.read_authority(tmp_path) is None
    assert house.venues() == ()
    with pytest.raises(VenueError) as refused:
        house.join_venue(text, "door-1")
    assert refused.value.fact.code is VenueFault.MEMBER


@pytest.mark.parametrize("source", ["show/code.png", "show", "code.avi"])
def test_a_supervisors_qr_is_read_and_its_picture_shown(
    house: House, tmp_path: Path, source: str
) -> None:
    (tmp_path / "show").mkdir()
    file = str(tmp_path / "show/code.png")
    segno.make("A0F9GG8D", micro=False).save(file, scale=8, border=4)
    picture = cv2.imread(file)
    assert picture is not None
    size = (picture.shape[1], picture.shape[0])
    video = cv2.VideoWriter(str(tmp_path / "code.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30, size)
    video.write(picture)
    video.release()
    shown: Queue[object] = Queue()
    read: Queue[str] = Queue()
    looking = house.look(str(tmp_path / source), shown.put)
    looking.start(lambda payload, _by: read.put(payload), lambda _sentence: None)
    try:
        assert read.get(timeout=20) == "A0F9GG8D"
        assert shown.get(timeout=20) is not None
    finally:
        looking.stop()


def test_what_was_entered_is_forgotten_once_a_gate_is_open(house: House) -> None:
    entered = Answers(api="https://one.example/", key="ab" * 16, code="A0F9GG8D", name="Lee")
    house.remember(entered, Place.CAMERA)
    assert house.remembered(Answers(device="north")) == (
        replace(entered, device="north"),
        Place.CAMERA,
    )
    house.keep(replace(entered, camera=house.config.camera))
    assert house.remembered(Answers()) == (Answers(), Place.SERVER)
    house.keys.set("first start", "[]")  # what no version of this program wrote
    assert house.remembered(Answers()) == (Answers(), Place.SERVER)


def test_a_session_opened_by_hand_forgets_a_start_that_was_left(
    program: Program, server: Ready
) -> None:
    keys = KeyStore(program.home, file_only=True)
    keys.set("first start", "{}")
    program.open_at(server)
    assert keys.get("first start") is None


def test_only_what_is_there_is_offered_as_a_camera(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.scanning.devices.list_cameras", list)
    assert house.cameras() == []
    house = replace(house, config=load_config(camera=str(tmp_path)))
    assert house.cameras() == [(str(tmp_path), str(tmp_path))]
    house = replace(house, config=load_config(camera="browser"))
    assert house.cameras() == [("browser", "This device's camera")]
    assert house.chosen_camera() == "browser"


def test_a_camera_is_chosen_by_what_finds_it_again_when_its_number_is_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras = [
        Camera(0, "Built-in", "1-8:1.0", usable=True),
        Camera(2, "C920", "1-2:1.0", usable=True),
        Camera(4, "C920", "1-3:1.0", usable=True),
    ]
    monkeypatch.setattr("scanner.scanning.devices.list_cameras", lambda: cameras)
    house = replace(house, config=load_config(camera="0"))
    specs = [spec for spec, _name in house.cameras()]
    assert specs == ["Built-in", "1-2:1.0", "1-3:1.0"]
    assert house.chosen_camera() == "Built-in"
    assert [find_camera(spec, cameras) for spec in specs] == cameras


def test_the_key_of_another_server_is_never_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.desk.login import LOGIN, KeyKind

    house.keys.set(
        LOGIN,
        f'{{"api": "https://one.example/v3/", "key": "{"ab" * 16}", "kind": "{KeyKind.KEY.value}",'
        ' "asked_with": null}',
    )
    assert house._request(Answers(api="https://one.example/v3/")).key == "ab" * 16
    assert house._request(Answers(api="https://two.example/v3/")).key is None


def test_the_first_supervisors_pin_is_kept_and_noted_and_no_second_one_so(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path, file_only=True)
    with Writer(tmp_path / "gate.sqlite3") as writer:
        house = House(load_config(home=tmp_path), writer, keys)
        assert not house.has_pin()
        house.set_pin("902655", "Anna")
        assert house.has_pin()
        with pytest.raises(ScannerError):
            house.set_pin("338104", "Ben")
        ((_, noted),) = writer.submit(
            lambda conn: list(journal.notes(conn, PinNotice.SET))
        ).result()
    assert noted.params == {"name": "Anna"}
    assert Pin(keys, utc_now).identify("902655").name == "Anna"
