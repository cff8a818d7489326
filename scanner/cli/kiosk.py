"""`scanner kiosk`: a self-service lane, and its place among the machine's services."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.errors import Usage, UsageError
from scanner.cli.pin import pin_of
from scanner.cli.service import PANEL, PrintOnly, Uninstall, install_service, remove_service
from scanner.cli.settings import Codes, database, load

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.kiosk.turnstile import Opener

_TURNSTILE = "Turnstile"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("kiosk", epilog="Example: scanner kiosk --turnstile-command 'gpioset -t1s 17=1'")(
        kiosk
    )


def kiosk(
    *,
    camera: Annotated[
        str,
        typer.Option(help="A camera's number, a file or a folder; none for a USB scanner alone."),
    ] = "none",
    codes: Codes = None,
    hand_scanner: Annotated[
        str,
        typer.Option(
            "--scanner",
            help="auto: whatever hand scanner is plugged in; its device, such as /dev/ttyACM0; "
            "or none.",
        ),
    ] = "auto",
    no_network: Annotated[
        bool, typer.Option("--no-network", help="Fetch no tickets and send no admissions.")
    ] = False,
    only_exit: Annotated[
        bool,
        typer.Option("--exit", help="Let out only: whoever shows a ticket is counted as gone."),
    ] = False,
    turnstile_command: Annotated[
        str | None,
        typer.Option(
            metavar="CMD",
            help="Run after each recorded admission, without a shell.",
            rich_help_panel=_TURNSTILE,
        ),
    ] = None,
    turnstile_serial: Annotated[
        str | None,
        typer.Option(
            metavar="PORT",
            help="Write a line to this port after each recorded admission (9600 8N1).",
            rich_help_panel=_TURNSTILE,
        ),
    ] = None,
    turnstile_line: Annotated[
        str, typer.Option(help="The line that the port gets.", rich_help_panel=_TURNSTILE)
    ] = r"OPEN\r\n",
    install: Annotated[
        bool,
        typer.Option(
            "--install",
            help="Write the service that starts a kiosk with the machine.",
            rich_help_panel=PANEL,
        ),
    ] = False,
    uninstall: Uninstall = False,
    print_only: PrintOnly = False,
    root: Annotated[
        Path, typer.Option(help="Write below this folder.", rich_help_panel=PANEL)
    ] = Path("/"),
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Serve patrons without a guard; only the supervisor's PIN, asked for by Esc, leaves it."""
    if turnstile_command is not None and turnstile_serial is not None:
        raise UsageError(Usage.EXCLUDES, name="--turnstile-serial", other="--turnstile-command")
    if install and uninstall:
        raise UsageError(Usage.EXCLUDES, name="--uninstall", other="--install")
    flags = _flags(
        camera,
        hand_scanner,
        turnstile_command,
        turnstile_serial,
        turnstile_line,
        codes=codes,
        no_network=no_network,
        only_exit=only_exit,
    )
    if install or uninstall:
        _service(flags, root, remove=uninstall, print_only=print_only)
        return
    opener = _opener(turnstile_command, turnstile_serial, turnstile_line)
    config = load(camera=camera, codes=codes, scanner=hand_scanner)
    if child:
        _serve(config, opener, network=not no_network, only_exit=only_exit)
    else:
        _guard(config, flags)


def _flags(
    camera: str,
    hand_scanner: str,
    command: str | None,
    port: str | None,
    line: str,
    *,
    codes: str | None,
    no_network: bool,
    only_exit: bool,
) -> list[str]:
    given = {
        "--camera": camera if camera != "none" else None,
        "--codes": codes,
        "--scanner": hand_scanner if hand_scanner != "auto" else None,
        "--turnstile-command": command,
    }
    if port is not None:
        given |= {"--turnstile-serial": port, "--turnstile-line": line}
    words = [f"{name}={text}" for name, text in given.items() if text is not None]
    switches = {"--no-network": no_network, "--exit": only_exit}
    return words + [name for name, wanted in switches.items() if wanted]


def _opener(command: str | None, port: str | None, line: str) -> "Opener | None":
    from scanner.kiosk import turnstile

    if command is not None:
        return turnstile.command(command)
    return turnstile.serial_line(port, line) if port is not None else None


def _guard(config: "Config", flags: list[str]) -> None:
    """Start the kiosk, and again whenever it ends."""
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError
    from scanner.facts import Fact
    from scanner.kiosk.guardian import Guardian, LaneNotice
    from scanner.wording.sentences import sentence

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ScannerError(CliFault.KIOSK_NEEDS_TERMINAL)
    if not pin_of(config).is_set:
        raise ScannerError(CliFault.KIOSK_NEEDS_PIN)
    words = [sys.executable, "-m", "scanner", "kiosk", "--child", *flags]
    closed = sentence(Fact(LaneNotice.RESTARTING))
    raise typer.Exit(Guardian(words, closed).run())


def _serve(config: "Config", opener: "Opener | None", *, network: bool, only_exit: bool) -> None:
    """Be the kiosk itself."""
    from scanner.app.assembly import assembled, look_through, scan_source
    from scanner.app.session_codes import session_codes
    from scanner.keystore import open_keystore
    from scanner.store.writer import Writer
    from scanner.tui.kiosk.app import kiosk_app

    # A missing camera is waited for: nobody is there to plug it in.
    tickets = session_codes(database(config))
    camera = look_through(config.camera, config.codes, must_be_there=False, tickets=tickets)
    source = scan_source(config, camera, tickets)
    keys = open_keystore(config.home)
    with (
        Writer.verified(database(config)) as writer,
        assembled(config, writer, keys, network=network, source=source, opener=opener) as parts,
    ):
        parts.gate.subscribe(parts.play_verdict)
        app = kiosk_app(parts, writer, only_exit=only_exit)
        app.run(mouse=False)
    raise typer.Exit(app.return_code or 0)


def _service(flags: list[str], root: Path, *, remove: bool, print_only: bool) -> None:
    from scanner.kiosk import service

    if remove:
        remove_service((service.UNIT, service.USER), root, service.NextSteps.REMOVED)
        return
    program = [sys.executable, "-m", "scanner"]
    files = service.files([*program, "kiosk", *flags])
    install_service(files, root, service.next_steps(program, flags), print_only=print_only)
