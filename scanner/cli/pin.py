"""`scanner pin`: sets the supervisor's PIN, and resets a forgotten one."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.settings import database, load
from scanner.errors import ScannerError
from scanner.facts import Code, Fact

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.pin import Pin
    from scanner.store.database import SqlConnection


class PinNotice(Code):
    """What is noted in the journal, and said."""

    SET = "pin.set"
    CHANGED = "pin.changed"
    RESET = "pin.reset"


class PinRefusal(Code):
    """Why the PIN isn't changed."""

    WRONG = "pin.wrong"
    WAIT = "pin.wait"
    NOT_ADMINISTRATOR = "pin.not_administrator"
    KEY_STORE_ELSEWHERE = "pin.key_store_elsewhere"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pin", epilog="Example: scanner pin")(set_pin)


def set_pin(
    *,
    reset: Annotated[
        bool,
        typer.Option(
            "--reset",
            help="Without the old one: for this machine's administrator, such as with sudo.",
        ),
    ] = False,
) -> None:
    """Set the supervisor's PIN, which leaves a kiosk and overrides a verdict."""
    from scanner.cli.output import tell
    from scanner.keystore import open_keystore
    from scanner.pin import Pin
    from scanner.store.anchor import is_keyed, keyed, read_anchor
    from scanner.store.database import transaction
    from scanner.store.journal import note
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    if reset:
        _become_owner()
    config = load()
    keys = open_keystore(config.home)
    pin = Pin(keys, utc_now)
    was_set = pin.is_set
    if was_set and not reset:
        check_pin(pin, "Old PIN")
    new = _ask("New PIN", twice=True)
    done = Fact(PinNotice.RESET if reset else PinNotice.CHANGED if was_set else PinNotice.SET)
    with Writer(database(config)) as writer, keyed(writer, keys, utc_now, create=False):
        if writer.submit(is_keyed).result() and read_anchor(keys) is None and not keys.is_system:
            # The owner's key store, which has the PIN, is not open to this session.
            raise ScannerError(PinRefusal.KEY_STORE_ELSEWHERE)

        def change(conn: "SqlConnection") -> None:
            with transaction(conn):
                note(conn, done, utc_now(), "supervisor")
                pin.set(new)

        writer.submit(change).result()
    tell(done)


def pin_of(config: "Config") -> "Pin":
    """Return the PIN of a data folder."""
    from scanner.keystore import open_keystore
    from scanner.pin import Pin
    from scanner.sync.clock import utc_now

    return Pin(open_keystore(config.home), utc_now)


def check_pin(pin: "Pin", what: str) -> None:
    """Ask for the PIN, and go on only if it is right.

    Raises:
        ScannerError: it is wrong, or nobody may try yet.
    """
    from scanner.pin import PinCheck

    answer = pin.check(_ask(what))
    if answer is PinCheck.WAIT:
        seconds = int(pin.remaining().total_seconds()) + 1
        raise ScannerError(PinRefusal.WAIT, count=seconds)
    if answer is not PinCheck.RIGHT:
        raise ScannerError(PinRefusal.WRONG)


def _ask(what: str, *, twice: bool = False) -> str:
    """Ask on the terminal, unseen; or read a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, confirmation_prompt=twice))
    return sys.stdin.readline().strip()


def _become_owner() -> None:
    """Go on as the owner of the data folder, so that its files stay theirs.

    The owner is that of `SCANNER_HOME`, else who called sudo, else the administrator.

    Raises:
        ScannerError: this is not the administrator.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise ScannerError(PinRefusal.NOT_ADMINISTRATOR)
    import pwd

    home = os.environ.get("SCANNER_HOME")
    try:
        number = Path(home).stat().st_uid if home else int(os.environ.get("SUDO_UID", "0"))
        owner = pwd.getpwuid(number)
    except (OSError, ValueError, KeyError) as error:
        raise ScannerError(PinRefusal.NOT_ADMINISTRATOR) from error
    if number:
        os.initgroups(owner.pw_name, owner.pw_gid)
        os.setgid(owner.pw_gid)
        os.setuid(number)
        os.environ["HOME"] = owner.pw_dir
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            os.environ.pop(name, None)
        # Where the owner is logged in, their key store has the journal's key.
        os.environ["XDG_RUNTIME_DIR"] = f"/run/user/{number}"
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path=/run/user/{number}/bus"
