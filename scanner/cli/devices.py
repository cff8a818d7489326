"""`scanner devices` and `scanner pair`: what is plugged in, and how a scanner's keys arrive."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanner.cli.settings import Json, load

if TYPE_CHECKING:
    from scanner.capture.devices import Camera, HandScanner

_INTERRUPT, _ESCAPE, _END_OF_INPUT = "\x03", "\x1b", "\x04"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: scanner devices --json")(devices)
    app.command(epilog="Example: scanner pair")(pair)


def devices(
    *,
    as_json: Json = False,
    camera: Annotated[
        str | None,
        typer.Option(
            "--camera",
            help="Use this camera from now on: its number or name. It is found again by its name, "
            "whatever its number.",
        ),
    ] = None,
) -> None:
    """List the cameras and the hand scanners that are plugged in, and choose a camera."""
    from scanner.capture.devices import list_cameras, list_scanners

    load()
    cameras, scanners = list_cameras(), list_scanners()
    if camera is not None:
        _choose(camera, cameras)
        return
    if as_json:
        listed = {
            "cameras": [_camera(each) for each in cameras],
            "scanners": [_scanner(scanner) for scanner in scanners],
        }
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    for each in cameras:
        typer.echo(f"camera   {each.number:<18} {each.name}{_mind(usable=each.usable)}")
    for scanner in scanners:
        name = f"{scanner.name}{_mind(usable=scanner.usable)}"
        typer.echo(f"scanner  {scanner.device!s:<18} {name}")
    if not cameras:
        typer.echo("No camera is plugged in.")
    if not scanners:
        typer.echo(
            "No hand scanner is known by its maker or its name; one that types works all the same."
        )


def pair(
    *,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take scans as they arrive from now on.")
    ] = False,
) -> None:
    """Learn from a set-up code on the screen how a typing scanner's keys arrive, and correct them.

    Needed where the scanner's keyboard layout isn't the laptop's. Without a terminal, a scan is
    taken from standard input.
    """
    from scanner.capture import layouts

    config = load()
    if forget:
        layouts.forget(config.home)
        typer.echo("Forgotten: scans are taken as they arrive.")
        return
    arrived = _from_terminal() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    learned = layouts.learn(arrived)
    layouts.save(learned, config.home)
    if not learned.keys:
        typer.echo("Learned: what the scanner types arrives as it is.")
        return
    swaps = ", ".join(f"{came} is {meant}" for came, meant in sorted(learned.keys.items()))
    typer.echo(f"Learned, and corrected from now on: {swaps}.")


def _choose(spec: str, cameras: "list[Camera]") -> None:
    """Keep the choice in the configuration file."""
    from scanner.capture.devices import find_camera, lasting_name
    from scanner.capture.errors import CameraAway
    from scanner.config_file import save_setting

    chosen = find_camera(spec, cameras)
    if chosen is None:
        raise CameraAway(f"No camera is called {spec}; plug it in, or see scanner devices.")
    save_setting("camera", lasting_name(chosen, cameras))
    typer.echo(f"Chosen: {chosen.name}; a gate without --camera looks through it from now on.")


def _from_terminal() -> str:
    """Show the set-up code and return what a scanner types."""
    import segno

    from scanner.capture.layouts import SETUP

    segno.make(SETUP, error="l", micro=False).terminal(compact=True, border=2)
    typer.echo("Scan this code with the hand scanner; Esc leaves.")
    return _scan()


def _scan() -> str:
    """Wait for a scan; Esc, Ctrl+C and Ctrl+D end the command.

    A dead key's letter arrives only whole, so the terminal is read as text.
    """
    import termios
    import tty

    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    text = ""
    try:
        tty.setcbreak(handle, termios.TCSANOW)  # what was typed by now is not thrown away
        while (char := sys.stdin.read(1)) not in {"\r", "\n", "\t"} or not text:
            if char in {"", _INTERRUPT, _ESCAPE, _END_OF_INPUT}:
                raise typer.Exit(1)
            text += char.strip("\r\n\t")
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
    return text


def _camera(camera: "Camera") -> dict[str, Any]:
    return {
        "number": camera.number,
        "name": camera.name,
        "bus": camera.bus,
        "usable": camera.usable,
    }


def _scanner(scanner: "HandScanner") -> dict[str, Any]:
    return {
        "device": str(scanner.device),
        "name": scanner.name,
        "kind": scanner.kind.value,
        "usable": scanner.usable,
    }


def _mind(*, usable: bool) -> str:
    return "" if usable else "  (may not be used by you: install assets/udev/70-scanner.rules)"
