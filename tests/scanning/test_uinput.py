"""A scanner made by the kernel itself, where this machine lets a program make input devices."""

import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.scanning.devices import list_scanners
from scanner.scanning.errors import HandScannerAway, ScannerFault
from scanner.scanning.evdev_scanner import EV_KEY, EvdevScanner
from tests.scanning.test_evdev_scanner import SERIAL, packed

UINPUT = Path("/dev/uinput")
NAME = "Made-up Barcode Scanner"
LIMIT = 5.0

# linux/uinput.h
UI_SET_EVBIT, UI_SET_KEYBIT, UI_DEV_CREATE, UI_DEV_DESTROY = 0x40045564, 0x40045565, 0x5501, 0x5502
USER_DEVICE = struct.Struct("@80sHHHHI256i")
BUS_USB = 3

pytestmark = pytest.mark.skipif(
    not os.access(UINPUT, os.W_OK), reason="this machine lets no program make input devices"
)


def within_limit(true: Callable[[], object]) -> bool:
    end = time.monotonic() + LIMIT
    while not true():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True


def found() -> list[Path]:
    return [each.device for each in list_scanners() if each.name == NAME and each.usable]


@pytest.fixture
def uinput() -> Iterator[int]:
    handle = os.open(UINPUT, os.O_WRONLY)
    fcntl.ioctl(handle, UI_SET_EVBIT, EV_KEY)
    for key in range(1, 97):
        fcntl.ioctl(handle, UI_SET_KEYBIT, key)
    device = USER_DEVICE.pack(NAME.encode(), BUS_USB, 0x28E9, 1, 1, 0, *[0] * 256)
    os.write(handle, device)
    fcntl.ioctl(handle, UI_DEV_CREATE)
    if not within_limit(found):
        os.close(handle)
        pytest.skip("this machine makes no file for a new input device, or none to be read")
    yield handle
    os.close(handle)


def test_a_scanner_of_the_kernels_is_found_grabbed_read_and_missed(uinput: int) -> None:
    (device,) = found()
    scanner = EvdevScanner(device, NAME)
    with pytest.raises(HandScannerAway, match=ScannerFault.BUSY):
        EvdevScanner(device, NAME)
    os.write(uinput, packed(f"{SERIAL}\r"))
    scans: list[str] = []

    def read() -> list[str]:
        scans.extend(scanner.read(0.05))
        return scans

    assert within_limit(read)
    assert scans == [SERIAL]
    fcntl.ioctl(uinput, UI_DEV_DESTROY)
    with pytest.raises(HandScannerAway, match=ScannerFault.UNPLUGGED):
        within_limit(lambda: scanner.read(0.05))
    scanner.close()
