"""A file's pictures: one, an animation's frames, or pages; whatever the file is called."""

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.file_kinds import FileKind, Kind, Reader, kind_of

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SECONDS_A_PICTURE = 10.0
"""Between the times of pages and of a folder's pictures: each is a presentation of its own."""

LARGEST = 16_000_000
"""Pixels of a picture; a larger one is scaled down. The harder passes take seconds on this many."""

LONGEST = 16_384
"""Pixels of a picture's longer side, likewise: zxing takes 65535, and a pass enlarges threefold."""

MOST_PIXELS = 200_000_000
"""Of a picture as it is in the file, which is what the largest phones' cameras take."""

MOST_PIXELS_IN_ALL = 2_000_000_000
"""Of all pictures of a file: a minute of a full screen's animation, or 200 pages at 300 dpi."""

MOST_PICTURES = 1000
"""Of a file."""

MOST_BYTES = 1_000_000_000
"""Of a file of pictures: some formats are read into memory as a whole."""

_FORMATS = {
    "PNG": "PNG",
    "JPEG": "JPEG",
    "GIF": "GIF",
    "WebP": "WEBP",
    "TIFF": "TIFF",
    "BMP": "BMP",
    "PNM": "PPM",
    "JPEG 2000": "JPEG2000",
    "HEIC": "HEIF",
}
"""What Pillow calls each kind. A file gets the one reader of its kind, and none of the others."""

_GROUND_SECONDS = 1 / 30
"""Between one picture over a light and over a dark ground: one presentation."""

_FRAME_SECONDS = 0.1
"""What browsers show an animation's frame for that gives no time of its own."""

_OPAQUE = 255

_MISSING_BYTES = 1 << 16
"""Put after a WebP picture that lacks its end."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One picture of a file.

    Attributes:
        pixels: rows x columns x 3, in blue, green, red.
        seconds: from the one before to this one.
    """

    pixels: Pixels
    seconds: float = SECONDS_A_PICTURE


def pages_of(file: Path) -> Iterator[Page]:
    """Read a file's pictures one at a time, scaled down to `LARGEST` and `LONGEST`.

    Raises:
        NoPictures: it has none that can be read, or not all of them.
    """
    read = 0
    try:
        kind = kind_of(file)
    except OSError as error:
        raise NoPictures(PictureFault.NOT_PERMITTED, file=file) from error
    try:
        for page in _pages(file, kind):
            yield page
            read += 1
    except NoPictures:
        if not read:
            raise
        raise NoPictures(PictureFault.CUT_SHORT, file=file, count=read) from None


def not_readable(file: Path, kind: FileKind) -> NoPictures:
    """Say what a file is that gives no picture."""
    if kind.what.code == Kind.EMPTY:
        return NoPictures(PictureFault.EMPTY, file=file)
    if kind.reader is Reader.NONE or kind.what.code == Kind.UNKNOWN:
        return NoPictures(PictureFault.NOT_A_PICTURE, file=file, what=kind.what)
    return NoPictures(PictureFault.UNREADABLE, file=file, what=kind.what)


def _pages(file: Path, kind: FileKind) -> Iterator[Page]:
    if kind.reader is Reader.PDF:
        from scanner.scanning.pdf_pages import pdf_pages

        for pixels in pdf_pages(file, kind):
            yield Page(no_larger(pixels))
    elif kind.reader in (Reader.PILLOW, Reader.HEIF):
        yield from _pictures(file, kind)
    else:
        raise not_readable(file, kind)


def read_jpeg(jpeg: bytes, most_pixels: int) -> Pixels | None:
    """Return the pixels of a JPEG; None where it is none, is damaged or has more."""
    try:
        with _pillow().open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            if picture.width * picture.height > most_pixels:
                return None
            return np.asarray(cv2.cvtColor(_loaded(picture), cv2.COLOR_RGB2BGR), np.uint8)
    except _DAMAGE:
        return None


def _pictures(file: Path, kind: FileKind) -> Iterator[Page]:
    """Read a picture, or each frame of an animation that differs from the one before."""
    if file.stat().st_size > MOST_BYTES:
        raise NoPictures(PictureFault.TOO_LARGE, file=file, what=kind.what)
    left, waited, before = MOST_PIXELS_IN_ALL, SECONDS_A_PICTURE, None
    with _opened(file, kind) as picture:
        for number in count():
            left -= picture.width * picture.height
            if _too_large(picture) or left < 0 or number >= MOST_PICTURES:
                raise NoPictures(PictureFault.TOO_LARGE, file=file, what=kind.what)
            try:
                loaded = _loaded(picture)
            except _DAMAGE as error:
                raise not_readable(file, kind) from error
            if before is None or loaded.shape != before.shape or (loaded != before).any():
                for ground, pixels in enumerate(_over_grounds(loaded)):
                    yield Page(no_larger(pixels), _GROUND_SECONDS if ground else waited)
                before, waited = loaded, 0.0
            waited += _shown_for(picture)
            if not _has_next(picture, number + 1):
                return


_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, IndexError, OverflowError)
"""What Pillow's readers raise on damaged files; its own tests of them expect these."""


