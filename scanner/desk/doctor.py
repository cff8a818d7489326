"""Looks over all that a gate needs, and names the one command that mends what is wrong."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from scanner.config import Config
from scanner.errors import ScannerError
from scanner.keystore import KeyStore
from scanner.qr.readers import Library
from scanner.scanning.devices import CAMERA_NUMBER, Camera, HandScanner, find_camera
from scanner.ticketing.client import TickeTing
from scanner.ticketing.errors import ApiError, TicketingError

FULL_BYTES, TIGHT_BYTES = 50_000_000, 500_000_000
"""Free space under which no evening fits on the disk, and under which it may become short: an
evening of ten thousand presentations takes some ten megabytes."""

CLOCK_WARNING = timedelta(minutes=2)
CLOCK_BROKEN = timedelta(hours=12)
"""How far the clock may be off: admissions carry its time."""

PROBE_SECONDS = 3.0

_PROOF = "doctor-proof"


class Health(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: its name: "camera", "disk".
        health: how it is; a gate can open with warnings.
        sentence: what was found.
        mend: the command that mends it; nothing where nothing is wrong.
    """

    what: str
    health: Health
    sentence: str
    mend: str | None = None


def examine(
    config: Config,
    keystore: KeyStore,
    now: Callable[[], datetime],
    opened: tuple[str, str | None] | None = None,
) -> Iterator[Finding]:
    """Look at everything, one after another; the API last, because it may take seconds.

    Args:
        config: the settings.
        keystore: where secrets are kept.
        now: the time, in UTC.
        opened: the API that this gate was opened at, and its key; else the settings' is asked.
    """
    from scanner.qr.readers import available
    from scanner.scanning.devices import list_cameras

    yield from decoders(available())
    yield cameras(list_cameras(), config.camera)
    yield scanners(_wanted(config.scanner), serial=find_spec("serial") is not None)
    yield folder(config.home)
    yield disk(_free(config.home))
    yield key_store(keystore)
    yield from asyncio.run(link(*(opened or _api(config, keystore)), now, config.timeout_seconds))


def decoders(there: Sequence[Library]) -> Iterator[Finding]:
    """Say which libraries that read codes are here; one of them is enough to open."""
    mends = {
        Library.ZXING: "pip install zxing-cpp",
        Library.ZBAR: "brew install zbar"
        if sys.platform == "darwin"
        else "sudo apt install libzbar0",
        Library.WECHAT: "pip install opencv-contrib-python-headless",
    }
    for library, mend in mends.items():
        what = f"decoder {library.value}"
        if library in there:
            yield Finding(what, Health.OK, "It reads codes.")
        elif there:
            yield Finding(what, Health.WARNING, "It is missing; the others read without it.", mend)
        else:
            yield Finding(what, Health.BROKEN, "It is missing, and nothing else reads codes.", mend)


def cameras(found: Sequence[Camera], chosen: str) -> Finding:
    """Say whether the chosen camera is there and may be used; a file or folder must exist.

    A camera's name finds it as `open_source` does.
    """
    numbered = CAMERA_NUMBER.fullmatch(chosen)
    number = numbered[1] if numbered else None
    if chosen == "none":
        return Finding("camera", Health.OK, "None is wanted: serials are typed or scanned by hand.")
    if number is None and Path(chosen).expanduser().exists():
        return Finding("camera", Health.OK, f"{chosen} is there.")
    there = find_camera(chosen, found)
    if number is None and there is None:
        return Finding(
            "camera", Health.BROKEN, f"{chosen} is not there.", "scanner gate --camera 0"
        )
    if there and there.usable:
        return Finding("camera", Health.OK, f"Camera {there.number} is {there.name}.")
    if there:
        sentence = f"{there.name} may not be used by you."
        return Finding("camera", Health.BROKEN, sentence, "sudo usermod -aG video $USER")
    if found:
        sentence = f"Camera {number} is not there, but {found[0].name} is."
        return Finding(
            "camera", Health.WARNING, sentence, f"scanner gate --camera {found[0].number}"
        )
    return Finding(
        "camera",
        Health.WARNING,
        "None is plugged in; hand scanners and typed serials work without.",
        "scanner gate --camera none",
    )


def scanners(found: Sequence[HandScanner], *, serial: bool = True) -> Finding:
    """Say whether the hand scanners can be used; that there is none is no fault.

    Args:
        found: those that are plugged in, and one that was named in the settings in any case.
        serial: whether the library for serial ports is here.
    """
    shut = [each for each in found if not each.usable]
    if shut and not shut[0].device.exists():
        sentence = f"{shut[0].name} is not there; those that type work all the same."
        return Finding("scanners", Health.WARNING, sentence, "scanner devices")
    if shut:
        group = "dialout" if shut[0].kind == "serial" else "input"
        sentence = f"{shut[0].name} may not be used by you."
        return Finding("scanners", Health.WARNING, sentence, f"sudo usermod -aG {group} $USER")
    deaf = [each for each in found if each.kind == "serial" and not serial]
    if deaf:
        sentence = f"{deaf[0].name} needs the library for serial ports."
        return Finding("scanners", Health.WARNING, sentence, "pip install pyserial")
    names = ", ".join(each.name for each in found)
    return Finding("scanners", Health.OK, names or "None is plugged in by its own; one may type.")


