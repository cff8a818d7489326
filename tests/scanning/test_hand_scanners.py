"""Hand scanners over a pseudo-terminal and a pipe, which stand in the place of their devices."""

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.admission.cleaning import clean
from scanner.admission.serial import Serial, parse_payload
from scanner.facts import Fact
from scanner.scanning.camera_source import CameraSource
from scanner.scanning.code_framing import CodeFraming
from scanner.scanning.devices import HandScanner, ScannerKind, scanner_at
from scanner.scanning.errors import HandScannerAway, HandScannerError, ScannerFault
from scanner.scanning.evdev_scanner import EV_SYN, EVENT, SYN_DROPPED, EvdevScanner
from scanner.scanning.hand_scanners import (
    SEARCH_SECONDS,
    HandScanners,
    OpenScanner,
    hand_scanners,
)
from scanner.scanning.scan_source import CompositeSource, SourceState, SourceStatus, together
from scanner.scanning.serial_scanner import SILENCE_SECONDS, SerialScanner
from tests.scanning.feigned import Film, Scripted
from tests.scanning.test_evdev_scanner import packed

SERIAL = "DAWIER-BACK75580348"
OTHER = "DAWNAT-GENE63835800"
LIMIT = 10.0


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.005)


class Pipe:
    """A pipe in an input device's place."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "event7"
        os.mkfifo(self.path)
        self._keep = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        self.grabs = 0

    def send(self, data: bytes) -> None:
        os.write(self._keep, data)

    def unplug(self) -> None:
        os.close(self._keep)

    def open(self, scanner: HandScanner) -> OpenScanner:
        return EvdevScanner(scanner.device, scanner.name, self._grab)

    def _grab(self, handle: int) -> None:
        assert not os.get_blocking(handle)
        self.grabs += 1


def read(scanner: OpenScanner, count: int = 1) -> list[str]:
    end = time.monotonic() + LIMIT
    scans: list[str] = []
    framing = CodeFraming()
    while len(scans) < count:
        assert time.monotonic() < end
        scans += framing.feed(scanner.read(0.05), time.monotonic())
    return scans


def test_an_input_device_is_grabbed_and_read(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)
    scanner = pipe.open(HandScanner(pipe.path, "Zebra", ScannerKind.KEYS, usable=True))
    data = packed(f"{SERIAL}\r" * 3)
    pipe.send(data[:1000])
    pipe.send(data[1000:])
    assert read(scanner, 3) == [SERIAL] * 3
    assert pipe.grabs == 1
    pipe.unplug()
    with pytest.raises(HandScannerAway, match=f"{ScannerFault.UNPLUGGED} name=Zebra"):
        read(scanner)
    scanner.close()
    scanner.close()


def test_silence_ends_a_scan_of_a_scanner_that_sends_no_enter(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)
    scanner = pipe.open(HandScanner(pipe.path, "Zebra", ScannerKind.KEYS, usable=True))
    pipe.send(packed(SERIAL))
    assert read(scanner) == [SERIAL]
    scanner.close()
    pipe.unplug()


def test_a_device_that_another_program_holds_is_said(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)

    def busy(handle: int) -> None:
        raise OSError("Device or resource busy")

    with pytest.raises(HandScannerAway, match=f"{ScannerFault.BUSY} name=Zebra"):
        EvdevScanner(pipe.path, "Zebra", busy)
    with pytest.raises(HandScannerAway, match=f"{ScannerFault.BUSY} name=Zebra"):
        EvdevScanner(pipe.path, "Zebra")  # a pipe can't be grabbed
    pipe.unplug()


class Port:
    """A pseudo-terminal in a serial port's place, under a name that stays."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.plug()

    def plug(self) -> None:
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.link.symlink_to(os.ttyname(theirs))
        os.close(theirs)

    def unplug(self) -> None:
        """Take the name away first: another program may get the freed terminal's number."""
        self.link.unlink()
        os.close(self._ours)

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    made = Port(tmp_path / "ttyACM0")
    yield made
    made.unplug()


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\t", b"\x03", b""])
def test_a_serial_scan_is_read_whatever_ends_it(port: Port, ending: bytes) -> None:
    scanner = SerialScanner(port.link, "Honeywell")
    port.send(SERIAL.encode() + ending)
    assert read(scanner) == [SERIAL]
    scanner.close()


