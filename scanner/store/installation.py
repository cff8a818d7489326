"""Which installation this ledger is: the tag that its admissions are known by.

A tag is drawn for each place that a ledger is used in. The place is the computer, as it was
started, and the data folder. A copied folder, a copied computer or a disk image is another place,
and gets a tag of its own before it admits anybody; what it had recorded keeps its name.
"""

import hashlib
import platform
import secrets
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache as once
from pathlib import Path

import structlog

from scanner.admission.names import TAG_CHARACTERS, TAG_LENGTH, tag_of
from scanner.store.database import transaction

CURRENT_TAG = "(SELECT tag FROM installation ORDER BY id DESC LIMIT 1)"
"""SQL for the tag in force."""

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_START_FILE = Path("/proc/sys/kernel/random/boot_id")
_WINDOWS_KEY = r"SOFTWARE\Microsoft\Cryptography"
_SECONDS = 5.0


def ensure_tag(conn: sqlite3.Connection, folder: Path) -> None:
    """Draw a tag where this place has none; call outside a transaction.

    Args:
        conn: the ledger, for writing.
        folder: the data folder.
    """
    here = place(folder)
    if _last_place(conn) == here:
        return
    with transaction(conn):
        if (before := _last_place(conn)) != here:
            draw_tag(conn, here)
            if before:
                structlog.get_logger("store").info("the ledger is in another place: a new tag")


def draw_tag(conn: sqlite3.Connection, here: str | None = None) -> str:
    """Draw a tag for what is admitted from now on; call inside a transaction.

    Args:
        conn: the ledger, for writing.
        here: the place; the last one where it has not changed.
    """
    used, tag = tags(conn), _random_tag()
    while tag in used or tag_of(tag) != tag:
        tag = _random_tag()
    conn.execute(
        "INSERT INTO installation (tag, place, drawn) VALUES (?, ?, ?)",
        (tag, here or _last_place(conn) or "", datetime.now(UTC).isoformat()),
    )
    return tag


def current_tag(conn: sqlite3.Connection) -> str | None:
    """Return the tag in force; nothing before the first was drawn."""
    (tag,) = conn.execute(f"SELECT {CURRENT_TAG}").fetchone()
    return str(tag) if tag else None


def tags(conn: sqlite3.Connection) -> set[str]:
    """Return all tags that this ledger has had."""
    return {tag for (tag,) in conn.execute("SELECT tag FROM installation")}


def place(folder: Path) -> str:
    """Return a digest of the computer, its start, and the folder; it gives none of them away."""
    path = folder.resolve()
    parts = (*_computer(), str(path), str(path.stat().st_ino))
    return hashlib.sha256("\0".join(("scanner", *parts)).encode("utf-8", "replace")).hexdigest()


def _last_place(conn: sqlite3.Connection) -> str | None:
    row = conn.execute("SELECT place FROM installation ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else None


def _random_tag() -> str:
    return "".join(secrets.choice(TAG_CHARACTERS) for _ in range(TAG_LENGTH))


@once
def _computer() -> tuple[str, str]:
    """Return the computer's identifier, and that of its start where the system has one."""
    return _machine() or platform.node(), _text_of(_START_FILE)


def _machine() -> str:
    if sys.platform == "darwin":
        return _said_by("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _WINDOWS_KEY) as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        except OSError:
            return ""
    return next(filter(None, map(_text_of, _MACHINE_FILES)), "")


def _said_by(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command of the system's
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _text_of(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
