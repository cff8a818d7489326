"""Checks what a gate needs; for what is wrong, names the one command that mends it."""

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
from typing import NamedTuple

from scanner.config import Config
from scanner.errors import ScannerError
from scanner.facts import Code, Fact
from scanner.keystore import KeyStore
from scanner.platform.access import PRETIX
from scanner.platform.errors import ApiError, TicketingError, Unauthenticated
from scanner.platform.route import unencrypted
from scanner.pretix.client import Pretix
from scanner.pretix.errors import KeyRefused
from scanner.qr.readers import Library
from scanner.scanning.devices import CAMERA_NUMBER, Camera, HandScanner, find_camera
from scanner.store.left_out import LeftOut
from scanner.store.sessions import TICKETING
from scanner.sync.left_out import facts as left_out_facts
from scanner.ticketing.client import TickeTing

FULL_BYTES, TIGHT_BYTES = 50_000_000, 500_000_000
"""Free space that is too little, and free space that may become too little: an evening of ten
thousand presentations takes about ten megabytes."""

CLOCK_WARNING = timedelta(minutes=2)
CLOCK_BROKEN = timedelta(hours=12)
"""How far the clock may be off; every admission is recorded with its time."""

PROBE_SECONDS = 3.0

_PROOF = "doctor-proof"


class OpenedAt(NamedTuple):
    """A server, the key to ask it with (secret), and its platform's name."""

    api: str
    key: str | None = None
    platform: str = TICKETING

    def __repr__(self) -> str:
        return f"OpenedAt(api={self.api!r}, platform={self.platform!r})"


class Health(StrEnum):
    """Whether a gate can rely on it."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


class Checked(Code):
    """What is checked: the name of a row."""

    DECODER = "doctor.decoder"
    CAMERA = "doctor.camera"
    SCANNERS = "doctor.scanners"
    FOLDER = "doctor.folder"
    DISK = "doctor.disk"
    KEY_STORE = "doctor.key_store"
    NAME = "doctor.name"
    LISTS = "doctor.lists"
    LINK = "doctor.link"
    CLOCK = "doctor.clock"


class Found(Code):
    """What was found."""

    DECODER_READS = "doctor.decoder_reads"
    DECODER_MISSING = "doctor.decoder_missing"
    NO_DECODER = "doctor.no_decoder"
    NO_CAMERA_WANTED = "doctor.no_camera_wanted"
    NO_CAMERA = "doctor.no_camera"
    CAMERA_THERE = "doctor.camera_there"
    OTHER_CAMERA = "doctor.other_camera"
    THERE = "doctor.there"
    AWAY = "doctor.away"
    NOT_PERMITTED = "doctor.not_permitted"
    SCANNERS_THERE = "doctor.scanners_there"
    NO_SCANNER = "doctor.no_scanner"
    SCANNER_AWAY = "doctor.scanner_away"
    NO_SERIAL_LIBRARY = "doctor.no_serial_library"
    FOLDER_WRITABLE = "doctor.folder_writable"
    FOLDER_UNWRITABLE = "doctor.folder_unwritable"
    FOLDER_PUBLIC = "doctor.folder_public"
    FREE = "doctor.free"
    FREE_UNKNOWN = "doctor.free_unknown"
    KEY_STORE_KEEPS = "doctor.key_store_keeps"
    KEY_STORE_IS_FILE = "doctor.key_store_is_file"
    KEY_STORE_FORGETS = "doctor.key_store_forgets"
    NAME_UNIQUE = "doctor.name_unique"
    LISTS_READ = "doctor.lists_read"
    API_ANSWERS = "doctor.api_answers"
    CLOCK_BEHIND = "doctor.clock_behind"
    CLOCK_AHEAD = "doctor.clock_ahead"
    CLOCK_UNCOMPARED = "doctor.clock_uncompared"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was checked, and what was found.

    Attributes:
        what: a fact of `Checked`, its name.
        health: a gate can open with warnings.
        fact: of `Found`, or the error that a check met.
        mend: the command that mends it; `None` where nothing is wrong.
    """

    what: Fact
    health: Health
    fact: Fact
    mend: str | None = None


_CAMERA, _SCANNERS, _FOLDER, _DISK, _KEY_STORE, _NAME, _LISTS, _LINK, _CLOCK = (
    Fact(each) for each in Checked if each is not Checked.DECODER
)


