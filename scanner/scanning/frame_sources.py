"""Opens the camera, file or folder that a person names; a webcam through Video4Linux."""

import os
import select
import socket
import stat
import time
from pathlib import Path

import cv2
import numpy as np

from scanner.facts import Fact
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.devices import CAMERA_NUMBER, find_camera, list_cameras
from scanner.scanning.errors import CameraAway, CameraFault, NoPictures, PictureFault
from scanner.scanning.file_kinds import Kind, Reader, kind_of
from scanner.scanning.opencv import open_device
from scanner.scanning.picture_files import PICTURES, VIDEOS, PictureFiles, VideoFile
from scanner.scanning.picture_pages import read_jpeg
from scanner.scanning.scan_source import (
    BROWSER,
    FRAMES_SOCKET,
    LARGEST_FRAME,
    FrameSource,
    Name,
    SourceName,
)

WIDTH, HEIGHT = 1280, 720
"""The resolution to ask for, in pixels: a code at arm's length has about 5 to a module."""

FRAMES_A_SECOND = 30

LARGEST_PICTURE = 1920 * 1920
"""Pixels of a browser's frame."""

_OFF_SECONDS = 1.0
"""How long a browser's camera may give nothing before it counts as turned off."""

DEVICES = Path("/dev")


class Webcam:
    """A webcam, by its number.

    Args:
        number: of `/dev/videoN`.
        devices: the folder of device files.
        name: what a person calls it; by default its number.

    Raises:
        CameraAway: it isn't there, may not be used by this user, or gives no picture.
    """

    live = True

    def __init__(self, number: int, devices: Path = DEVICES, name: Name | None = None) -> None:
        self.name = name or Fact(SourceName.CAMERA, {"number": number})
        self._number = 0
        device = devices / f"video{number}"
        if not device.exists():
            raise CameraAway(CameraFault.ABSENT, name=self.name)
        if not os.access(device, os.R_OK | os.W_OK):
            raise CameraAway(CameraFault.NOT_PERMITTED, name=self.name, device=device)
        self._capture = open_device(number)
        self._set_up()
        if self._grab() is None:
            self.close()
            raise CameraAway(CameraFault.NO_PICTURE, name=self.name)

    def read(self) -> Frame:
        """Wait for the next frame.

        Raises:
            CameraAway: the camera stopped giving pictures.
        """
        pixels = self._grab()
        if pixels is None:
            raise CameraAway(CameraFault.UNPLUGGED, name=self.name)
        self._number += 1
        return Frame(pixels, self._number - 1, time.monotonic())

    def close(self) -> None:
        """Release the device."""
        self._capture.release()

    def _set_up(self) -> None:
        """Ask for Motion JPEG: uncompressed, USB 2 carries five frames of this size a second."""
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        self._capture.set(cv2.CAP_PROP_FPS, FRAMES_A_SECOND)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def _grab(self) -> Pixels | None:
        try:
            there, pixels = self._capture.read()
        except cv2.error:
            return None
        return np.asarray(pixels, np.uint8) if there else None


class BrowserCamera:
    """The camera of the browser that the gate is shown in; see `FRAMES_SOCKET`.

    Args:
        number: the socket's file number; it stays open.

    Raises:
        CameraAway: the browser sends no frames.
    """

    live = True

    def __init__(self, number: int) -> None:
        self.name = Fact(SourceName.BROWSER)
        self._number = 0
        self._socket = socket.socket(fileno=os.dup(number))
        try:
            self._next()  # it may have waited for long
        except CameraAway:
            self.close()
            raise

    def read(self) -> Frame | None:
        """Wait for the next frame that can be read; None when the window is closed.

        Raises:
            CameraAway: the browser stopped sending.
        """
        while (jpeg := self._next()) is not None:
            if (pixels := read_jpeg(jpeg, LARGEST_PICTURE)) is not None:
                self._number += 1
                return Frame(pixels, self._number - 1, time.monotonic())
        return None

    def close(self) -> None:
        """Read no more of them."""
        self._socket.close()

    def _next(self) -> bytes | None:
        """Take the next frame, as it came; one that has begun comes whole."""
        if not select.select([self._socket], [], [], _OFF_SECONDS)[0]:
            raise CameraAway(CameraFault.BROWSER_OFF)
        try:
            length = int.from_bytes(self._socket.recv(4, socket.MSG_WAITALL), "big")
            if not 0 < length < LARGEST_FRAME:
                return None
            jpeg = self._socket.recv(length, socket.MSG_WAITALL)
            self._socket.send(b".")
        except ConnectionError:  # the window is closed
            return None
        return jpeg


def open_source(spec: str, *, as_fast: bool = False) -> FrameSource:
    """Open a camera, a video, a folder of pictures or one picture.

    Args:
        spec: a camera's number, `/dev/videoN`, its name or a part of it, or the place on the bus
            that it is plugged into; `browser` in a browser's gate; or the path of a file or folder.
        as_fast: read a video or a folder without waiting for each frame's time.

    Raises:
        CameraAway: the camera isn't there, is in use or may not be used.
        NoPictures: the file or folder is missing, or holds nothing that can be read.
    """
    if spec == BROWSER and FRAMES_SOCKET in os.environ:
        return BrowserCamera(int(os.environ[FRAMES_SOCKET]))
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
