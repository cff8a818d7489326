"""Readers and a clock for tests, which do what they are told."""

import sys
from collections.abc import Callable

import cv2
import pytest

from scanner.qr.decoded import Corners
from scanner.qr.frame import Pixels
from scanner.qr.readers import Detection, Reader

MISSING = {"zxing": ["zxingcpp"], "zbar": ["pyzbar", "pyzbar.pyzbar"], "wechat": []}


class Clock:
    """Seconds that go by only when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def take_away(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    for module in MISSING[library]:
        monkeypatch.setitem(sys.modules, module, None)
    if library == "wechat":
        monkeypatch.delattr(cv2, "wechat_qrcode")


def working(clock: Clock, ms: float, answer: Callable[[Pixels], list[Detection]]) -> Reader:
    def read(grey: Pixels) -> list[Detection]:
        clock.now += ms / 1e3
        return answer(grey)

    return read


def nothing(grey: Pixels) -> list[Detection]:
    return []


def somewhere(side: float = 1000.0) -> Corners:
    return (0.0, 0.0), (side, 0.0), (side, side), (0.0, side)


def unread(grey: Pixels) -> list[Detection]:
    return [Detection(None, somewhere())]


def saying(text: str) -> Callable[[Pixels], list[Detection]]:
    return lambda grey: [Detection(text, somewhere())]
