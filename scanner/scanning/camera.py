"""A webcam through Video4Linux."""

import os
import time
from pathlib import Path

import cv2
import numpy as np

from scanner.facts import Fact
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.errors import CameraAway, CameraFault
from scanner.scanning.opencv import open_device
from scanner.scanning.scan_source import Name, SourceName

WIDTH, HEIGHT = 1280, 720
"""The resolution to ask for, in pixels: a code at arm's length has about 5 to a module."""

FRAMES_A_SECOND = 30

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