def test_serial_scans_in_pieces_and_in_a_row_are_read(port: Port) -> None:
    scanner = SerialScanner(port.link, "Honeywell")
    port.send(f"\x02{SERIAL}\x03{OTHER}\r\n\r\nZü".encode())
    assert read(scanner, 2) == [SERIAL, OTHER]
    port.send("Zü".encode())
    port.send(b"rich\r")
    assert read(scanner) == ["Zürich"]
    port.send(b"Z\xfcrich\r")
    assert read(scanner) == ["Zürich"]
    scanner.close()


@pytest.mark.parametrize(
    "came",
    [
        f"My event\r\n{SERIAL}\r\nRow 5\r\n",
        f"{SERIAL}\tBalcony\tRow 5\r",
        f"\x02Balcony\n\x1d{SERIAL}\x1dRow 5\x03\r\n",
    ],
)
def test_a_code_with_lines_fields_and_tabulators_is_one_reading(port: Port, came: str) -> None:
    heard = started(hand_scanners(str(port.link)))
    until(lambda: heard.notices)
    port.send(came.encode())
    until(lambda: heard.payloads)
    port.send(f"{OTHER}\r".encode())
    until(lambda: len(heard.payloads) > 1)
    first, second = (parse_payload(payload) for payload, _ in heard.payloads)
    assert (first, second) == (Serial(SERIAL), Serial(OTHER))


def test_half_a_code_that_the_kernel_lost_keys_of_is_dropped_and_that_is_said(
    tmp_path: Path,
) -> None:
    pipe = Pipe(tmp_path)
    zebra = HandScanner(pipe.path, "Zebra", ScannerKind.KEYS, usable=True)
    heard = started(HandScanners(lambda: [zebra], pipe.open))
    until(lambda: heard.notices)
    lost = EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0)
    pipe.send(packed(SERIAL[:9]) + lost + packed(f"{SERIAL[11:]}\r{OTHER}\r"))
    until(lambda: heard.payloads == [(OTHER, "usb")])
    assert Fact(SourceStatus.CUT_OFF) in heard.notices
    pipe.unplug()


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_serial_scans_in_utf_16_are_read_until_silence_and_then_others(
    port: Port, name: str
) -> None:
    scanner = SerialScanner(port.link, "Honeywell")
    port.send(f"\ufeff{SERIAL}\r\n{OTHER}\r\n".encode(name))
    assert read(scanner, 2) == [SERIAL, OTHER]
    before = time.monotonic() + 2 * SILENCE_SECONDS
    until(lambda: not scanner.read(0.05) and time.monotonic() > before)
    port.send(f"{SERIAL}\r".encode())
    assert read(scanner) == [SERIAL]
    scanner.close()


def test_framing_without_a_code_between_is_no_scan(port: Port) -> None:
    scanner = SerialScanner(port.link, "Honeywell")
    port.send(b"\x02\x03\r\n\x1d\r]Q1\r\x03")
    port.send(f"{SERIAL}\r".encode())
    assert [clean(scan) for scan in read(scanner)] == [SERIAL]
    scanner.close()


def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HandScannerAway, match=f"{ScannerFault.ABSENT} name=Honeywell"):
        SerialScanner(tmp_path / "ttyACM9", "Honeywell")


class Heard:
    def __init__(self) -> None:
        self.payloads: list[tuple[str, str]] = []
        self.notices: list[Fact] = []

    def payload(self, payload: str, source: str) -> None:
        self.payloads.append((payload, source))


RUNNING: list[HandScanners] = []


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    while RUNNING:
        RUNNING.pop().stop()


def started(scanners: HandScanners | None) -> Heard:
    assert scanners
    heard = Heard()
    RUNNING.append(scanners)
    scanners.start(heard.payload, heard.notices.append)
    return heard


