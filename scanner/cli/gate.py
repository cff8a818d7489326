"""`scanner gate`: on a screen, in a browser, or from standard input."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.camera import look_through
from scanner.cli.opening import device_name
from scanner.cli.settings import database, load

if TYPE_CHECKING:
    from scanner.config import Config


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gate", epilog="Example: scanner gate --camera 0")(open_screen)


def open_screen(
    *,
    camera: Annotated[
        str | None,
        typer.Option(
            help="A camera's number, a video file, a picture or a folder of pictures; "
            "none to type serials."
        ),
    ] = None,
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
    no_network: Annotated[
        bool, typer.Option("--no-network", help="Neither fetch tickets nor deliver admissions.")
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
    """Open the gate: read codes, judge them, deliver admissions in the background."""
    if as_json and not stdin:
        raise typer.BadParameter("it goes with --stdin.", param_hint="'--json'")
    if key and not certificate:
        raise typer.BadParameter("it goes with --certificate.", param_hint="'--key'")
    config = load(camera=camera, scanner=hand_scanner)
    if web:
        from scanner.cli.web import WebOptions, serve_browsers

        # Several browsers would wrestle for one scanner: it is left alone unless it is named.
        flags = [f"--scanner={hand_scanner or 'none'}"]
        flags += [f"--camera={camera}"] if camera is not None else []
        flags += ["--no-network"] if no_network else []
        serve_browsers(WebOptions(host, port, password_file, certificate, key), flags)
    elif stdin:
        _pipe(config, as_json=as_json, network=not no_network)
    else:
        _screen(config, network=not no_network)


def _screen(config: "Config", *, network: bool) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from scanner.store.integrity import verify

    file = database(config)
    with ThreadPoolExecutor(1, "verify") as reading:
        verified = reading.submit(verify, file)  # the disk is read while the rest is imported
        with _no_garbage_collection():
            from scanner.app.assembly import assembled, scan_source
            from scanner.cli.first_start import first_start, needs_first_start
            from scanner.keystore import open_keystore
            from scanner.store.writer import Writer
            from scanner.tui.gate.start import gate_app

        verified.result()
    keys = open_keystore(config.home)
    with Writer(file) as writer:
        first = needs_first_start(writer)
        chosen = not first or "camera" in config.model_fields_set
        camera = look_through(config.camera) if chosen else None
        _refuse_no_terminal()
        if first:
            answers = first_start(config, writer, keys, device_name(writer))
            if answers is None:
                return
            camera = look_through(answers.camera, must_be_there=False)
        source = scan_source(config, camera)
        with assembled(config, writer, keys, network=network, source=source) as parts:
            gate_app(parts).run()


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Import without looking for garbage, of which there is none: a tenth of a start's time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _pipe(config: "Config", *, as_json: bool, network: bool) -> None:
    from scanner.app.assembly import assembled
    from scanner.cli.pipe import serve
    from scanner.keystore import open_keystore
    from scanner.store.writer import Writer

    with (
        Writer.verified(database(config)) as writer,
        assembled(config, writer, open_keystore(config.home), network=network) as parts,
        parts.background as background,
    ):
        serve(parts.gate, sys.stdin.buffer, sys.stdout, as_json=as_json)
        background.deliver(config.timeout_seconds)


def _refuse_no_terminal() -> None:
    from scanner.cli.errors import CliFault
    from scanner.errors import ScannerError

    in_browser = "TEXTUAL_DRIVER" in os.environ  # set for the gates that `--web` starts
    if not (in_browser or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise ScannerError(CliFault.GATE_NEEDS_TERMINAL)
