"""`scanner gate`: on a screen, in a browser, or from standard input."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from scanner.cli.errors import Usage, UsageError
from scanner.cli.opening import device_name
from scanner.cli.output import tell
from scanner.cli.settings import Codes, database, load
from scanner.facts import Fact
from scanner.scanning.scan_source import BROWSER
from scanner.web.errors import WebError, WebFault, WebNotice

if TYPE_CHECKING:
    from scanner.config import Config


_FIRST_NEWS_SECONDS = 2.0
"""How long the first line waits for the API's admissions, as this ledger may be an old copy, and
for a venue's claims."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gate", epilog="Example: scanner gate --camera 0")(open_screen)


def open_screen(
    *,
    camera: Annotated[
        str | None,
        typer.Option(
            help="A camera's number, a video file, a picture or a folder of pictures; "
            "none to type serials. With --web, the browser's own unless one is named."
        ),
    ] = None,
    codes: Codes = None,
    hand_scanner: Annotated[
        str | None,
        typer.Option(
            "--scanner",
            help="auto: whatever hand scanner is plugged in; its device, such as /dev/ttyACM0; "
            "or none.",
        ),
    ] = None,
    stdin: Annotated[
        bool,
        typer.Option("--stdin", help="No screen: a payload a line in, a verdict a line out."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --stdin: verdicts as JSON, for programs.")
    ] = False,
    json_input: Annotated[
        bool,
        typer.Option(
            "--json-input",
            help='With --stdin: a line in is an object, {"payload": "…"}; "let_in": true in it is '
            "the guard's word that a ticket whose light was never shown is let in, "
            '"exit": true that the patron leaves.',
        ),
    ] = False,
    every_line: Annotated[
        bool, typer.Option(help="With --stdin: check a code again, however soon it comes again.")
    ] = False,
    only_exit: Annotated[
        bool,
        typer.Option(
            "--exit",
            help="A door that only lets out: whoever shows a ticket is counted as gone, and no key "
            "leads back to entry.",
        ),
    ] = False,
    no_network: Annotated[
        bool, typer.Option("--no-network", help="Fetch no tickets and send no admissions.")
    ] = False,
    web: Annotated[
        bool, typer.Option("--web", help="Show the screen in browsers.", rich_help_panel="Browser")
    ] = False,
    host: Annotated[
        str, typer.Option(help="The address to listen at.", rich_help_panel="Browser")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65_535, help="The port.", rich_help_panel="Browser")
    ] = 8000,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="Its first line is the password that a browser asks for, or its Argon2 hash.",
            rich_help_panel="Browser",
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Serve HTTPS with this certificate, in PEM.", rich_help_panel="Browser"),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The certificate's key, in PEM.", rich_help_panel="Browser"),
    ] = None,
) -> None:
    """Then: start the screen that scans tickets and lets patrons in."""
    if as_json and not stdin:
        raise UsageError(Usage.NEEDS, name="--json", other="--stdin")
    if json_input and not stdin:
        raise UsageError(Usage.NEEDS, name="--json-input", other="--stdin")
    if every_line and not stdin:
        raise UsageError(Usage.NEEDS, name="--every-line", other="--stdin")
    if key and not certificate:
        raise UsageError(Usage.NEEDS, name="--key", other="--certificate")
    config = load(camera=camera, codes=codes, scanner=hand_scanner)
    if web:
        # Several browsers would wrestle for one scanner or camera: each has its own camera, and
        # this machine's are left alone unless they are named.
        flags = [f"--scanner={hand_scanner or 'none'}", f"--camera={camera or BROWSER}"]
        flags += [f"--codes={codes}"] if codes is not None else []
        flags += ["--no-network"] if no_network else []
        flags += ["--exit"] if only_exit else []
        options = WebOptions(host, port, password_file, certificate, key)
        serve_browsers(options, flags, take_frames=camera in (None, BROWSER))
    elif stdin:
        _pipe(
            config,
            as_json=as_json,
            json_input=json_input,
            every_line=every_line,
            network=not no_network,
            only_exit=only_exit,
        )
    else:
        _screen(config, network=not no_network, only_exit=only_exit)