def test_a_serial_scanner_that_was_unplugged_comes_back_within_two_seconds(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []

    def look(device: Path) -> HandScanner:
        looks.append(device)
        return scanner_at(device)

    monkeypatch.setattr("scanner.scanning.hand_scanners.scanner_at", look)
    scanners = hand_scanners(str(port.link))
    heard = started(scanners)
    assert scanners
    until(lambda: any(notice.code == SourceStatus.READY for notice in heard.notices))
    port.send(b"A-1\r")
    until(lambda: heard.payloads == [("A-1", "serial")])
    port.unplug()
    until(lambda: not scanners.state().running)
    assert heard.notices[1].code == ScannerFault.UNPLUGGED
    looks.clear()
    port.plug()
    until(lambda: scanners.state().running)
    assert len(looks) * SEARCH_SECONDS < 2.0
    port.send(b"B-2\r")
    until(lambda: heard.payloads[1:] == [("B-2", "serial")])


def test_a_scanner_plugged_in_while_the_gate_is_open_works_at_once(tmp_path: Path) -> None:
    there: list[HandScanner] = []
    pipe = Pipe(tmp_path)
    heard = started(HandScanners(lambda: list(there), pipe.open))
    there.append(HandScanner(pipe.path, "Zebra", ScannerKind.KEYS, usable=True))
    until(lambda: Fact(SourceStatus.READY, {"name": "Zebra"}) in heard.notices)
    pipe.send(packed(f"{SERIAL}\r"))
    until(lambda: heard.payloads == [(SERIAL, "usb")])
    pipe.unplug()


class Given:
    """An open scanner that delivers what it is given, and then nothing."""

    def __init__(self, kind: ScannerKind, text: str) -> None:
        self.source = "usb" if kind is ScannerKind.KEYS else "serial"
        self._text = text

    def read(self, timeout: float) -> str:
        text, self._text = self._text, ""
        if not text:
            threading.Event().wait(timeout)
        return text

    def close(self) -> None:
        """Nothing to give back."""


def test_what_was_learned_of_one_kind_of_scanner_is_not_of_the_other() -> None:
    there = [HandScanner(Path(f"/dev/{kind}"), kind, kind, usable=True) for kind in ScannerKind]
    swapped = str.maketrans("YZ", "ZY")
    scanners = HandScanners(
        lambda: there,
        lambda scanner: Given(scanner.kind, "DAWIYZ\r"),
        corrections={"usb": lambda text: text.translate(swapped)},
    )
    heard = started(scanners)
    until(lambda: len(heard.payloads) == 2)
    assert sorted(heard.payloads) == [("DAWIYZ", "serial"), ("DAWIZY", "usb")]


def test_a_trouble_is_said_once_and_is_over_when_the_scanner_is_gone() -> None:
    there = [HandScanner(Path("/dev/none"), "Zebra", ScannerKind.KEYS, usable=False)]
    tries: list[int] = []

    def opener(scanner: HandScanner) -> OpenScanner:
        tries.append(1)
        raise HandScannerError(ScannerFault.NOT_PERMITTED, name=scanner.name)

    scanners = HandScanners(lambda: list(there), opener, search_seconds=0.01)
    heard = started(scanners)
    until(lambda: len(tries) > 3)
    fault = Fact(ScannerFault.NOT_PERMITTED, {"name": "Zebra"})
    assert heard.notices == [fault]
    assert scanners.state() == SourceState(running=False, fact=fault, by_hand=True)
    there.clear()
    until(lambda: scanners.state().running)


def test_without_hand_scanners_there_are_none() -> None:
    assert hand_scanners("none") is None
    assert together(None, None) is None


def test_several_sources_tell_the_trouble_of_any_and_stop_all(port: Port) -> None:
    one, two = HandScanners(list), HandScanners(list)
    both = CompositeSource(one, two)
    heard = Heard()
    both.start(heard.payload, heard.notices.append)
    assert both.state().running
    fault = Fact(ScannerFault.BUSY, {"name": "Zebra"})
    two._faults[port.link] = fault
    assert both.state().fact == fault
    both.stop()
    assert not one._threads
    assert not two._threads
    assert together(one, None) is one


def test_hand_scanners_alone_have_no_picture_to_show() -> None:
    hand = HandScanners(list)
    camera = CameraSource(lambda: Film([]), Scripted(lambda _number: []))
    assert not CompositeSource(hand, hand).pictured
    assert CompositeSource(camera, hand).pictured
