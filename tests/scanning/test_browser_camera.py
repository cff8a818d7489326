"""Frames of a browser's camera, over a real socket."""

import socket
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from scanner.scanning import frame_sources
from scanner.scanning.errors import CameraAway, CameraFault
from scanner.scanning.frame_sources import BrowserCamera, open_source
from scanner.scanning.scan_source import FRAMES_SOCKET, LARGEST_FRAME


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The server's end of a gate's socket."""
    monkeypatch.setattr(frame_sources, "_OFF_SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    monkeypatch.setenv(FRAMES_SOCKET, str(theirs.fileno()))
    with ours, theirs:
        ours.settimeout(5)
        yield ours


def jpeg_of(width: int, height: int, colour: tuple[int, int, int] = (250, 20, 20)) -> bytes:
    pixels = np.full((height, width, 3), colour, np.uint8)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def send(window: socket.socket, *frames: bytes) -> None:
    for frame in frames:
        window.sendall(len(frame).to_bytes(4, "big") + frame)


def test_each_frame_is_read_in_blue_green_and_red_and_answered(window: socket.socket) -> None:
    send(window, jpeg_of(64, 48), jpeg_of(64, 48), jpeg_of(32, 24, (20, 20, 250)))
    camera = open_source("browser")
    assert isinstance(camera, BrowserCamera)
    first, second = camera.read(), camera.read()
    assert first is not None
    assert second is not None
    assert (first.number, first.pixels.shape) == (0, (48, 64, 3))
    assert (second.number, second.pixels.shape) == (1, (24, 32, 3))
    assert int(first.pixels[0, 0, 0]) > 200 > int(first.pixels[0, 0, 2])
    assert int(second.pixels[0, 0, 2]) > 200 > int(second.pixels[0, 0, 0])
    assert window.recv(9) == b"..."
    camera.close()


def test_a_frame_that_waited_from_before_is_not_judged(window: socket.socket) -> None:
    send(window, jpeg_of(64, 48), jpeg_of(32, 24))
    camera = open_source("browser")
    frame = camera.read()
    assert frame is not None
    assert frame.pixels.shape == (24, 32, 3)
    camera.close()


def test_what_is_no_jpeg_or_has_too_many_pixels_is_left_out(
    window: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_sources, "LARGEST_PICTURE", 64 * 48)
    good = jpeg_of(64, 48)
    png = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    send(window, good, b"no picture", good[:40], png, jpeg_of(65, 48), good)
    camera = open_source("browser")
    frame = camera.read()
    assert frame is not None
    assert frame.pixels.shape == (48, 64, 3)
    assert window.recv(9) == b"......"
    camera.close()


def test_a_browser_that_sends_nothing_has_its_camera_off_until_it_sends(
    window: socket.socket,
) -> None:
    with pytest.raises(CameraAway) as off:
        open_source("browser")
    assert off.value.fact.code is CameraFault.BROWSER_OFF
    send(window, jpeg_of(64, 48), jpeg_of(64, 48))
    camera = open_source("browser")
    assert camera.read()
    with pytest.raises(CameraAway):
        camera.read()
    camera.close()


@pytest.mark.parametrize("end", ["closed", "no frame of ours"])
def test_it_ends_with_the_window(window: socket.socket, end: str) -> None:
    send(window, jpeg_of(64, 48))
    camera = open_source("browser")
    if end == "closed":
        window.close()
    else:
        window.sendall(LARGEST_FRAME.to_bytes(4, "big"))
    assert camera.read() is None
    camera.close()