def _screen(config: "Config", *, network: bool, only_exit: bool) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from scanner.store.integrity import verify

    file = database(config)
    with ThreadPoolExecutor(1, "verify") as reading:
        verified = reading.submit(verify, file)  # the disk is read while the rest is imported
        from scanner.app.assembly import assembled, look_through, scan_source
        from scanner.app.session_codes import session_codes
        from scanner.cli.first_start import first_start, needs_first_start
        from scanner.keystore import open_keystore
        from scanner.store.writer import Writer
        from scanner.tui.gate.start import gate_app

        verified.result()
    keys = open_keystore(config.home)
    with Writer(file) as writer:
        first = needs_first_start(writer)
        chosen = not first or "camera" in config.model_fields_set
        tickets = session_codes(file)
        camera = look_through(config.camera, config.codes, tickets=tickets) if chosen else None
        _refuse_no_terminal()
        if first:
            answers = first_start(config, writer, keys, device_name(writer))
            if answers is None:
                return
            config = config.model_copy(update={"camera": answers.camera})
            camera = look_through(config.camera, config.codes, must_be_there=False, tickets=tickets)
        source = scan_source(config, camera, tickets)
        with assembled(config, writer, keys, network=network, source=source) as parts:
            gate_app(parts, only_exit=only_exit).run()


def _pipe(
    config: "Config",
    *,
    as_json: bool,
    json_input: bool,
    every_line: bool,
    network: bool,
    only_exit: bool,
) -> None:
    from scanner.app.assembly import assembled
    from scanner.cli.line_gate import serve_lines
    from scanner.keystore import open_keystore
    from scanner.scanning import keyboard_layouts
    from scanner.store.writer import Writer

    with (
        Writer.verified(database(config)) as writer,
        assembled(config, writer, open_keystore(config.home), network=network) as parts,
        parts.background as background,
    ):
        background.listen(_FIRST_NEWS_SECONDS)
        if parts.venue:
            parts.venue.listen(_FIRST_NEWS_SECONDS)
        stream = cast("BufferedIOBase", sys.stdin.buffer)
        serve_lines(
            parts.gate,
            stream,
            sys.stdout,
            as_json=as_json,
            json_input=json_input,
            every_line=every_line,
            only_exit=only_exit,
            correct=keyboard_layouts.load(config.home).correct_if_needed,
            tickets=parts.tickets,
        )
        background.deliver(config.timeout_seconds)


def _refuse_no_terminal() -> None:
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError

    in_browser = "TEXTUAL_DRIVER" in os.environ  # set for the gates that `--web` starts
    if not (in_browser or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise ScannerError(CliFault.GATE_NEEDS_TERMINAL)


@dataclass(frozen=True, slots=True)
class WebOptions:
    """Where browsers are answered, and how.

    Attributes:
        host: the address to listen at.
        port: 1 to 65535.
        password_file: its first line is the password, or its Argon2 hash.
        certificate: for TLS, in PEM; with its key, where `key` isn't given.
        key: the certificate's key, in PEM.
    """

    host: str
    port: int
    password_file: Path | None
    certificate: Path | None
    key: Path | None


def serve_browsers(options: WebOptions, flags: Sequence[str], *, take_frames: bool) -> None:
    """Serve until interrupted.

    Args:
        options: where and how.
        flags: given to each gate that a browser opens.
        take_frames: the gates look through their browsers' cameras.

    Raises:
        WebError: a library, the password or the certificate is missing or unusable, or the
            address can't be listened at.
    """
    try:
        from scanner.config import load_config
        from scanner.web.password import read_password
        from scanner.web.server import is_loopback, serve, tls_context
    except ImportError as error:
        raise WebError(WebFault.NO_LIBRARY) from error
    here = is_loopback(options.host)
    if not here and options.password_file is None:
        raise WebError(WebFault.NO_PASSWORD, host=options.host)
    tls = tls_context(options.certificate, options.key) if options.certificate else None
    password = read_password(options.password_file) if options.password_file else None

    def say_open() -> None:
        if not (here or tls):
            tell(Fact(WebNotice.UNENCRYPTED), err=True)
        tell(Fact(WebNotice.OPEN), err=True)

    serve(
        [sys.executable, "-m", "scanner", "gate", *flags],
        options.host,
        options.port,
        password=password,
        tls=tls,
        take_frames=take_frames,
        language=lambda: load_config().language,
        on_open=say_open,
    )
