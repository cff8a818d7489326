"""The decoders that are compared: this program's, and each library alone."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import cv2

from scanner.qr.decoded import Symbology
from scanner.qr.decoder import FRAME_BUDGET_MS
from scanner.qr.frame import Pixels
from scanner.qr.readers import Reader, readers
from scanner.scanning.frame_processor import create_decoder

ReadTexts = Callable[[Pixels], list[str]]
"""Takes a grey picture and returns the texts that were read."""

PRODUCT = "scanner, 33 ms"
PRODUCT_UNLIMITED = "scanner, no limit"
PRODUCT_ALL_CODES = "scanner, all codes"
ZXING = "zxing, all tries"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A decoder that takes part in the comparison.

    Attributes:
        name: how it is listed.
        begin: returns a new instance, which has seen no picture.
        remembers: whether its result for a frame depends on earlier frames.
    """

    name: str
    begin: Callable[[], ReadTexts]
    remembers: bool = False


def contestants() -> list[Contestant]:
    """Return the installed decoders, this program's first."""
    found = [
        Contestant(PRODUCT, lambda: _product(FRAME_BUDGET_MS), remembers=True),
        Contestant(PRODUCT_UNLIMITED, lambda: _product(None)),
        Contestant(
            PRODUCT_ALL_CODES, lambda: _product(FRAME_BUDGET_MS, tuple(Symbology)), remembers=True
        ),
    ]
    alone = readers()
    names = {"zxing": ZXING, "zbar": "zbar", "wechat": "wechat"}
    found += [Contestant(name, _alone(alone[key])) for key, name in names.items() if key in alone]
    if "zxing" in alone:
        found.insert(4, Contestant("zxing, bare", lambda: _bare_zxing))
    found += [
        Contestant("OpenCV", lambda: _opencv(cv2.QRCodeDetector())),
        Contestant("OpenCV Aruco", lambda: _opencv(cv2.QRCodeDetectorAruco())),
    ]
    return found


def _product(budget_ms: float | None, codes: Collection[Symbology] = (Symbology.QR,)) -> ReadTexts:
    decoder = create_decoder(budget_ms, codes)
    # Collected as in `_alone`: on a picture of 0.1 ms a longer way would show.
    return lambda grey: [reading.text for reading in decoder.decode(grey).readings]


def _alone(reader: Reader) -> Callable[[], ReadTexts]:
    return lambda: lambda grey: [found.text for found in reader(grey) if found.text]


def _bare_zxing(grey: Pixels) -> list[str]:
    """Read with zxing-cpp, without its rotated, reduced and inverted attempts."""
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


def _opencv(detector: "cv2.QRCodeDetector | cv2.QRCodeDetectorAruco") -> ReadTexts:
    def read(grey: Pixels) -> list[str]:
        try:
            text, _, _ = detector.detectAndDecode(grey)
        except (UnicodeDecodeError, cv2.error):  # it fails on some pictures
            return []
        return [text] if text else []

    return read
