"""All hand scanners of a gate: found while it is open, read each in a thread of its own."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import structlog

from scanner.scanning.devices import HandScanner, ScannerKind, list_scanners, scanner_at
from scanner.scanning.errors import HandScannerError
from scanner.scanning.scan_source import OnNotice, OnPayload
from scanner.scanning.source_state import SourceState

LOOK_SECONDS = 0.5
"""Between two looks for scanners: one that is plugged in works well within 2 s."""

STOP_SECONDS = 2.0
_TICK_SECONDS = 0.1

_log = structlog.get_logger(__name__)


class Reads(Protocol):
    """An open scanner."""

    @property
    def source(self) -> str:
        """What the journal calls it."""
        ...

    def read(self, timeout: float, /) -> list[str]:
        """Wait up to `timeout` seconds; return what was scanned.

        Raises:
            HandScannerAway: it was unplugged.
        """
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


Find = Callable[[], Iterable[HandScanner]]
Open = Callable[[HandScanner], Reads]


def open_scanner(scanner: HandScanner) -> Reads:
    """Open a scanner by the way it is plugged in.

    Raises:
        HandScannerError: it can't be used.
    """
    if scanner.kind is ScannerKind.KEYS:
        from scanner.scanning.evdev_scanner import EvdevScanner

        return EvdevScanner(scanner.device, scanner.name)
    from scanner.scanning.serial_scanner import SerialScanner

    return SerialScanner(scanner.device, scanner.name)


class HandScanners:
    """Reads every scanner that `find` finds, from `start` to `stop`; fits a screen's eyes.

    Args:
        find: lists the scanners that there are now.
        opener: opens one.
        look_seconds: between two looks.
        correct: undoes what the layout did to a scan of keys that are read at the kernel.
    """

    pictured = False

    def __init__(
        self,
        find: Find = list_scanners,
        opener: Open = open_scanner,
        look_seconds: float = LOOK_SECONDS,
        correct: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._correct = correct
        self._find = find
        self._open = opener
        self._look_seconds = look_seconds
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._reading: dict[Path, HandScanner] = {}
        self._troubles: dict[Path, str] = {}
        self._threads: list[threading.Thread] = []

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Begin to look; both are called from the scanners' threads."""
        self.stop()
        self._stopping = threading.Event()
        self._run("scanners", lambda: self._watch(on_payload, on_notice))

    def stop(self) -> None:
        """Give all scanners back; harmless when it isn't running."""
        self._stopping.set()
        while self._threads:  # the one that looks may have begun to read another since
            thread = self._threads.pop(0)
            if thread is not threading.current_thread():
                thread.join(STOP_SECONDS)

    def state(self) -> SourceState:
        """Return whether the scanners that there are can be read; cheap."""
        with self._guard:
            if self._troubles:
                why = next(iter(self._troubles.values()))
                return SourceState(running=False, sentence=why, by_hand=True)
            names = ", ".join(scanner.name for scanner in self._reading.values())
        sentence = f"{names} is ready." if names else ""
        return SourceState(running=True, sentence=sentence, by_hand=True)

    def view(self) -> None:
        """Return nothing: a hand scanner gives no picture."""

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _watch(self, on_payload: OnPayload, on_notice: OnNotice) -> None:
        stopping = self._stopping
        while not stopping.is_set():
            try:
                found = {scanner.device: scanner for scanner in self._find()}
                self._forget(set(found))
                for device, scanner in found.items():
                    if device not in self._reading:
                        self._begin(scanner, on_payload, on_notice)
            except Exception:  # noqa: BLE001 - a gate without hand scanners goes on with its camera
                _log.exception("looking for scanners failed")
            stopping.wait(self._look_seconds)

    def _forget(self, there: set[Path]) -> None:
        """A scanner that isn't there any more is no trouble, unless somebody named it."""
        with self._guard:
            self._troubles = {
                device: why for device, why in self._troubles.items() if device in there
            }

    def _begin(self, scanner: HandScanner, on_payload: OnPayload, on_notice: OnNotice) -> None:
        try:
            device = self._open(scanner)
        except HandScannerError as error:
            self._trouble(scanner, str(error), on_notice)
            return
        with self._guard:
            self._reading[scanner.device] = scanner
            self._troubles.pop(scanner.device, None)
        _log.info("scanner", name=scanner.name, ready=True)
        on_notice(f"{scanner.name} is ready.")
        self._run(
            f"scanner {scanner.device.name}",
            lambda: self._read(scanner, device, on_payload, on_notice),
        )

    def _read(
        self, scanner: HandScanner, device: Reads, on_payload: OnPayload, on_notice: OnNotice
    ) -> None:
        stopping = self._stopping
        try:
            while not stopping.is_set():
                for payload in device.read(_TICK_SECONDS):
                    keys = scanner.kind is ScannerKind.KEYS
                    on_payload(self._correct(payload) if keys else payload, device.source)
        except HandScannerError as error:
            on_notice(str(error))
        except Exception:  # noqa: BLE001 - it is opened again at the next look
            _log.exception("a scanner failed")
        finally:
            device.close()
            with self._guard:
                self._reading.pop(scanner.device, None)

    def _trouble(self, scanner: HandScanner, why: str, on_notice: OnNotice) -> None:
        """Say a trouble once, not at every look."""
        with self._guard:
            known = self._troubles.get(scanner.device)
            self._troubles[scanner.device] = why
        if known != why:
            _log.info("scanner", name=scanner.name, ready=False, why=why)
            on_notice(why)


def hand_scanners(
    spec: str, correct: Callable[[str], str] = lambda text: text
) -> HandScanners | None:
    """Make what `scanner gate --scanner` names: `auto`, `none` or a device.

    Args:
        spec: which.
        correct: undoes what the layout did to a scan of keys that are read at the kernel.
    """
    if spec == "none":
        return None
    if spec == "auto":
        return HandScanners(correct=correct)
    device = Path(spec)
    return HandScanners(lambda: [scanner_at(device)], correct=correct)
