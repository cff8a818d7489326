"""Lists the cameras and hand scanners that are plugged in, from Linux's /sys; opens none."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scanner.facts import Fact
from scanner.scanning.scan_source import Name, SourceName

SYS = Path("/sys/class")
DEV = Path("/dev")

SCANNER_VENDORS = frozenset({"0536", "05e0", "05f9", "065a", "080c", "0c2e", "1eab"})
"""USB vendors that make scanners and no keyboards: Hand Held Products, Symbol (Zebra), PSC and
Datalogic, Opticon, Metrologic (Honeywell), Newland; the numbers are those of usb.ids."""

_SCANNER_NAME = re.compile(r"bar ?code|scanner|imager|\bqr\b", re.IGNORECASE)
CAMERA_NUMBER = re.compile(r"(?:/dev/video)?(\d{1,3})")
"""How a camera's number is written, alone or as the system's file."""

_KEYS_OF_A_SCANNER = (1 << 2) | (1 << 28)
"""The keys 1 and Enter, by their bits (linux/input-event-codes.h)."""


class ScannerKind(StrEnum):
    """How a hand scanner is connected."""

    KEYS = "keys"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that gives pictures.

    Attributes:
        number: of `/dev/videoN`; it can change when the camera is plugged in again.
        name: its maker's, or a `SourceName`.
        bus: the place that it is plugged into.
        usable: whether this user may open it.
    """

    number: int
    name: Name
    bus: str
    usable: bool


@dataclass(frozen=True, slots=True)
class HandScanner:
    """A hand scanner, recognised by its maker or its name.

    Attributes:
        device: the kernel's file for it.
        name: its maker's, or a `SourceName`.
        kind: how it is connected.
        usable: whether this user may open it.
    """

    device: Path
    name: Name
    kind: ScannerKind
    usable: bool


def list_cameras(sys: Path = SYS, dev: Path = DEV) -> list[Camera]:
    """List the cameras by number, without their second devices, which carry metadata."""
    found = []
    for folder in _folders(sys / "video4linux", "video"):
        if _text(folder / "index") not in {"", "0"}:
            continue
        number = int(folder.name.removeprefix("video"))
        name = _text(folder / "name") or Fact(SourceName.CAMERA, {"number": number})
        bus = (folder / "device").resolve().name
        found.append(Camera(number, name, bus, _usable(dev / folder.name)))
    return found


def find_camera(spec: str, cameras: Sequence[Camera]) -> Camera | None:
    """Find a camera by number, by the place it is plugged into, or by its name or a part of it.

    The whole name comes before a part of another's; of two alike, the lower number is taken. A
    number is no part of a name: 0 isn't the C920.
    """
    wanted = spec.casefold()
    if number := CAMERA_NUMBER.fullmatch(wanted):
        return next((camera for camera in cameras if camera.number == int(number[1])), None)
    tests: tuple[Callable[[Camera], bool], ...] = (
        lambda camera: camera.bus.casefold() == wanted,
        lambda camera: _own_name(camera).casefold() == wanted,
        lambda camera: bool(wanted) and wanted in _own_name(camera).casefold(),
    )
    return next((camera for fits in tests for camera in cameras if fits(camera)), None)


def lasting_name(camera: Camera, cameras: Sequence[Camera]) -> str:
    """Return what finds this camera again: its name or, where that isn't its alone, its place."""
    alike = [each for each in cameras if each.name == camera.name]
    return _own_name(camera) if len(alike) == 1 and _own_name(camera) else camera.bus


def _own_name(camera: Camera) -> str:
    return camera.name if isinstance(camera.name, str) else ""


def list_scanners(sys: Path = SYS, dev: Path = DEV) -> list[HandScanner]:
    """List the hand scanners: those that type first."""
    return [*_typing(sys, dev), *_serial(sys, dev)]


def scanner_at(device: Path, sys: Path = SYS, dev: Path = DEV) -> HandScanner:
    """Describe a device by its path, plugged in or not."""
    real = device.resolve()
    for known in list_scanners(sys, dev):
        if known.device == real:
            return known
    kind = ScannerKind.KEYS if "input" in device.parts else ScannerKind.SERIAL
    name = Fact(SourceName.HAND_SCANNER_AT, {"device": device})
    return HandScanner(device, name, kind, _usable(device))


def _typing(sys: Path, dev: Path) -> Iterator[HandScanner]:
    for folder in _folders(sys / "input", "event"):
        about = folder / "device"
        name = _text(about / "name")
        if not _is_scanner(_text(about / "id" / "vendor"), name):
            continue
        if _keys(about) & _KEYS_OF_A_SCANNER == _KEYS_OF_A_SCANNER:
            device = dev / "input" / folder.name
            yield HandScanner(
                device, name or Fact(SourceName.HAND_SCANNER), ScannerKind.KEYS, _usable(device)
            )


def _serial(sys: Path, dev: Path) -> Iterator[HandScanner]:
    for folder in (*_folders(sys / "tty", "ttyACM"), *_folders(sys / "tty", "ttyUSB")):
        usb = _usb_device((folder / "device").resolve())
        name = _text(usb / "product") if usb else ""
        if usb and _is_scanner(_text(usb / "idVendor"), name):
            device = dev / folder.name
            yield HandScanner(
                device, name or Fact(SourceName.HAND_SCANNER), ScannerKind.SERIAL, _usable(device)
            )


def _is_scanner(vendor: str, name: str) -> bool:
    return vendor.lower() in SCANNER_VENDORS or bool(_SCANNER_NAME.search(name))


def _keys(about: Path) -> int:
    """Return the bits of its keys 1 to 63: the last word of the kernel's key capabilities."""
    words = _text(about / "capabilities" / "key").split()
    return int(words[-1], 16) if words else 0


def _usb_device(place: Path) -> Path | None:
    """Return the USB device that this kind belongs to."""
    return next((each for each in (place, *place.parents) if (each / "idVendor").exists()), None)


def _folders(parent: Path, prefix: str) -> list[Path]:
    """List the devices with this prefix by their numbers."""
    pattern = re.compile(rf"{prefix}(\d+)")
    try:
        matches = [(pattern.fullmatch(folder.name), folder) for folder in parent.iterdir()]
    except OSError:
        return []
    numbered = [(int(match[1]), folder) for match, folder in matches if match]
    return [folder for _, folder in sorted(numbered)]


def _text(file: Path) -> str:
    """Read one of the kernel's short files; nothing where it has just gone."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _usable(device: Path) -> bool:
    return os.access(device, os.R_OK | os.W_OK)
