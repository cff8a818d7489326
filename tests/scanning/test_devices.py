from pathlib import Path

import pytest

from scanner.facts import Fact
from scanner.scanning.devices import (
    SCANNER_VENDORS,
    Camera,
    ScannerKind,
    find_camera,
    lasting_name,
    list_cameras,
    list_scanners,
    scanner_at,
)
from scanner.scanning.errors import CameraAway, CameraFault
from scanner.scanning.frame_sources import open_source
from scanner.scanning.scan_source import Name, SourceName

KEYBOARD = "fffffffffffffffe"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n")


class Machine:
    """A made-up /sys/class and /dev."""

    def __init__(self, root: Path) -> None:
        self.sys, self.dev, self.places = root / "sys", root / "dev", root / "devices"

    def camera(self, number: int, name: str, *, index: int = 0) -> None:
        folder = self.sys / "video4linux" / f"video{number}"
        write(folder / "name", name)
        write(folder / "index", str(index))
        place = self.places / f"1-{number}:1.0"
        place.mkdir(parents=True)
        (folder / "device").symlink_to(place)
        write(self.dev / f"video{number}", "")

    def keys(self, number: int, name: str, vendor: str, keys: str = KEYBOARD) -> None:
        about = self.sys / "input" / f"event{number}" / "device"
        write(about / "name", name)
        write(about / "id" / "vendor", vendor)
        write(about / "capabilities" / "key", f"1000 7 {keys}")
        write(self.dev / "input" / f"event{number}", "")

    def serial(self, port: str, product: str, vendor: str) -> None:
        usb = self.places / f"usb-{port}"
        write(usb / "idVendor", vendor)
        write(usb / "product", product)
        (usb / "interface").mkdir()
        folder = self.sys / "tty" / port
        folder.mkdir(parents=True)
        (folder / "device").symlink_to(usb / "interface")
        write(self.dev / port, "")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def names(machine: Machine) -> list[Name]:
    return [scanner.name for scanner in list_scanners(machine.sys, machine.dev)]


def test_cameras_are_listed_by_number_with_their_names(machine: Machine) -> None:
    machine.camera(10, "HD Webcam C920")
    machine.camera(2, "Integrated Camera")
    machine.camera(3, "Integrated Camera", index=1)
    assert list_cameras(machine.sys, machine.dev) == [
        Camera(2, "Integrated Camera", "1-2:1.0", usable=True),
        Camera(10, "HD Webcam C920", "1-10:1.0", usable=True),
    ]


TWO = [Camera(0, "Integrated", "1-1:1.0", usable=True), Camera(2, "C920", "1-2:1.0", usable=True)]


@pytest.mark.parametrize("spec", ["2", "1-2:1.0", "c920", "C92"])
def test_a_camera_is_found_by_number_place_or_name(spec: str) -> None:
    assert find_camera(spec, TWO) is TWO[1]


@pytest.mark.parametrize("spec", ["1", "920", "", "Logitech"])
def test_a_camera_that_is_not_there_is_not_found(spec: str) -> None:
    assert find_camera(spec, TWO) is None


def test_a_whole_name_comes_before_a_part_of_another() -> None:
    longer = Camera(0, "C920 Pro", "1-1:1.0", usable=True)
    assert find_camera("C920", [longer, TWO[1]]) is TWO[1]


def test_of_two_cameras_alike_the_place_is_what_lasts() -> None:
    assert lasting_name(TWO[1], TWO) == "C920"
    twin = Camera(3, "C920", "1-3:1.0", usable=True)
    assert find_camera(lasting_name(twin, [*TWO, twin]), [*TWO, twin]) is twin


def test_a_camera_by_name_is_waited_for_and_keeps_its_name(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "scanner.scanning.frame_sources.list_cameras",
        lambda: list_cameras(machine.sys, machine.dev),
    )
    with pytest.raises(CameraAway, match=f"{CameraFault.UNKNOWN} name=C920"):
        open_source("C920")
    machine.camera(97, "HD Webcam C920")
    with pytest.raises(CameraAway, match=f"{CameraFault.ABSENT} name=HD Webcam C920"):
        open_source("C920")  # /dev has no such device here


def test_a_camera_without_a_name_is_called_by_its_number_and_lasts_by_its_place(
    machine: Machine,
) -> None:
    machine.camera(4, "")
    (camera,) = list_cameras(machine.sys, machine.dev)
    assert camera.name == Fact(SourceName.CAMERA, {"number": 4})
    assert lasting_name(camera, [camera]) == "1-4:1.0"
    assert find_camera("4", [camera]) is find_camera("1-4:1.0", [camera]) is camera
    assert find_camera("Camera", [camera]) is None


def test_a_machine_without_any_device_has_none(tmp_path: Path) -> None:
    assert list_cameras(tmp_path, tmp_path) == []
    assert list_scanners(tmp_path, tmp_path) == []


def test_a_scanner_is_known_by_its_maker_or_its_name(machine: Machine) -> None:
    machine.keys(3, "Symbol Technologies, Inc, 2008", "05e0")
    machine.keys(12, "WIT Barcode Reader", "28e9")
    assert names(machine) == ["Symbol Technologies, Inc, 2008", "WIT Barcode Reader"]


def test_the_laptops_own_keyboard_is_never_taken_for_a_scanner(machine: Machine) -> None:
    machine.keys(0, "AT Translated Set 2 keyboard", "0001")
    machine.keys(1, "Logitech USB Keyboard", "046d")
    assert names(machine) == []


def test_what_has_no_keys_is_no_scanner(machine: Machine) -> None:
    machine.keys(4, "Fingerprint scanner", "138a", keys="0")
    assert names(machine) == []


def test_a_serial_scanner_is_known_by_its_usb_device(machine: Machine) -> None:
    machine.serial("ttyACM0", "Honeywell 1900", "0c2e")
    machine.serial("ttyACM1", "Arduino Uno", "2341")
    machine.serial("ttyUSB0", "QR engine", "1a86")
    found = list_scanners(machine.sys, machine.dev)
    assert [(one.name, one.kind, one.device) for one in found] == [
        ("Honeywell 1900", ScannerKind.SERIAL, machine.dev / "ttyACM0"),
        ("QR engine", ScannerKind.SERIAL, machine.dev / "ttyUSB0"),
    ]


def test_a_device_that_is_named_is_taken_as_what_its_place_says(machine: Machine) -> None:
    machine.keys(3, "Symbol Scanner", "05e0")
    link = machine.dev / "input" / "by-id"
    link.symlink_to(machine.dev / "input" / "event3")
    assert scanner_at(link, machine.sys, machine.dev).name == "Symbol Scanner"
    other = scanner_at(Path("/dev/input/event99"), machine.sys, machine.dev)
    assert (other.kind, other.usable) == (ScannerKind.KEYS, False)
    assert scanner_at(Path("/dev/ttyS9"), machine.sys, machine.dev).kind is ScannerKind.SERIAL


def test_the_udev_rule_names_the_same_makers() -> None:
    rules = Path(__file__).parents[2] / "assets" / "udev" / "70-scanner.rules"
    lines = [line for line in rules.read_text().splitlines() if "idVendor" in line]
    assert len(lines) == 2
    for line in lines:
        assert f'=="{"|".join(sorted(SCANNER_VENDORS))}"' in line
