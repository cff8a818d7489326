"""Opens the camera, file or folder that a person names."""

import stat
from pathlib import Path

from scanner.facts import Fact
from scanner.scanning.camera import Webcam
from scanner.scanning.devices import CAMERA_NUMBER, find_camera, list_cameras
from scanner.scanning.errors import CameraAway, CameraFault, NoPictures, PictureFault
from scanner.scanning.file_kinds import Kind, Reader, kind_of
from scanner.scanning.picture_files import PICTURES, VIDEOS, PictureFiles, VideoFile
from scanner.scanning.scan_source import FrameSource, SourceName


def open_source(spec: str, *, as_fast: bool = False) -> FrameSource:
    """Open a camera, a video, a folder of pictures or one picture.

    Args:
        spec: a camera's number, `/dev/videoN`, its name or a part of it, or the place on the bus
            that it is plugged into; or the path of a file or folder.
        as_fast: read a video or a folder without waiting for each frame's time.

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
        raise NoPictures(PictureFault.NOT_PERMITTED, file=path) from error
    except OSError as error:
        if _may_be_name(spec):
            return _named(spec)
        raise NoPictures(PictureFault.ABSENT, file=path) from error
    if stat.S_ISDIR(mode):
        return _folder(path, as_fast=as_fast)
    if not stat.S_ISREG(mode):  # opening a pipe blocks until its other end opens
        raise NoPictures(PictureFault.NO_FILE, file=path)
    return _file(path, as_fast=as_fast)


def _file(path: Path, *, as_fast: bool) -> FrameSource:
    """Open a file as what it is by its content; what nobody knows may be a video."""
    try:
        kind = kind_of(path)
    except OSError as error:
        raise NoPictures(PictureFault.NOT_PERMITTED, file=path) from error
    if kind.reader is Reader.VIDEO or kind.what.code == Kind.UNKNOWN:
        return VideoFile(path, as_fast=as_fast)
    return PictureFiles(Fact(SourceName.PICTURE, {"file": path.name}), [path])


def _may_be_name(spec: str) -> bool:
    """Tell whether a camera may be meant: "Webcam v2.0", or "1-8:1.0", a place on the bus."""
    return "/" not in spec and Path(spec).suffix.lower() not in PICTURES | VIDEOS


def _named(spec: str) -> FrameSource:
    """Open a camera by its name: its number can change when it is plugged in again."""
    camera = find_camera(spec, list_cameras())
    if camera is None:
        raise CameraAway(CameraFault.UNKNOWN, name=spec)
    return Webcam(camera.number, name=camera.name)


def _folder(path: Path, *, as_fast: bool) -> FrameSource:
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
    except PermissionError as error:
        raise NoPictures(PictureFault.FOLDER_NOT_PERMITTED, file=path) from error
    if not files:
        raise NoPictures(PictureFault.FOLDER_EMPTY, file=path)
    name = Fact(SourceName.FOLDER, {"file": path.name})
    return PictureFiles(name, files, as_fast=as_fast)
