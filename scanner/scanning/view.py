"""What a camera saw last, for whoever shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.qr.decoded import Corners

if TYPE_CHECKING:
    from scanner.qr.frame import Pixels  # numpy, which a gate without a camera does without


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One picture that was looked at, and where codes were read in it or a moment before.

    Attributes:
        pixels: the picture; nobody changes it.
        outlines: the codes' corners, in pixels of the picture.
    """

    pixels: "Pixels"
    outlines: tuple[Corners, ...] = ()
