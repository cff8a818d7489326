"""The libraries that decode QR codes, each as one function. A missing library is left out.

A reader takes a grey picture and returns the symbols in it. `symbol_reader` reads other
symbologies, which zxing-cpp alone decodes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.qr.decoded import Corners, Reading, Symbology
from scanner.qr.frame import Pixels

if TYPE_CHECKING:
    from pyzbar import pyzbar
    from zxingcpp import Barcode


class NoReader(Exception):
    """None of the libraries that decode QR codes is installed; zxing-cpp is the best of them."""


class Library(Enum):
    """A library that decodes QR codes; the value is its name in `Reading.by`."""

    ZXING = "zxing"
    ZBAR = "zbar"
    WECHAT = "wechat"


class Detection(NamedTuple):
    """One symbol in a picture.

    Attributes:
        text: the payload, whose error correction succeeded; None where it was only detected.
        corners: where the symbol is.
    """

    text: str | None
    corners: Corners


Reader = Callable[[Pixels], list[Detection]]

_FORMATS = {
    Symbology.QR: ("QRCodeModel2", "QRCode"),
    Symbology.MICRO_QR: ("MicroQRCode",),
    Symbology.RMQR: ("RMQRCode",),
    Symbology.AZTEC: ("AztecCode", "Aztec"),
    Symbology.PDF417: ("PDF417", "CompactPDF417", "MicroPDF417"),
    Symbology.DATA_MATRIX: ("DataMatrix",),
    Symbology.CODE_128: ("Code128",),
    Symbology.CODE_39: ("Code39", "Code39Std", "Code39Ext", "Code32", "PZN"),
    Symbology.CODE_93: ("Code93",),
    Symbology.CODABAR: ("Codabar",),
    Symbology.ITF: ("ITF", "ITF14"),
    Symbology.EAN_13: ("EAN13", "UPCA", "ISBN"),
    Symbology.EAN_8: ("EAN8",),
    Symbology.UPC_E: ("UPCE",),
}
"""zxing-cpp's names: the format to ask for, then those that it may say it has read instead."""

SymbolReader = Callable[[Pixels], list[Reading]]
"""Takes a grey picture and returns the symbols whose checksum or error correction succeeded."""


def readers() -> dict[str, Reader]:
    """Return the installed readers by name.

    "zxing" binarizes by local averages, "zxing global" by a global histogram.
    """
    found = {
        "zxing": _zxing(globally=False),
        "zxing global": _zxing(globally=True),
        "zbar": _zbar(),
        "wechat": _wechat(),
    }
    return {name: reader for name, reader in found.items() if reader}


def available() -> tuple[Library, ...]:
    """Return the installed libraries, the best first."""
    loaded = readers()
    return tuple(library for library in Library if library.value in loaded)


def _zxing(*, globally: bool) -> Reader | None:
    """Return zxing-cpp's reader; it also returns symbols that it detected and could not decode.

    The format is QRCodeModel2, because `QRCode` includes Micro QR, which gives false reads.
    """
    try:
        import zxingcpp
    except ImportError:
        return None
    binarizer = zxingcpp.Binarizer.GlobalHistogram if globally else zxingcpp.Binarizer.LocalAverage
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)

    def read(grey: Pixels) -> list[Detection]:
        codes = zxingcpp.read_barcodes(
            grey,
            formats=formats,
            binarizer=binarizer,
            text_mode=zxingcpp.TextMode.Plain,
            return_errors=True,
        )
        return [Detection(_text(code) if code.valid else None, _place(code)) for code in codes]

    return read


def symbol_reader(kinds: Collection[Symbology]) -> SymbolReader:
    """Return a reader of symbols of these kinds.

    Args:
        kinds: what to look for; at least one.

    Raises:
        NoReader: zxing-cpp is not installed.
    """
    try:
        import zxingcpp
    except ImportError as error:
        raise NoReader("zxing-cpp, which reads other codes than QR, is not installed") from error
    formats = zxingcpp.BarcodeFormats(
        [getattr(zxingcpp.BarcodeFormat, _FORMATS[kind][0]) for kind in kinds]
    )
    kind_of = {name: kind for kind in kinds for name in _FORMATS[kind]}

    def read(grey: Pixels) -> list[Reading]:
        codes = zxingcpp.read_barcodes(
            grey, formats=formats, text_mode=zxingcpp.TextMode.Plain, return_errors=False
        )
        named = ((kind_of.get(code.format.name), _text(code), _place(code)) for code in codes)
        return [
            Reading(text, at, f"zxing {kind}", kind) for kind, text, at in named if kind and text
        ]

    return read


def _place(code: "Barcode") -> Corners:
    place = code.position
    a, b, c, d = place.top_left, place.top_right, place.bottom_right, place.bottom_left
    return (a.x, a.y), (b.x, b.y), (c.x, c.y), (d.x, d.y)


def _text(code: "Barcode") -> str:
    try:
        return code.text
    except UnicodeDecodeError:
        return code.bytes.decode("latin-1")


def _zbar() -> Reader | None:
    """Return zbar's reader, through pyzbar; its import fails where the C library is missing."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return None

    def read(grey: Pixels) -> list[Detection]:
        codes = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
        # zbar guesses the character set: beyond ASCII the text may not be the code's own.
        sure = (code for code in codes if code.data.isascii())
        return [Detection(code.data.decode("ascii"), _polygon(code)) for code in sure]

    return read


def _polygon(code: "pyzbar.Decoded") -> Corners:
    if len(code.polygon) == 4:  # noqa: PLR2004 - corners
        return _corners((point.x, point.y) for point in code.polygon)
    left, top, width, height = code.rect
    right, bottom = left + width, top + height
    return _corners([(left, top), (right, top), (right, bottom), (left, bottom)])


def _wechat() -> Reader | None:
    """Return the reader of OpenCV's contrib build; it works without its optional model files."""
    try:
        import cv2

        decoder = cv2.wechat_qrcode.WeChatQRCode()
    except (ImportError, AttributeError):
        return None

    def read(grey: Pixels) -> list[Detection]:
        try:
            texts, places = decoder.detectAndDecode(grey)
        except (UnicodeDecodeError, cv2.error):  # it fails on some byte payloads
            return []
        pairs = zip(texts, places, strict=True)
        return [Detection(text, _corners(place.reshape(4, 2))) for text, place in pairs if text]

    return read


def _corners(points: Iterable[Sequence[float]] | NDArray[np.generic]) -> Corners:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth
