"""Photographs with the text that each should give, from a folder that is no part of the project."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.scanning.errors import NoPictures
from scanner.scanning.picture_files import PICTURES


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """One photograph, in grey, and the text of its code; nothing where none can be read."""

    name: str
    pixels: Pixels
    text: str | None


def read_photos(folder: Path) -> list[Photo]:
    """Read each `NAME.txt` (UTF-8; empty: no readable code) and the picture NAME beside it.

    Raises:
        NoPictures: there is no such pair in the folder or below it.
    """
    photos = list(_photos(folder))
    if not photos:
        raise NoPictures(
            f"{folder} holds no picture with its text in a .txt beside it; give another folder."
        )
    return photos


def same_text(one: str, other: str | None) -> bool:
    """Tell whether two texts are the same, however their lines end: files differ in it."""
    return other is not None and _lines(one) == _lines(other)


def _photos(folder: Path) -> Iterator[Photo]:
    for told in sorted(folder.rglob("*.txt")):
        for file in sorted(told.parent.glob(f"{told.stem}.*")):
            if file.suffix.lower() not in PICTURES:
                continue
            pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if pixels is not None:
                text = told.read_text(encoding="utf-8")
                yield Photo(
                    str(file.relative_to(folder)), np.asarray(pixels, np.uint8), text or None
                )


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
