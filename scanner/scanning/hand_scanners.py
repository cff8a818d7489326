"""All hand scanners of a gate: found while it runs, each read in a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import structlog

from scanner.facts import Fact
from scanner.scanning.code_framing import CodeFraming
from scanner.scanning.devices import HandScanner, ScannerKind, list_scanners, scanner_at
from scanner.scanning.errors import HandScannerError
from scanner.scanning.scan_source import Name, OnNotice, OnPayload, SourceState, SourceStatus
from scanner.scanning.ticket_codes import TicketCodes

SEARCH_SECONDS = 0.5
"""Between two searches for scanners: one that is plugged in works well within 2 s."""

STOP_SECONDS = 2.0
_POLL_SECONDS = 0.1

_log = structlog.get_logger(__name__)


class OpenScanner(Protocol):
    """An open scanner."""

    @property
    def source(self) -> str:
        """What the journal calls it."""
        ...

    def read(self, timeout: float, /) -> str:
        """Wait up to `timeout` seconds; return the characters that came.

        Raises:
            HandScannerAway: it was unplugged.
        """
        ...

    def close(self) -> None:
        """Release the device."""
        ...


Find = Callable[[], Iterable[HandScanner]]
Open = Callable[[HandScanner], OpenScanner]

Corrections = Mapping[str, Callable[[str], str]]
"""By what reads a scanner, as the journal names it: what undoes what was learned of it."""


def open_scanner(scanner: HandScanner) -> OpenScanner:
    """Open a scanner by its kind: keys or serial.

    Raises:
        HandScannerError: it can't be used.
    """
    if scanner.kind is ScannerKind.KEYS:
        from scanner.scanning.evdev_scanner import EvdevScanner

        return EvdevScanner(scanner.device, scanner.name)
    from scanner.scanning.serial_scanner import SerialScanner

    return SerialScanner(scanner.device, scanner.name)


class HandScanners:
    """Reads every scanner that `find` finds, from `start` to `stop`; a `ScanSource`.

    Args:
        find: lists the scanners that are plugged in now.
        opener: opens one.
        search_seconds: between two searches.
        corrections: undo what was learned of a scanner, by what reads it.
        tickets: tells the codes of tickets.
    """

    pictured = False

    def __init__(
        self,
        find: Find = list_scanners,
        opener: Open = open_scanner,
        search_seconds: float = SEARCH_SECONDS,
        corrections: Corrections = MappingProxyType({}),
        tickets: TicketCodes | None = None,
    ) -> None:
        self._tickets = tickets or TicketCodes()
        self._corrections = corrections
        self._find = find
        self._open = opener
        self._search_seconds = search_seconds
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._reading: dict[Path, HandScanner] = {}
        self._faults: dict[Path, Fact] = {}
        self._threads: list[threading.Thread] = []

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:
        """Start searching and reading; the scanners' threads call both functions."""
        self.stop()
        self._stopping = threading.Event()
        self._run("scanners", lambda: self._search(on_payload, on_notice))

    def stop(self) -> None:
        """Stop and release all scanners; may be called when it isn't running."""
        self._stopping.set()
        while self._threads:  # the search may have started another meanwhile
            thread = self._threads.pop(0)
            if thread is not threading.current_thread():
                thread.join(STOP_SECONDS)

    def state(self) -> SourceState:
        """Return whether all scanners that are plugged in can be read; cheap."""
        with self._guard:
            if self._faults:
                fault = next(iter(self._faults.values()))
                return SourceState(running=False, fact=fault, by_hand=True)
            names = [scanner.name for scanner in self._reading.values()]
        return SourceState(running=True, fact=_ready(names), by_hand=True)

    def view(self) -> None:
        """Return None: a hand scanner gives no picture."""

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _search(self, on_payload: OnPayload, on_notice: OnNotice) -> None:
        stopping = self._stopping
        while not stopping.is_set():
            try:
                found = {scanner.device: scanner for scanner in self._find()}
                self._drop_unplugged(set(found))
                for device, scanner in found.items():
                    if device not in self._reading:
                        self._start_reading(scanner, on_payload, on_notice)
            except Exception:  # noqa: BLE001 - a gate without hand scanners goes on with its camera
                _log.exception("looking for scanners failed")
            stopping.wait(self._search_seconds)

    def _drop_unplugged(self, there: set[Path]) -> None:
        """Drop the faults of scanners that are unplugged; one that is named is always found."""
        with self._guard:
            self._faults = {
                device: fault for device, fault in self._faults.items() if device in there
            }

    def _start_reading(
        self, scanner: HandScanner, on_payload: OnPayload, on_notice: OnNotice
    ) -> None:
        try:
            device = self._open(scanner)
        except HandScannerError as error:
            self._report(scanner, error.fact, on_notice)
            return
        with self._guard:
            self._reading[scanner.device] = scanner
            self._faults.pop(scanner.device, None)
        _log.info("scanner", name=str(scanner.name), ready=True)
        on_notice(Fact(SourceStatus.READY, {"name": scanner.name}))
        self._run(
            f"scanner {scanner.device.name}",
            lambda: self._read(scanner, device, on_payload, on_notice),
        )

    def _read(
        self, scanner: HandScanner, device: OpenScanner, on_payload: OnPayload, on_notice: OnNotice
    ) -> None:
        stopping = self._stopping
        correct = self._corrections.get(device.source, str)
        framing = CodeFraming(
            lambda code: self._tickets.is_whole(correct(code)),
            on_cut_off=lambda: on_notice(Fact(SourceStatus.CUT_OFF)),
            is_opaque=lambda: self._tickets.opaque,
        )
        try:
            while not stopping.is_set():
                came, now = device.read(_POLL_SECONDS), time.monotonic()
                for code in framing.feed(came, now):
                    on_payload(correct(code), device.source)
        except HandScannerError as error:
            on_notice(error.fact)
        except Exception:  # noqa: BLE001 - the next search opens it again
            _log.exception("a scanner failed")
        finally:
            device.close()
            with self._guard:
                self._reading.pop(scanner.device, None)

    def _report(self, scanner: HandScanner, fault: Fact, on_notice: OnNotice) -> None:
        """Report a fault once, not at every search."""
        with self._guard:
            known = self._faults.get(scanner.device)
            self._faults[scanner.device] = fault
        if known != fault:
            _log.info("scanner", name=str(scanner.name), ready=False, why=str(fault))
            on_notice(fault)


def _ready(names: list[Name]) -> Fact | None:
    if len(names) > 1:
        return Fact(SourceStatus.SCANNERS_READY, {"count": len(names)})
    return Fact(SourceStatus.READY, {"name": names[0]}) if names else None


def hand_scanners(
    spec: str,
    corrections: Corrections = MappingProxyType({}),
    tickets: TicketCodes | None = None,
) -> HandScanners | None:
    """Make the source that `scanner gate --scanner` names; None for `none`.

    Args:
        spec: `auto`, `none` or a device's path.
        corrections: undo what was learned of a scanner, by what reads it.
        tickets: tells the codes of tickets.
    """
    if spec == "none":
        return None
    if spec == "auto":
        return HandScanners(corrections=corrections, tickets=tickets)
    device = Path(spec)
    return HandScanners(lambda: [scanner_at(device)], corrections=corrections, tickets=tickets)
