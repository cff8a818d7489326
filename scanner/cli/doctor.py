"""`scanner doctor`: is this computer fit to be a gate, and what mends it."""

from typing import TYPE_CHECKING, TypeVar

import typer

from scanner.cli.output import print_json, print_line
from scanner.cli.settings import Json, database, load
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import in_english, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.config import Config
    from scanner.desk.doctor import Finding, OpenedAt
    from scanner.facts import Fact
    from scanner.keystore import KeyStore
    from scanner.store.database import SqlConnection
    from scanner.store.left_out import LeftOut

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner doctor --json")(doctor)


def doctor(*, as_json: Json = False) -> None:
    """Check cameras, decoders, scanners, disk, key store, API, clock, venue, before doors open.

    Each is ok, a warning or broken, with the one command that fixes it. Ends with exit code 1
    where anything is broken.
    """
    from itertools import chain

    from scanner.desk.doctor import Health, examine
    from scanner.desk.venue_check import venue
    from scanner.keystore import open_keystore
    from scanner.sync.clock import utc_now

    config = load()
    broken = False
    listed = []
    keystore = open_keystore(config.home)
    healths = {
        Health.OK: say("ok"),
        Health.WARNING: say("warning"),
        Health.BROKEN: say("broken"),
    }
    found = examine(
        config,
        keystore,
        utc_now,
        _opened_at(config, keystore),
        left_out=_left_out(config),
        encounters=_encounters(config),
    )
    for finding in chain(found, (venue(config),)):
        broken |= finding.health is Health.BROKEN
        listed.append(_as_json(finding))
        if not as_json:
            what, told = sentence(finding.what), sentence(finding.fact)
            print_line(f"{healths[finding.health]:<8} {what:<15} {told}")
            if finding.mend:
                print_line(f"{'':<8} {'':<15} {say('fix it with')}: {plain(finding.mend)}")
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


def _opened_at(config: "Config", keystore: "KeyStore") -> "OpenedAt | None":
    """Return where this gate was opened; nothing where it wasn't."""
    from scanner.desk.doctor import OpenedAt
    from scanner.errors import ScannerError
    from scanner.store.sessions import read_session
    from scanner.sync import credentials

    session = _kept(config, read_session)
    try:
        secret = credentials.load(keystore, session) if session else None
    except ScannerError:  # its own row says what is wrong with the key store
        return None
    if session is None:
        return None
    return OpenedAt(session.api, secret.key if secret else None, session.platform)


def _left_out(config: "Config") -> "tuple[LeftOut, ...]":
    """Return what of the API's lists could not be read."""
    from scanner.store.left_out import read_left_out

    return _kept(config, read_left_out) or ()


def _encounters(config: "Config") -> "tuple[Fact, ...]":
    """Return who else uses this gate's name or its tag."""
    from scanner.sync.status import read_encounters

    return _kept(config, read_encounters) or ()


def _kept(config: "Config", read: "Callable[[SqlConnection], T]") -> "T | None":
    """Read the gate's database; nothing where there is none, or it can't be read."""
    from contextlib import closing

    from scanner.errors import ScannerError
    from scanner.store.database import SqlError, open_reader

    file = database(config)
    if not file.exists():
        return None
    try:
        with closing(open_reader(file)) as conn:
            return read(conn)
    except (ScannerError, SqlError):  # the gate's start says what is wrong with its database
        return None
