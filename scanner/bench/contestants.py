"""The product's decoder and each decoder alone, all asked in the same way."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2

from scanner.qr.decoder import FRAME_BUDGET_MS
from scanner.qr.frame import Pixels
from scanner.qr.readers import Reader, readers
from scanner.scanning.frame_processor import create_decoder

Texts = Callable[[Pixels], list[str]]
"""Takes a grey picture, returns what was read in it."""

PRODUCT = "scanner, 33 ms"
PRODUCT_UNLIMITED = "scanner, no limit"
ZXING = "zxing, all tries"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A decoder by its name; `begin` returns one that has seen nothing yet.

    `remembers` says whether what it does with a frame depends on those before.
    """

    name: str
    begin: Callable[[], Texts]
    remembers: bool = False


def contestants() -> list[Contestant]:
    """Return all that can be run here, the product first; what isn't installed is left out."""
    found = [
        Contestant(PRODUCT, lambda: _product(FRAME_BUDGET_MS), remembers=True),
        Contestant(PRODUCT_UNLIMITED, lambda: _product(None)),
    ]
    alone = readers()
    names = {"zxing": ZXING, "zbar": "zbar", "wechat": "wechat"}
    found += [Contestant(name, _alone(alone[key])) for key, name in names.items() if key in alone]
    if "zxing" in alone:
        found.insert(3, Contestant("zxing, bare", lambda: _bare_zxing))
    found += [
        Contestant("OpenCV", lambda: _opencv(cv2.QRCodeDetector())),
        Contestant("OpenCV Aruco", lambda: _opencv(cv2.QRCodeDetectorAruco())),
    ]
    return found


def _product(budget_ms: float | None) -> Texts:
    decoder = create_decoder(budget_ms)
    # As `_alone` takes the texts: on a picture of 0.1 ms a longer way to them would tell.
    return lambda grey: [reading.text for reading in decoder.decode(grey).readings]


def _alone(reader: Reader) -> Callable[[], Texts]:
    return lambda: lambda grey: [found.text for found in reader(grey) if found.text]


def _bare_zxing(grey: Pixels) -> list[str]:
    """Read without turning, shrinking or inverting the picture."""
    import zxingcpp

    codes = zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2),
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [code.bytes.decode("utf-8", "replace") for code in codes if code.valid]


def _opencv(detector: "cv2.QRCodeDetector | cv2.QRCodeDetectorAruco") -> Texts:
    def read(grey: Pixels) -> list[str]:
        try:
            text, _, _ = detector.detectAndDecode(grey)
        except (UnicodeDecodeError, cv2.error):  # it gives up on some pictures: nothing read
            return []
        return [text] if text else []

    return read
