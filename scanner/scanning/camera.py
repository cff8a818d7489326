"""A webcam through Video4Linux."""

import os
import time
from pathlib import Path

import cv2
import numpy as np

from scanner.qr.frame import Frame, Pixels
from scanner.scanning.errors import CameraAway
from scanner.scanning.opencv import open_device

WIDTH, HEIGHT = 1280, 720
"""Pixels asked of a webcam: a code at arm's length has about 5 a module."""

FRAMES_A_SECOND = 30

DEVICES = Path("/dev")


class Webcam:
    """A webcam, by its number.

    Args:
        number: of `/dev/videoN`.
        devices: the folder of devices.
        name: what a person calls it; its number says it where nothing is given.

    Raises:
        CameraAway: it isn't there, may not be used by this user, or gives no picture.
    """

    live = True

    def __init__(self, number: int, devices: Path = DEVICES, name: str | None = None) -> None:
        self.name = name or f"Camera {number}"
        self._number = 0
        device = devices / f"video{number}"
        if not device.exists():
            raise CameraAway(
                f"{self.name} is not there; plug it in, or choose another with --camera."
            )
        if not os.access(device, os.R_OK | os.W_OK):
            raise CameraAway(
                f"{self.name} may not be used by you; join the group that owns {device}, "
                "often video, and log in again."
            )
        self._capture = open_device(number)
        self._set_up()
        if self._grab() is None:
            self.close()
            raise CameraAway(
                f"{self.name} gives no picture; close the program that uses it, "
                "or choose another with --camera."
            )

    def read(self) -> Frame:
        """Wait for the next frame.

        Raises:
            CameraAway: the camera stopped giving pictures.
        """
        pixels = self._grab()
        if pixels is None:
            raise CameraAway(f"{self.name} was unplugged; trying again.")
        self._number += 1
        return Frame(pixels, self._number - 1, time.monotonic())

    def close(self) -> None:
        """Give the device back."""
        self._capture.release()

    def _set_up(self) -> None:
        """Ask for compressed frames: uncompressed ones of this size come five a second over USB."""
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