def examine(
    config: Config,
    keystore: KeyStore,
    now: Callable[[], datetime],
    opened: OpenedAt | None = None,
    *,
    left_out: Sequence[LeftOut] = (),
    encounters: Sequence[Fact] = (),
) -> Iterator[Finding]:
    """Check everything, one after another; the API last, because it may take seconds.

    Args:
        config: the settings.
        keystore: where secrets are kept.
        now: the time, in UTC.
        opened: where this gate was opened; else the settings' API is asked.
        left_out: what of the API's lists could not be read.
        encounters: who else uses this gate's name or its tag.
    """
    from scanner.qr.readers import available
    from scanner.scanning.devices import list_cameras

    yield from decoders(available())
    yield cameras(list_cameras(), config.camera)
    yield scanners(_wanted(config.scanner), serial=find_spec("serial") is not None)
    yield folder(config.home)
    yield disk(_free(config.home))
    yield key_store(keystore)
    yield from name(encounters)
    yield from lists(left_out)
    asked = opened or _api(config, keystore)
    yield from asyncio.run(link(asked, now, config.timeout_seconds))


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
        what = Fact(Checked.DECODER, {"library": library.value})
        if library in there:
            yield Finding(what, Health.OK, Fact(Found.DECODER_READS))
        elif there:
            yield Finding(what, Health.WARNING, Fact(Found.DECODER_MISSING), mend)
        else:
            yield Finding(what, Health.BROKEN, Fact(Found.NO_DECODER), mend)


def cameras(found: Sequence[Camera], chosen: str) -> Finding:
    """Say whether the chosen camera is there and may be used; a file or folder must exist.

    A camera's name finds it as `open_source` does.
    """
    numbered = CAMERA_NUMBER.fullmatch(chosen)
    number = numbered[1] if numbered else None
    if chosen == "none":
        return Finding(_CAMERA, Health.OK, Fact(Found.NO_CAMERA_WANTED))
    if number is None and Path(chosen).expanduser().exists():
        return Finding(_CAMERA, Health.OK, Fact(Found.THERE, {"name": chosen}))
    there = find_camera(chosen, found)
    if number is None and there is None:
        away = Fact(Found.AWAY, {"name": chosen})
        return Finding(_CAMERA, Health.BROKEN, away, "scanner gate --camera 0")
    if there and there.usable:
        known = Fact(Found.CAMERA_THERE, {"number": there.number, "name": there.name})
        return Finding(_CAMERA, Health.OK, known)
    if there:
        shut = Fact(Found.NOT_PERMITTED, {"name": there.name})
        return Finding(_CAMERA, Health.BROKEN, shut, "sudo usermod -aG video $USER")
    if found:
        other = Fact(Found.OTHER_CAMERA, {"number": number, "name": found[0].name})
        mend = f"scanner gate --camera {found[0].number}"
        return Finding(_CAMERA, Health.WARNING, other, mend)
    none = Fact(Found.NO_CAMERA)
    return Finding(_CAMERA, Health.WARNING, none, "scanner gate --camera none")


def scanners(found: Sequence[HandScanner], *, serial: bool = True) -> Finding:
    """Say whether the hand scanners can be used; that there is none is no fault.

    Args:
        found: those that are plugged in, and one that was named in the settings in any case.
        serial: whether the library for serial ports is here.
    """
    shut = [each for each in found if not each.usable]
    if shut and not shut[0].device.exists():
        away = Fact(Found.SCANNER_AWAY, {"name": shut[0].name})
        return Finding(_SCANNERS, Health.WARNING, away, "scanner devices")
    if shut:
        group = "dialout" if shut[0].kind == "serial" else "input"
        refused = Fact(Found.NOT_PERMITTED, {"name": shut[0].name})
        return Finding(_SCANNERS, Health.WARNING, refused, f"sudo usermod -aG {group} $USER")
    unread = [each for each in found if each.kind == "serial" and not serial]
    if unread:
        missing = Fact(Found.NO_SERIAL_LIBRARY, {"name": unread[0].name})
        return Finding(_SCANNERS, Health.WARNING, missing, "pip install pyserial")
    if not found:
        return Finding(_SCANNERS, Health.OK, Fact(Found.NO_SCANNER))
    names = ", ".join(str(each.name) for each in found)
    return Finding(_SCANNERS, Health.OK, Fact(Found.SCANNERS_THERE, {"names": names}))