@cache
def _pillow() -> Any:
    """Return Pillow's module of pictures, set to show what there is of a picture cut short."""
    from PIL import Image, ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # an error at twice this, for pictures inside pictures
    return Image


@cache
def _takes_heic() -> bool:
    try:
        import pi_heif
    except ImportError:
        return False
    pi_heif.register_heif_opener()
    return True


def _opened(file: Path, kind: FileKind) -> "Picture":
    if kind.reader is Reader.HEIF and not _takes_heic():
        raise NoPictures(PictureFault.NEEDS_EXTRA, file=file, what=kind.what, extra="heic")
    pillow = _pillow()
    formats = [_FORMATS.get(str(kind.what.params.get("name")), "AVIF")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what is damaged, and reads on
            try:
                picture: Picture = pillow.open(file, formats=formats)
                if formats == ["WEBP"] and not _too_large(picture):
                    picture.load()
            except _DAMAGE:
                if formats != ["WEBP"]:
                    raise
                picture = pillow.open(io.BytesIO(_with_end(file.read_bytes())), formats=formats)
            if picture.width * picture.height > LARGEST:
                picture.draft("RGB", (LONGEST // 4, LONGEST // 4))  # JPEG alone can
            return picture
    except pillow.DecompressionBombError as error:
        raise NoPictures(PictureFault.TOO_LARGE, file=file, what=kind.what) from error
    except _DAMAGE as error:
        raise not_readable(file, kind) from error


def _too_large(picture: "Picture") -> bool:
    return picture.width * picture.height > MOST_PIXELS


def _with_end(webp: bytes) -> bytes:
    """Give a WebP picture's last chunk an end of zeros; what is missing stays blank or grey.

    The RIFF container is 12 bytes of head, then chunks: four letters, a size of 32 bits, padding
    to an even length.
    """
    at = 12
    while at + 8 < len(webp):
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        if at + 8 + size >= len(webp):
            break
        at += 8 + size + size % 2
    whole = bytearray(webp) + bytes(_MISSING_BYTES + len(webp) % 2)
    whole[at + 4 : at + 8] = (len(whole) - at - 8).to_bytes(4, "little")
    whole[4:8] = (len(whole) - 8).to_bytes(4, "little")
    return bytes(whole)


def _loaded(picture: "Picture") -> Pixels:
    """Return a frame's pixels: RGB, or RGBA where some of it is transparent.

    One much too large is halved, or divided by three and so on, while it has few bytes a pixel.
    """
    high = max(picture.size) / LONGEST, math.sqrt(picture.width * picture.height / LARGEST)
    times = max(1, int(max(high)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if picture.mode.startswith(("I", "F")):
            return _stretched(np.asarray(picture)[::times, ::times])
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        small = picture if picture.mode in ("L", mode) else picture.convert(mode)
        loaded = np.asarray((small.reduce(times) if times > 1 else small).convert(mode))
    return loaded if mode == "RGB" or loaded[:, :, 3].min() < _OPAQUE else loaded[:, :, :3]


def _stretched(levels: np.ndarray[Any, Any]) -> Pixels:
    """Turn grey of 16 bits or more into 8, darkest to lightest: few files use the whole range."""
    levels = np.nan_to_num(levels.astype(np.float32), posinf=0, neginf=0)
    low, high = float(levels.min()), float(levels.max())
    grey = ((levels - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _over_grounds(loaded: Pixels) -> Iterator[Pixels]:
    """Return a picture in BGR; a transparent one over white and over black, as far as it shows."""
    colours = cv2.cvtColor(np.ascontiguousarray(loaded[:, :, :3]), cv2.COLOR_RGB2BGR)
    if loaded.shape[2] == 3:  # noqa: PLR2004 - no transparency
        yield np.asarray(colours, np.uint8)
        return
    cover = loaded[:, :, 3:].astype(np.uint16)
    shown = 0
    for light in (255, 0):
        flat = ((colours * cover + light * (255 - cover) + 127) // 255).astype(np.uint8)
        if flat.min() != flat.max() or (light == 0 and not shown):
            shown += 1
            yield flat


def _shown_for(picture: "Picture") -> float:
    """Return how long a frame stays; a page and a later picture of a file stay as pictures do."""
    if not getattr(picture, "is_animated", False) or picture.format in ("TIFF", "MPO", "HEIF"):
        return SECONDS_A_PICTURE
    milliseconds = float(picture.info.get("duration") or 0)
    return min(max(milliseconds / 1000, 0.0), SECONDS_A_PICTURE) or _FRAME_SECONDS


def _has_next(picture: "Picture", number: int) -> bool:
    if picture.format == "MPO":  # what phones add to a photograph: its depth, a smaller copy
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.seek(number)
    except _DAMAGE:
        return False
    return True


def no_larger(pixels: Pixels) -> Pixels:
    """Scale a picture down to `LARGEST` and `LONGEST`, where it is larger."""
    height, width = pixels.shape[:2]
    scale = min(math.sqrt(LARGEST / (height * width)), LONGEST / max(height, width))
    if scale >= 1:
        return pixels
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
