"""`scanner doctor`: is this computer fit to be a gate, and what mends it."""

from typing import TYPE_CHECKING

import typer

from scanner.cli.output import print_json, print_line
from scanner.cli.settings import Json, database, load
from scanner.wording.plain import plain
from scanner.wording.sentences import in_english, sentence

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.desk.doctor import Finding
    from scanner.keystore import KeyStore


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner doctor --json")(doctor)


def doctor(*, as_json: Json = False) -> None:
    """Check cameras, decoders, scanners, disk, key store, API and clock, before doors open.

    Each is ok, a warning or broken, with the one command that mends it. Ends with exit code 1
    where anything is broken.
    """
    from scanner.desk.doctor import Health, examine
    from scanner.keystore import open_keystore
    from scanner.sync.clock import utc_now

    config = load()
    broken = False
    listed = []
    keystore = open_keystore(config.home)
    for finding in examine(config, keystore, utc_now, _opened_at(config, keystore)):
        broken |= finding.health is Health.BROKEN
        listed.append(_as_json(finding))
        if not as_json:
            what, told = sentence(finding.what), sentence(finding.fact)
            print_line(f"{finding.health.value:<8} {what:<15} {told}")
            if finding.mend:
                print_line(f"{'':<8} {'':<15} mend it with: {plain(finding.mend)}")
    if as_json:
        print_json(listed)
    if broken:
        raise typer.Exit(1)


def _as_json(finding: "Finding") -> dict[str, object]:
    return {
        "what": in_english(finding.what),
        "health": finding.health.value,
        "sentence": in_english(finding.fact),
        "mend": finding.mend,
        **finding.fact.as_json(),
    }


def _opened_at(config: "Config", keystore: "KeyStore") -> tuple[str, str | None] | None:
    """Return the API that this gate was opened at, and the key; nothing where it wasn't."""
    import sqlite3
    from contextlib import closing

    from scanner.errors import ScannerError
    from scanner.store.database import open_reader
    from scanner.store.sessions import read_session
    from scanner.sync import credentials

    file = database(config)
    if not file.exists():
        return None
    try:
        with closing(open_reader(file)) as conn:
            session = read_session(conn)
        secret = credentials.load(keystore, session) if session else None
    except (ScannerError, sqlite3.Error):  # the gate's start says what is wrong with its database
        return None
    return (session.api, secret.key if secret else None) if session else None
