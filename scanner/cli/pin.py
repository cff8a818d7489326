"""`scanner pin`: sets the supervisors' PINs, and resets a forgotten one."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.errors import Usage, UsageError
from scanner.cli.settings import database, load
from scanner.errors import ScannerError
from scanner.facts import Code, Fact
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.pin import Identified, Pin


class PinHolder(Code):
    """Whose a PIN is that has no name."""

    HOUSE = "pin.house"


class PinRefusal(Code):
    """Why the PIN isn't changed."""

    WRONG = "pin.wrong"
    UNSET = "pin.unset"
    WAIT = "pin.wait"
    SET_ALREADY = "pin.set_already"
    NOT_ADMINISTRATOR = "pin.not_administrator"
    KEY_STORE_ELSEWHERE = "pin.key_store_elsewhere"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pin", epilog="Example: scanner pin --name Anna")(set_pin)


def set_pin(
    *,
    name: Annotated[
        str, typer.Option(help="Whose PIN it is: what they override is noted with their name.")
    ] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the PIN of that name away.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Say only whose PINs there are.")] = False,
    reset: Annotated[
        bool,
        typer.Option(
            "--reset",
            help="Without the old one: for this machine's administrator, such as with sudo.",
        ),
    ] = False,
) -> None:
    """Set a supervisor's PIN, which leaves a kiosk and overrides a verdict."""
    from scanner.app.records import remove_pin
    from scanner.app.records import set_pin as set_and_note
    from scanner.cli.output import print_line, tell
    from scanner.keystore import open_keystore
    from scanner.pin import RULE, Pin
    from scanner.store.anchor import is_keyed, keyed, read_anchor
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now
    from scanner.wording.sentences import sentence, shown

    if remove and not name:
        raise UsageError(Usage.NEEDS, name="--remove", other="--name")
    if reset:
        _become_owner()
    config = load()
    keys = open_keystore(config.home)
    pin = Pin(keys, utc_now)
    if listed:
        for each in pin.names():
            print_line(shown(each) or sentence(Fact(PinHolder.HOUSE)))
        return
    if pin.is_set and not reset:
        _check_old(pin, name, remove=remove)
    new = ""
    if not remove:
        if sys.stdin.isatty():  # a program knows it, or is told by the refusal
            print_line(sentence(RULE), err=True)
        new = ask(say("New PIN"), twice=True)
    # A PIN's own note is keyed already, so that a reset sees whether it reaches the same key store.
    with Writer(database(config)) as writer, keyed(writer, keys, utc_now, create=not reset):
        if writer.submit(is_keyed).result() and read_anchor(keys) is None and not keys.is_system:
            # The owner's key store, which has the PIN, is not open to this session.
            raise ScannerError(PinRefusal.KEY_STORE_ELSEWHERE)
        if remove:
            done = remove_pin(writer, pin, name, utc_now())
        else:
            done = set_and_note(writer, pin, new, name, utc_now(), reset=reset)
    tell(done)


def _check_old(pin: "Pin", name: str, *, remove: bool) -> None:
    """Ask for what allows a change: the old PIN of that name, or any supervisor's.

    To take somebody's away needs no knowledge of it.

    Raises:
        ScannerError: it is wrong, or nobody may try yet.
    """
    if remove:
        check_pin(pin, say("A supervisor's PIN"))
        return
    known = pin.named(name) in pin.names()
    what = say("Old PIN") if known else say("A supervisor's PIN")
    _refuse_unless_right(pin, pin.may_set(ask(what), name))


def pin_of(config: "Config") -> "Pin":
    """Return the PIN of a data folder."""
    from scanner.keystore import open_keystore
    from scanner.pin import Pin
    from scanner.sync.clock import utc_now

    return Pin(open_keystore(config.home), utc_now)


def check_pin(pin: "Pin", what: str) -> str:
    """Ask for the PIN, and go on only if it is right; returns whose it is.

    Raises:
        ScannerError: it is wrong, or nobody may try yet.
    """
    tried = pin.identify(ask(what))
    _refuse_unless_right(pin, tried)
    return tried.name


def _refuse_unless_right(pin: "Pin", tried: "Identified") -> None:
    from scanner.pin import PinCheck

    if tried.answer is PinCheck.WAIT:
        seconds = int(pin.remaining().total_seconds()) + 1
        raise ScannerError(PinRefusal.WAIT, count=seconds)
    if tried.answer is PinCheck.UNSET:
        raise ScannerError(PinRefusal.UNSET)
    if tried.answer is not PinCheck.RIGHT:
        raise ScannerError(PinRefusal.WRONG)


def ask(what: str, *, twice: bool = False) -> str:
    """Ask on the terminal, unseen; or read a line of standard input."""
    from scanner.cli.output import print_line

    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    while True:
        found = str(typer.prompt(what, hide_input=True))
        if not twice or typer.prompt(say("New PIN again"), hide_input=True) == found:
            return found
        print_line(say("The two new PINs differ; type the PIN again."), err=True)


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
