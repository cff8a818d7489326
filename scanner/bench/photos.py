"""Photographs with their expected texts, from a folder outside the project."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scanner.facts import Code
from scanner.qr.frame import Pixels
from scanner.scanning.errors import NoPictures
from scanner.scanning.picture_files import PICTURES


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photograph with its expected text.

    Attributes:
        name: its path below the folder.
        pixels: rows x columns, grey.
        text: the payload of its code; None where none is readable.
    """

    name: str
    pixels: Pixels
    text: str | None


class BenchFault(Code):
    """What keeps a bench from running."""

    NO_PHOTOS = "bench.no_photos"


def read_photos(folder: Path) -> list[Photo]:
    """Read each `NAME.txt` and the picture NAME beside it.

    An empty text stands for no readable code.

    Raises:
        NoPictures: neither the folder nor those below it have such a pair.
    """
    photos = list(_photos(folder))
    if not photos:
        raise NoPictures(BenchFault.NO_PHOTOS, folder=folder)
    return photos


def same_text(one: str, other: str | None) -> bool:
    """Return whether two texts are equal but for their line endings."""
    return other is not None and _lines(one) == _lines(other)


def _photos(folder: Path) -> Iterator[Photo]:
    for expected in sorted(folder.rglob("*.txt")):
        for file in sorted(expected.parent.glob(f"{expected.stem}.*")):
            if file.suffix.lower() not in PICTURES:
                continue
            pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if pixels is not None:
                text = expected.read_text(encoding="utf-8")
                yield Photo(
                    str(file.relative_to(folder)), np.asarray(pixels, np.uint8), text or None
                )


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
