import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner.qr.frame import Pixels
from scanner.scanning.errors import CameraAway, CameraFault
from scanner.scanning.frame_sources import Webcam


def grey(level: int) -> Pixels:
    return np.full((120, 160), level, np.uint8)


class Device:
    """What OpenCV would open."""

    def __init__(self, frames: list[Pixels | None]) -> None:
        self.frames = frames
        self.settings: dict[int, float] = {}
        self.released = False

    def set(self, setting: int, value: float) -> bool:
        self.settings[setting] = value
        return True

    def read(self) -> tuple[bool, Pixels | None]:
        pixels = self.frames.pop(0) if self.frames else None
        return pixels is not None, pixels

    def release(self) -> None:
        self.released = True


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    (tmp_path / "video0").touch()
    return tmp_path


def plug(monkeypatch: pytest.MonkeyPatch, frames: list[Pixels | None]) -> Device:
    device = Device(frames)
    monkeypatch.setattr("scanner.scanning.frame_sources.open_device", lambda number: device)
    return device


def test_a_camera_that_goes_away_says_so(devices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug(monkeypatch, [grey(1)])
    camera = Webcam(0, devices)
    with pytest.raises(CameraAway, match=CameraFault.UNPLUGGED):
        camera.read()


def test_a_camera_that_is_in_use_is_said_and_given_back(
    devices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = plug(monkeypatch, [])
    with pytest.raises(CameraAway, match=CameraFault.NO_PICTURE):
        Webcam(0, devices)
    assert device.released


def test_a_camera_that_may_not_be_used_is_said(
    devices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CameraAway, match=CameraFault.NOT_PERMITTED):
        Webcam(0, devices)


def test_a_camera_is_asked_for_compressed_frames_of_720_rows(
    devices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = plug(monkeypatch, [grey(1), grey(2), grey(3)])
    camera = Webcam(0, devices)
    first, second = camera.read(), camera.read()
    assert (first.number, second.number) == (0, 1)
    assert first.at <= second.at <= time.monotonic()
    assert device.settings[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert device.settings[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert device.settings[cv2.CAP_PROP_FRAME_HEIGHT] == 720
