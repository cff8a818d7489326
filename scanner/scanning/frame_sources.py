"""From what a person names to where frames come from."""

import stat
from pathlib import Path

from scanner.qr.frame import Source
from scanner.scanning.camera import Webcam
from scanner.scanning.devices import CAMERA_NUMBER, find_camera, list_cameras
from scanner.scanning.errors import CameraAway, NoPictures
from scanner.scanning.picture_files import PICTURES, VIDEOS, PictureFiles, VideoFile


def open_source(spec: str, *, as_fast: bool = False) -> Source:
    """Open a camera, a video, a folder of pictures or one picture.

    Args:
        spec: a camera's number, `/dev/videoN`, its name or a part of it, or the place on the bus
            that it is plugged into; or the path of a file or folder.
        as_fast: whether a video or a folder is read without waiting for each frame's time.

    Raises:
        CameraAway: the camera isn't there, is in use or may not be used.
        NoPictures: the file or folder is missing, or holds nothing that can be read.
    """
    camera = CAMERA_NUMBER.fullmatch(spec)
    if camera:
        return Webcam(int(camera[1]))
    path = Path(spec).expanduser()
    try:
        mode = path.stat().st_mode
    except PermissionError as error:
        raise NoPictures(f"{path} may not be read by you; choose another.") from error
    except OSError as error:
        if _may_be_name(spec):
            return _named(spec)
        raise NoPictures(
            f"{path} is not there; give a camera's number, a file or a folder."
        ) from error
    if stat.S_ISDIR(mode):
        return _folder(path, as_fast=as_fast)
    if not stat.S_ISREG(mode):  # whoever opens a pipe waits for its other end, deaf to Ctrl+C
        raise NoPictures(f"{path} is no file; give a camera's number, a file or a folder.")
    if path.suffix.lower() in PICTURES:
        return PictureFiles(f"Picture {path.name}", [path])
    return VideoFile(path, as_fast=as_fast)


def _may_be_name(spec: str) -> bool:
    """Tell whether it may be a camera's: "Webcam v2.0", or "1-8:1.0", a place on the bus."""
    return "/" not in spec and Path(spec).suffix.lower() not in PICTURES | VIDEOS


def _named(spec: str) -> Source:
    """Open a camera by its name: its number can be another each time it is plugged in."""
    camera = find_camera(spec, list_cameras())
    if camera is None:
        raise CameraAway(
            f"No camera is called {spec}, and no file; plug it in, or choose from scanner devices."
        )
    return Webcam(camera.number, name=camera.name)


def _folder(path: Path, *, as_fast: bool) -> Source:
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
    except PermissionError as error:
        raise NoPictures(f"{path} may not be read by you; choose another folder.") from error
    if not files:
        raise NoPictures(f"{path} holds no pictures; choose another folder.")
    return PictureFiles(f"Folder {path.name}", files, as_fast=as_fast)