def folder(home: Path) -> Finding:
    """Say whether the data folder can be written, and read by its owner alone."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        proof = home / ".doctor"
        proof.write_bytes(b"")
        proof.unlink()
    except OSError as error:
        why = error.strerror or type(error).__name__
        shut = Fact(Found.FOLDER_UNWRITABLE, {"folder": home, "why": why})
        return Finding(_FOLDER, Health.BROKEN, shut, f"sudo chown -R $USER '{home}'")
    if os.name == "posix" and home.stat().st_mode & 0o077:
        public = Fact(Found.FOLDER_PUBLIC, {"folder": home})
        return Finding(_FOLDER, Health.WARNING, public, f"chmod 700 '{home}'")
    return Finding(_FOLDER, Health.OK, Fact(Found.FOLDER_WRITABLE, {"folder": home}))


def disk(free: int | None) -> Finding:
    """Say whether the free bytes last for an evening."""
    if free is None:
        return Finding(_DISK, Health.WARNING, Fact(Found.FREE_UNKNOWN), "df -h")
    space = Fact(Found.FREE, {"gigabytes": round(free / 1e9, 1)})
    if free >= TIGHT_BYTES:
        return Finding(_DISK, Health.OK, space)
    health = Health.BROKEN if free < FULL_BYTES else Health.WARNING
    return Finding(_DISK, health, space, "du -xh ~ | sort -h | tail")


def key_store(keystore: KeyStore) -> Finding:
    """Say whether the key store keeps a made-up secret, and deletes it; and what it is worth."""
    mend = "SCANNER_KEYSTORE=file scanner doctor"
    try:
        keystore.fetch(_PROOF)  # it is open, or the journal's key can't be read
        keystore.set(_PROOF, "proof")
        kept = keystore.get(_PROOF) == "proof"
        keystore.delete(_PROOF)
    except ScannerError as error:
        return Finding(_KEY_STORE, Health.BROKEN, error.fact, mend)
    if kept:
        what = Found.KEY_STORE_KEEPS if keystore.is_system else Found.KEY_STORE_IS_FILE
        return Finding(_KEY_STORE, Health.OK, Fact(what))
    return Finding(_KEY_STORE, Health.BROKEN, Fact(Found.KEY_STORE_FORGETS), mend)


def name(encounters: Sequence[Fact]) -> Iterator[Finding]:
    """Say whether another gate uses this one's name, or a copy its data."""
    if not encounters:
        yield Finding(_NAME, Health.OK, Fact(Found.NAME_UNIQUE))
    for fact in encounters:
        yield Finding(_NAME, Health.WARNING, fact, "scanner open CODE --device ANOTHER-NAME")


def lists(found: Sequence[LeftOut]) -> Iterator[Finding]:
    """Say what of the API's lists could not be read: tickets that are missing, or only fields."""
    if not found:
        yield Finding(_LISTS, Health.OK, Fact(Found.LISTS_READ))
    for fact in left_out_facts(found):
        yield Finding(_LISTS, Health.WARNING, fact, "scanner status --json")


async def link(at: OpenedAt, now: Callable[[], datetime], seconds: float) -> list[Finding]:
    """Ask the API what it tells any gate, and compare its time with this computer's."""
    ask = _asked_pretix if at.platform == PRETIX else _asked
    found = await ask(at.api, at.key, now, min(PROBE_SECONDS, seconds))
    if exposed := unencrypted(at.api):
        https = at.api.replace("http:", "https:", 1)
        mend = None if at.platform == PRETIX else f"scanner open CODE --api {https}"
        found.append(Finding(_LINK, Health.WARNING, exposed, mend))
    return found


async def _asked_pretix(
    address: str, key: str | None, now: Callable[[], datetime], seconds: float
) -> list[Finding]:
    """Ask pretix what it tells a device of itself."""
    try:
        async with Pretix(address, key, timeout=seconds) as api:
            answer = await api.page("device/info", {})
    except Unauthenticated:
        refused = Finding(_LINK, Health.BROKEN, KeyRefused().fact, "scanner open DEVICE-CODE")
        return [refused, clock(None)]
    except TicketingError as error:
        return [Finding(_LINK, Health.WARNING, error.fact, f"curl -I {address}"), clock(None)]
    ahead = answer.server_time - now() if answer.server_time else None
    return [_answers(api.url.host), clock(ahead)]


async def _asked(
    address: str, key: str | None, now: Callable[[], datetime], seconds: float
) -> list[Finding]:
    mend = f"curl -I {address}"
    try:
        async with TickeTing(address, key, timeout=seconds) as api:
            page = await api.published_events(records=1)
    except ApiError as error:
        if error.status in (401, 403):
            return [_answers(api.url.host), clock(None)]
        return [Finding(_LINK, Health.WARNING, error.fact, mend), clock(None)]
    except TicketingError as error:
        # A gate goes on without the API, so this alone breaks nothing.
        return [Finding(_LINK, Health.WARNING, error.fact, mend), clock(None)]
    ahead = page.server_time - now() if page.server_time else None
    return [_answers(api.url.host), clock(ahead)]


def _answers(host: str) -> Finding:
    return Finding(_LINK, Health.OK, Fact(Found.API_ANSWERS, {"host": host}))


def clock(server_ahead: timedelta | None) -> Finding:
    """Say whether the clock is right, by how far the server's time is ahead of it."""
    mend = "sudo timedatectl set-ntp true"
    if server_ahead is None:
        return Finding(_CLOCK, Health.OK, Fact(Found.CLOCK_UNCOMPARED))
    off = abs(server_ahead)
    found = Found.CLOCK_BEHIND if server_ahead > timedelta() else Found.CLOCK_AHEAD
    fact = Fact(found, {"seconds": round(off.total_seconds())})
    if off <= CLOCK_WARNING:
        return Finding(_CLOCK, Health.OK, fact)
    health = Health.BROKEN if off > CLOCK_BROKEN else Health.WARNING
    return Finding(_CLOCK, health, fact, mend)


def _api(config: Config, keystore: KeyStore) -> OpenedAt:
    """Return the API to ask, and its key where there is one."""
    from scanner.desk.login import credential

    try:
        found = credential(config, keystore)
    except ScannerError:
        return OpenedAt(config.api)
    return OpenedAt(found.api, found.key)


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
