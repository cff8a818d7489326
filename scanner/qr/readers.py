"""The libraries that read QR codes, each as one function; what isn't installed is left out.

A reader is given a grey picture and returns texts whose error correction held, with their corners.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.qr.decoded import Corners
from scanner.qr.frame import Pixels

if TYPE_CHECKING:
    from pyzbar import pyzbar
    from zxingcpp import Barcode


class Library(Enum):
    """What can read a code; the value is how it is named to people."""

    ZXING = "zxing"
    ZBAR = "zbar"
    WECHAT = "wechat"


class Found(NamedTuple):
    """One symbol in a picture: read, or only recognised (`text` is then nothing)."""

    text: str | None
    corners: Corners


Reader = Callable[[Pixels], list[Found]]


def readers() -> dict[str, Reader]:
    """Load every reader that is installed, by name; "zxing global" is zxing's other binariser."""
    found = {
        "zxing": _zxing(globally=False),
        "zxing global": _zxing(globally=True),
        "zbar": _zbar(),
        "wechat": _wechat(),
    }
    return {name: reader for name, reader in found.items() if reader}


def available() -> tuple[Library, ...]:
    """Return the libraries that are installed, best first."""
    loaded = readers()
    return tuple(library for library in Library if library.value in loaded)


def _zxing(*, globally: bool) -> Reader | None:
    """Read with zxing-cpp; also returns symbols that it recognised and could not read.

    The format is QRCodeModel2 because `QRCode` also tries Micro QR, which gives false reads.
    """
    try:
        import zxingcpp
    except ImportError:
        return None
    binarizer = zxingcpp.Binarizer.GlobalHistogram if globally else zxingcpp.Binarizer.LocalAverage
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)

    def read(grey: Pixels) -> list[Found]:
        codes = zxingcpp.read_barcodes(
            grey,
            formats=formats,
            binarizer=binarizer,
            text_mode=zxingcpp.TextMode.Plain,
            return_errors=True,
        )
        found = []
        for code in codes:
            place = code.position
            a, b, c, d = place.top_left, place.top_right, place.bottom_right, place.bottom_left
            corners = ((a.x, a.y), (b.x, b.y), (c.x, c.y), (d.x, d.y))
            found.append(Found(_text(code) if code.valid else None, corners))
        return found

    return read


def _text(code: "Barcode") -> str:
    try:
        return code.text
    except UnicodeDecodeError:
        return code.bytes.decode("latin-1")


def _zbar() -> Reader | None:
    """Read with zbar through pyzbar, whose import fails where the C library is missing."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return None

    def read(grey: Pixels) -> list[Found]:
        codes = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
        # zbar guesses the character set: beyond ASCII the text may not be the code's own.
        sure = (code for code in codes if code.data.isascii())
        return [Found(code.data.decode("ascii"), _polygon(code)) for code in sure]

    return read


def _polygon(code: "pyzbar.Decoded") -> Corners:
    if len(code.polygon) == 4:  # noqa: PLR2004 - corners
        return _corners((point.x, point.y) for point in code.polygon)
    left, top, width, height = code.rect
    right, bottom = left + width, top + height
    return _corners([(left, top), (right, top), (right, bottom), (left, bottom)])


def _wechat() -> Reader | None:
    """Read with the decoder of OpenCV's contrib build, without its models: they are not needed."""
    try:
        import cv2

        decoder = cv2.wechat_qrcode.WeChatQRCode()
    except (ImportError, AttributeError):
        return None

    def read(grey: Pixels) -> list[Found]:
        try:
            texts, places = decoder.detectAndDecode(grey)
        except (UnicodeDecodeError, cv2.error):  # bytes that it can't hand over: nothing read
            return []
        pairs = zip(texts, places, strict=True)
        return [Found(text, _corners(place.reshape(4, 2))) for text, place in pairs if text]

    return read


def _corners(points: Iterable[Sequence[float]] | NDArray[np.generic]) -> Corners:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth
