"""Files of pictures and documents, as small as they can be."""

import base64
import io
from collections.abc import Sequence
from itertools import product
from typing import Any

from PIL import Image

from scanner.qr.frame import Pixels

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAAA5waXRtAAAAAAACAAAAEGlkYXQAAAAAADoAOgAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHKAAEAAAAAAAAB"
    "DAACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAA"
    "AgAAZ3JpZAAAAADRaXBycAAAAK9pcGNvAAAAcWh2Y0MBBAgAAAAAAAAAAAAe8AD8/Pj4AAAPAyAAAQAXQAEMAf//BAgA"
    "AAMAn/gAAAMAAB66AkAhAAEAJkIBAQQIAAADAJ/4AAADAAAewIIEFlurkprmwIAAAAMAgAAAAwCEIgABAAZEAcFzwIkA"
    "AAAUaXNwZQAAAAAAAABAAAAAQAAAABRpc3BlAAAAAAAAADoAAAA6AAAADnBpeGkAAAAAAQgAAAAaaXBtYQAAAAAAAAAC"
    "AAECgQIAAgIDhAAAABppcmVmAAAAAAAAAA5kaW1nAAIAAQABAAABFG1kYXQAAAEIKAGuCDDzaI9IKUsh2gd01I2IYuBL"
    "5E1ku2DRywRu3xaIQNh+CIZlUM3oZVTV2G6nUboNFEK+L0CzWBQqRyk6XCV0BF2TanEVf9VoQ/umNewisPfwb8zINAoc"
    "ucPPxvp9ze0ubRZvINY6+YGzeTQ0GUWZnWq44p+Ty9WtPi6h6yBeUEsArOz2tYXZvv8uu7OLedqZ8CC4EtYAiXRBvGg5"
    "eI/Qxu9j9fu+p8e4aIRYRg5JqfgGl+WE66KAxFygMn/Ik/qy8grKbEDBD7GZevVnyJQYkozg7p7ruafqoF/cWVvRcfpx"
    "e/Cbek/ABlPPe+QShaoccn/QJbrqq8tavxszZ54/k2ovhlBA"
)
"""A photograph by a phone, so to speak: the code "H"."""


def saved(pixels: Pixels, kind: str, **settings: Any) -> bytes:
    """Write a picture, or the frames of an animation that has more than one."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, kind, **settings)
    return written.getvalue()


def animated(frames: Sequence[Pixels], kind: str, **settings: Any) -> bytes:
    first, *rest = frames
    later = [Image.fromarray(each) for each in rest]
    return saved(first, kind, save_all=True, append_images=later, **settings)


def pdf(*pages: bytes, forms: Sequence[bytes] = (), encrypted: bool = False) -> bytes:
    """Write a PDF of pages of 200 x 200 points, by what each draws.

    Args:
        pages: the content streams.
        forms: drawings that pages and each other call: `/F0 Do`, `/F1 Do`.
        encrypted: say that it takes a password, which nobody knows.
    """
    first_form = 3 + 2 * len(pages)
    names = b" ".join(b"/F%d %d 0 R" % (n, first_form + n) for n in range(len(forms)))
    uses = b"/Resources << /XObject << %s >> >>" % names
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(len(pages)))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
    ]
    for number, drawing in enumerate(pages):
        box = b"/Parent 2 0 R /MediaBox [0 0 200 200] /Contents %d 0 R" % (4 + 2 * number)
        parts += [b"<< /Type /Page %s %s >>" % (box, uses), _stream(b"", drawing)]
    frame = b"/Type /XObject /Subtype /Form /BBox [0 0 200 200] "
    parts += [_stream(frame + uses, drawing) for drawing in forms]
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]"
    made = b"%PDF-1.4\n"
    for number, part in enumerate(parts, 1):
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    locked = lock % (b"41" * 32, b"42" * 32) if encrypted else b""
    return made + b"trailer\n<< /Root 1 0 R /Size %d %s >>\n" % (len(parts) + 1, locked)


def drawn(modules: Pixels) -> bytes:
    """Draw the dark pixels of a picture as squares, in the middle of a page."""
    height, width = modules.shape
    side = 180 / max(height, width)
    squares = (
        b"%.3f %.3f %.3f %.3f re" % (10 + x * side, 190 - (y + 1) * side, side, side)
        for y, x in product(range(height), range(width))
        if modules[y, x] < 128
    )
    return b"0 g " + b" ".join(squares) + b" f"


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)
