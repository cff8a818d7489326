"""`scanner devices`: what is plugged in, and which camera is chosen."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanner.cli.output import print_json, print_line, tell
from scanner.cli.settings import Json, load
from scanner.facts import Code, Fact
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.scanning.devices import Camera, HandScanner
    from scanner.scanning.scan_source import Name


class DevicesNote(Code):
    """What to know about the devices that are plugged in, or aren't."""

    NO_CAMERA = "scanning.devices_no_camera"
    NO_SCANNER = "scanning.devices_no_scanner"
    NOT_USABLE = "scanning.devices_not_usable"
    CHOSEN_MARK = "scanning.devices_chosen_mark"
    CHOSEN = "scanning.devices_chosen"


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
        print_json(listed)
        return
    for each in cameras:
        row = _row(each.name, usable=each.usable, chosen=each is used)
        print_line(f"{say('camera'):<8} {each.number:<18} {row}")
    for scanner in scanners:
        row = _row(scanner.name, usable=scanner.usable)
        print_line(f"{say('scanner'):<8} {scanner.device!s:<18} {row}")
    if not cameras:
        tell(Fact(DevicesNote.NO_CAMERA))
    if not scanners:
        tell(Fact(DevicesNote.NO_SCANNER))


def _choose(spec: str, cameras: "list[Camera]") -> None:
    """Save the choice in the configuration file."""
    from scanner.config import save_setting
    from scanner.scanning.devices import find_camera, lasting_name
    from scanner.scanning.errors import CameraAway, CameraFault

    chosen = find_camera(spec, cameras)
    if chosen is None:
        raise CameraAway(CameraFault.NOT_LISTED, name=spec)
    save_setting("camera", lasting_name(chosen, cameras))
    tell(Fact(DevicesNote.CHOSEN, {"name": chosen.name}))


def _camera(camera: "Camera", *, chosen: bool) -> dict[str, Any]:
    return {
        "number": camera.number,
        **_name(camera.name),
        "bus": camera.bus,
        "usable": camera.usable,
        "chosen": chosen,
    }


def _scanner(scanner: "HandScanner") -> dict[str, Any]:
    return {
        "device": str(scanner.device),
        **_name(scanner.name),
        "kind": scanner.kind.value,
        "usable": scanner.usable,
    }


def _name(name: "Name") -> dict[str, Any]:
    """Return a name; with the code and parameters of one that isn't the maker's."""
    from scanner.wording.sentences import in_english

    return {"name": name} if isinstance(name, str) else {"name": in_english(name), **name.as_json()}


def _row(name: "Name", *, usable: bool, chosen: bool = False) -> str:
    from scanner.wording.sentences import sentence, shown

    marks = [DevicesNote.CHOSEN_MARK] * chosen + [DevicesNote.NOT_USABLE] * (not usable)
    return "  ".join([shown(name), *(f"({sentence(Fact(mark))})" for mark in marks)])
