"""A PDF's pages as pictures, drawn by PDFium in a process of its own.

A page can ask for any amount of time and memory, and PDFium is written in C++: what a hostile
document does to that process, it doesn't do to the gate.
"""

import math
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

from scanner.scanning.errors import NoPictures, PictureFault
from scanner.scanning.file_kinds import FileKind

if TYPE_CHECKING:
    from scanner.qr.frame import Pixels

DOTS_AN_INCH = 200
"""A code of 25 mm is 197 pixels wide then: six a module at 33 modules, and a page 4 megapixels."""

SHORTEST = 1000
"""Pixels of a page's longer side at least: labels may be tiny."""

LONGEST, LARGEST = 16_384, 16_000_000
"""Pixels of a page's longer side, and of the page, at most."""

MOST_PAGES = 1000

SECONDS_A_PAGE = 20
"""Until the drawing process is ended; a page of a map or a plan takes a few."""

MOST_MEMORY = 2 << 30
"""Bytes of address space of the drawing process."""

_POINTS_AN_INCH = 72
_LOCKED, _NOT_WHOLE = 4, 5
_HEAD = struct.Struct("<III")


def pdf_pages(file: Path, kind: FileKind) -> Iterator["Pixels"]:
    """Draw the pages of a PDF, one at a time; each rows x columns x 3, in blue, green, red.

    Raises:
        NoPictures: the library is missing, the document is locked, or a page can't be drawn.
    """
    if find_spec("pypdfium2") is None:
        raise NoPictures(PictureFault.NEEDS_EXTRA, file=file, what=kind.what, extra="pdf")
    import numpy as np

    words = [sys.executable, "-P", "-m", __name__]
    with (
        file.open("rb") as document,
        subprocess.Popen(  # noqa: S603 - this program's own
            words, stdin=document, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process,
    ):
        try:
            while page := _page(process):
                width, height, stride, data = page
                rows = np.frombuffer(data, np.uint8).reshape(height, stride)
                yield np.ascontiguousarray(rows[:, : 3 * width].reshape(height, width, 3))
            ended = process.wait(SECONDS_A_PAGE)
        finally:
            process.kill()
    if ended == _LOCKED:
        raise NoPictures(PictureFault.LOCKED, file=file)
    if ended:
        raise NoPictures(PictureFault.UNREADABLE, file=file, what=kind.what)


def _page(process: "subprocess.Popen[bytes]") -> tuple[int, int, int, bytes] | None:
    """Wait for a page, for `SECONDS_A_PAGE` at most; None at the end, whatever brought it."""
    drawn = process.stdout
    if drawn is None:  # it was asked for; the type doesn't say so
        return None
    limit = threading.Timer(SECONDS_A_PAGE, process.kill)
    limit.start()
    try:
        head = drawn.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        width, height, stride = _HEAD.unpack(head)
        data = drawn.read(height * stride)
        return (width, height, stride, data) if len(data) == height * stride else None
    finally:
        limit.cancel()


def _scale(width: float, height: float) -> float:
    """Return the pixels a point of a page so large, in points."""
    longer = max(width, height, 1.0)
    wanted = max(DOTS_AN_INCH / _POINTS_AN_INCH, SHORTEST / longer)
    return min(wanted, LONGEST / longer, math.sqrt(LARGEST / max(width * height, 1.0)))


def draw(document: IO[bytes], out: IO[bytes]) -> int:
    """Draw a document's pages; returns the exit code."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        return _LOCKED if "password" in str(error).lower() else _NOT_WHOLE
    pdf.init_forms()
    whole = 0 < len(pdf) <= MOST_PAGES
    for number in range(min(len(pdf), MOST_PAGES)):
        try:
            page = pdf[number]
            bitmap = page.render(scale=_scale(*page.get_size()))
        except pypdfium2.PdfiumError:
            whole = False
            continue
        out.write(_HEAD.pack(bitmap.width, bitmap.height, bitmap.stride))
        out.write(bytes(bitmap.buffer))
        out.flush()
        bitmap.close()
        page.close()
    return 0 if whole else _NOT_WHOLE


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.exit(draw(sys.stdin.buffer, sys.stdout.buffer))
