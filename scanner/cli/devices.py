"""`scanner devices`: what is plugged in, and which camera is chosen."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanner.cli.settings import Json, load

if TYPE_CHECKING:
    from scanner.scanning.devices import Camera, HandScanner


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner devices --json")(devices)


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
    from scanner.desk.token_view import visible
    from scanner.scanning.devices import find_camera, list_cameras, list_scanners

    config = load()
    cameras, scanners = list_cameras(), list_scanners()
    if camera is not None:
        _choose(camera, cameras)
        return
    used = find_camera(config.camera, cameras)
    if as_json:
        listed = {
            "cameras": [_camera(each, chosen=each is used) for each in cameras],
            "scanners": [_scanner(scanner) for scanner in scanners],
        }
        typer.echo(json.dumps(listed))
        return
    for each in cameras:
        name = f"{visible(each.name)}{'  (chosen)' if each is used else ''}"
        typer.echo(f"camera   {each.number:<18} {name}{_mind(usable=each.usable)}")
    for scanner in scanners:
        name = f"{visible(scanner.name)}{_mind(usable=scanner.usable)}"
        typer.echo(f"scanner  {scanner.device!s:<18} {name}")
    if not cameras:
        typer.echo("No camera is plugged in.")
    if not scanners:
        typer.echo(
            "No hand scanner is known by its maker or its name; one that types works all the same."
        )


def _choose(spec: str, cameras: "list[Camera]") -> None:
    """Keep the choice in the configuration file."""
    from scanner.config_file import save_setting
    from scanner.scanning.devices import find_camera, lasting_name
    from scanner.scanning.errors import CameraAway

    chosen = find_camera(spec, cameras)
    if chosen is None:
        raise CameraAway(f"No camera is called {spec}; plug it in, or see scanner devices.")
    save_setting("camera", lasting_name(chosen, cameras))
    typer.echo(f"Chosen: {chosen.name}; a gate without --camera looks through it from now on.")


def _camera(camera: "Camera", *, chosen: bool) -> dict[str, Any]:
    return {
        "number": camera.number,
        "name": camera.name,
        "bus": camera.bus,
        "usable": camera.usable,
        "chosen": chosen,
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
