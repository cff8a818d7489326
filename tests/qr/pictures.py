"""Pictures of codes with one distortion at a time."""

import cv2
import numpy as np
import segno
import zxingcpp

from scanner.qr.deblur import motion_kernel
from scanner.qr.decoded import Symbology
from scanner.qr.frame import Pixels

SERIAL = "DAWIER-BACK75580348"
OTHER = "OTHERR-GATE00000001"


def code(
    payload: str | bytes = SERIAL, *, module: int = 6, dark: int = 20, light: int = 235
) -> Pixels:
    """Draw a code with its quiet zone, `module` pixels each; grey."""
    modules = np.array([list(row) for row in segno.make_qr(payload, error="m").matrix], np.uint8)
    large = np.pad(modules, 4).repeat(module, 0).repeat(module, 1)
    return np.where(large, dark, light).astype(np.uint8)


def on_wall(picture: Pixels, *, left: int = 500, top: int = 200) -> Pixels:
    """Hang a picture on a plain grey wall of 720 x 1280."""
    wall = np.full((720, 1280), 120, np.uint8)
    height, width = picture.shape
    wall[top : top + height, left : left + width] = picture
    return wall


def beside(one: Pixels, other: Pixels) -> Pixels:
    """Hang two pictures side by side; the middle between them is at 640."""
    return np.hstack([on_wall(one)[:, 300:940], on_wall(other)[:, 300:940]])


def noisy(picture: Pixels, sigma: float, seed: int = 1) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def blurred(picture: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def moving(picture: Pixels) -> Pixels:
    """Apply motion blur of 24 pixels."""
    paper = np.pad(picture, 20, constant_values=120)
    return np.asarray(cv2.filter2D(paper, -1, motion_kernel(24, 0.5)), np.uint8)


def speckled(picture: Pixels, share: float, seed: int = 1) -> Pixels:
    """Turn a share of the pixels black or white."""
    rng = np.random.default_rng(seed)
    hit = rng.random(picture.shape) < share
    return np.where(hit, rng.choice([0, 255], picture.shape), picture).astype(np.uint8)


def turned(picture: Pixels, degrees: float, *, outside: int = 120) -> Pixels:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), borderValue=outside), np.uint8
    )


def cracked(picture: Pixels, seed: int = 1, *, thick: int = 2) -> Pixels:
    """Draw seven bright lines across it, as cracks in a display's glass are."""
    rng = np.random.default_rng(seed)
    cracks = picture.copy()
    for _ in range(7):
        one, other = rng.uniform(0.2, 0.83, (2, 2)) * len(picture)
        ends = (one.astype(int).tolist(), other.astype(int).tolist())
        cv2.line(cracks, *ends, 235, thick, cv2.LINE_AA)
    return cracks


def tilted(picture: Pixels, by: float) -> Pixels:
    """Lean the picture back: its upper edge is `by` shorter, as a share of its width."""
    height, width = picture.shape
    inset = by * width / 2
    there = np.array([[inset, 0], [width - inset, 0], [width, height], [0, height]], np.float32)
    here = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(here, there)
    return np.asarray(
        cv2.warpPerspective(picture, matrix, (width, height), borderValue=120), np.uint8
    )


def shaded(picture: Pixels) -> Pixels:
    """Let light fall from the left: a tenth of it is left at the right edge."""
    return np.asarray(picture * np.linspace(1, 0.1, picture.shape[1]), np.uint8)


def checkered() -> Pixels:
    down, across = np.mgrid[0:720, 0:1280]
    return np.where((down // 24 + across // 24) % 2, 60, 190).astype(np.uint8)


def page_of_text() -> Pixels:
    page = np.full((720, 1280), 235, np.uint8)
    for row in range(24):
        text = f"{row} The bearer is admitted once, to the section that is named here." * 2
        cv2.putText(page, text, (20, 30 + 28 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
    return page


_WRITTEN = {
    Symbology.QR: "QRCode",
    Symbology.MICRO_QR: "MicroQRCode",
    Symbology.RMQR: "RMQRCode",
    Symbology.AZTEC: "Aztec",
    Symbology.PDF417: "PDF417",
    Symbology.DATA_MATRIX: "DataMatrix",
    Symbology.CODE_128: "Code128",
    Symbology.CODE_39: "Code39",
    Symbology.CODE_93: "Code93",
    Symbology.CODABAR: "Codabar",
    Symbology.ITF: "ITF",
    Symbology.EAN_13: "EAN13",
    Symbology.EAN_8: "EAN8",
    Symbology.UPC_E: "UPCE",
}
"""The writer's names of the symbologies."""


def symbol(kind: Symbology, text: str = SERIAL, *, module: int = 3) -> Pixels:
    """Draw a code of any symbology with its quiet zone; grey."""
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, _WRITTEN[kind]))
    drawn = np.array(zxingcpp.write_barcode_to_image(made, scale=module))
    tones = np.where(drawn < 128, 20, 235).astype(np.uint8)
    return np.pad(tones, 6 * module, constant_values=235)


def in_colours(dark: tuple[int, int, int], light: tuple[int, int, int]) -> Pixels:
    """Hang a code in two colours (blue, green, red) on a grey wall."""
    grey = on_wall(code())
    picture = np.full((*grey.shape, 3), 120, np.uint8)
    picture[grey == 20] = dark
    picture[grey == 235] = light
    return picture


def banded(
    *, period: int, degrees: float, roll: float = 0, depth: float = 0.75, brightness: float = 0.3
) -> Pixels:
    """Show a code on a dim display, dark in stripes across `degrees`; 0 makes them rows.

    Args:
        period: pixels from one stripe to the next.
        degrees: by which the stripes are turned.
        roll: by how many degrees the code is turned behind them.
        depth: how much darker the stripes are, 0 to 1.
        brightness: of the display, 0 to 1.
    """
    display = np.full((720, 1280), 10, np.uint8)
    picture = code(module=7)
    if roll:
        picture = turned(np.pad(picture, 50, constant_values=10), roll, outside=10)
    side = len(picture)
    display[200 : 200 + side, 500 : 500 + side] = picture
    down, across = np.mgrid[0:720, 0:1280]
    along = across * np.sin(np.radians(degrees)) + down * np.cos(np.radians(degrees))
    off = along % period < 0.4 * period
    return np.asarray(display * brightness * np.where(off, 1 - depth, 1.0), np.uint8)
