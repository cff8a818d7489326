import json
from pathlib import Path

import pytest

from scanner.cli.devices import devices
from scanner.facts import Fact
from scanner.scanning.devices import Camera, HandScanner, ScannerKind
from scanner.scanning.scan_source import SourceName
from scanner.wording.catalogue import choose_language
from tests.cli.program import Program


def test_devices_are_listed_for_programs(program: Program) -> None:
    listed = json.loads(program.says("devices", "--json"))
    assert set(listed) == {"cameras", "scanners"}


def test_a_camera_that_is_not_there_can_not_be_chosen(program: Program) -> None:
    said = program.complains("devices", "--camera", "No such camera")
    assert said == "No camera is called No such camera; plug it in, or see scanner devices."
    assert not (program.home / "config.toml").exists()


def test_what_a_device_calls_itself_is_told_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera(0, "Eye\x1b[2J", "usb-1", usable=True)
    pistol = HandScanner(Path("/dev/input/event7"), "Pistol\nä", ScannerKind.KEYS, usable=False)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    monkeypatch.setattr("scanner.scanning.devices.list_cameras", lambda: [camera])
    monkeypatch.setattr("scanner.scanning.devices.list_scanners", lambda: [pistol])
    devices()
    first, second = capsys.readouterr().out.splitlines()
    assert first == "camera   0                  Eye [2J  (chosen)"
    assert second.startswith("scanner  /dev/input/event7  Pistol ä  (may not be used by you")
    monkeypatch.setenv("SCANNER_CAMERA", "none")
    devices()
    assert "chosen" not in capsys.readouterr().out
    monkeypatch.setenv("SCANNER_CAMERA", "eye")
    devices(as_json=True)
    listed = json.loads(capsys.readouterr().out)
    assert listed["scanners"][0]["name"] == "Pistol\nä"
    assert listed["cameras"][0]["chosen"]


def test_a_camera_without_a_name_has_a_code_in_json_and_english_whatever_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera(4, Fact(SourceName.CAMERA, {"number": 4}), "usb-1", usable=True)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    monkeypatch.setattr("scanner.scanning.devices.list_cameras", lambda: [camera])
    choose_language("de")
    try:
        devices(as_json=True)
        (listed,) = json.loads(capsys.readouterr().out)["cameras"]
        devices()
        assert "Kamera 4" in capsys.readouterr().out
    finally:
        choose_language("en")
    assert listed["name"] == "Camera 4"
    assert (listed["code"], listed["params"]) == ("scanning.camera", {"number": 4})