def folder(home: Path) -> Finding:
    """Say whether the data folder can be written, and is nobody else's to read."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        proof = home / ".doctor"
        proof.write_bytes(b"")
        proof.unlink()
    except OSError as error:
        sentence = f"{home} can't be written ({error.strerror})."
        return Finding("data folder", Health.BROKEN, sentence, f"sudo chown -R $USER '{home}'")
    if os.name == "posix" and home.stat().st_mode & 0o077:
        sentence = f"{home} can be read by others."
        return Finding("data folder", Health.WARNING, sentence, f"chmod 700 '{home}'")
    return Finding("data folder", Health.OK, f"{home} can be written.")


def disk(free: int | None) -> Finding:
    """Say whether the free bytes last for an evening."""
    if free is None:
        sentence = "How much is free can't be told."
        return Finding("disk", Health.WARNING, sentence, "df -h")
    sentence = f"{free / 1e9:.1f} GB are free."
    if free < FULL_BYTES:
        return Finding("disk", Health.BROKEN, sentence, "du -xh ~ | sort -h | tail")
    if free < TIGHT_BYTES:
        return Finding("disk", Health.WARNING, sentence, "du -xh ~ | sort -h | tail")
    return Finding("disk", Health.OK, sentence)


def key_store(keystore: KeyStore) -> Finding:
    """Keep a secret of no worth, read it and forget it."""
    try:
        keystore.set(_PROOF, "proof")
        kept = keystore.get(_PROOF) == "proof"
        keystore.delete(_PROOF)
    except ScannerError as error:
        return Finding(
            "key store", Health.BROKEN, str(error), "SCANNER_KEYSTORE=file scanner doctor"
        )
    if kept:
        return Finding("key store", Health.OK, "It keeps a secret and forgets it.")
    sentence = "It forgets what it was given."
    return Finding("key store", Health.BROKEN, sentence, "SCANNER_KEYSTORE=file scanner doctor")


async def link(
    address: str, key: str | None, now: Callable[[], datetime], seconds: float
) -> list[Finding]:
    """Ask the API for what everybody may see, and compare its time with this computer's."""
    timeout = min(PROBE_SECONDS, seconds)
    mend = f"curl -I {address}"
    try:
        async with TickeTing(address, key, timeout=timeout) as api:
            page = await api.published_events(records=1)
    except ApiError as error:
        if error.status in (401, 403):
            return [Finding("link", Health.OK, f"{api.url.host} answers."), clock(None)]
        return [Finding("link", Health.WARNING, str(error), mend), clock(None)]
    except TicketingError as error:
        # A gate goes on without the API, so this alone breaks nothing.
        return [Finding("link", Health.WARNING, str(error), mend), clock(None)]
    ahead = page.server_time - now() if page.server_time else None
    return [Finding("link", Health.OK, f"{api.url.host} answers."), clock(ahead)]


def clock(server_ahead: timedelta | None) -> Finding:
    """Say whether the clock is right, by how far the server's time is ahead of it."""
    mend = "sudo timedatectl set-ntp true"
    if server_ahead is None:
        return Finding("clock", Health.OK, "Nothing to compare it with.")
    off = abs(server_ahead)
    way = "behind" if server_ahead > timedelta() else "ahead of"
    sentence = f"It is {off.total_seconds():.0f} s {way} the server's."
    if off > CLOCK_BROKEN:
        return Finding("clock", Health.BROKEN, sentence, mend)
    if off > CLOCK_WARNING:
        return Finding("clock", Health.WARNING, sentence, mend)
    return Finding("clock", Health.OK, sentence)


def _api(config: Config, keystore: KeyStore) -> tuple[str, str | None]:
    """Return the API to ask and its key; without one, it says that it wants one."""
    from scanner.desk.login import credential

    try:
        found = credential(config, keystore)
    except ScannerError:
        return config.api, None
    return found.api, found.key


def _wanted(scanner: str) -> list[HandScanner]:
    """Return the scanners that a gate would look for, by the setting."""
    from scanner.scanning.devices import list_scanners, scanner_at

    if scanner == "none":
        return []
    return list_scanners() if scanner == "auto" else [scanner_at(Path(scanner))]


def _free(home: Path) -> int | None:
    there = next((each for each in (home, *home.parents) if each.exists()), home)
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None
