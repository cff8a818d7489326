"""A camera's picture as a terminal with graphics takes it: Sixel, or Kitty's protocol. Pure."""

import re
import sys
import zlib
from base64 import b64encode
from functools import cache
from types import ModuleType

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from scanner.qr.frame import Pixels

COLOURS = 64
"""Of a Sixel picture: faces and screens look right, at half the bytes of 256."""

_CHUNK = 4096  # characters of a message's payload, at most: Kitty's protocol
_DEFINITION = re.compile(r"#(\d+);2;\d+;\d+;\d+")
_END = "\x1b\\"
_SPEED = 1  # zlib's fastest
_BLACK = Style.from_color(bgcolor=Color.from_rgb(0, 0, 0))


def load(*, kitty: bool) -> None:
    """Load the library for one of the protocols: a part of a second, too long for a screen."""
    _kitty() if kitty else _sixel()


def sixels(picture: Pixels) -> str:
    """Encode RGB pixels as a Sixel sequence, to be drawn at the cursor."""
    from PIL import Image

    module = _sixel()
    options = module.SixelOptions(colors=COLOURS)
    encoded: str = module.image_to_sixels(Image.fromarray(picture), options)
    # xterm, as the VT340 did, goes on in the old colour after a definition.
    chosen = _DEFINITION.sub(r"\g<0>#\1", encoded)
    # The last band's end of line would scroll the screen where the picture stands at its bottom.
    return chosen.removesuffix(f"-{_END}").removesuffix(_END) + _END


def kitty_picture(picture: Pixels, number: int, columns: int, rows: int) -> str:
    """Encode RGB pixels as a picture of Kitty's protocol, for the cells of `placeholders`.

    Args:
        picture: rows x columns x 3.
        number: the picture's, of 24 bits; an earlier one of that number is replaced.
        columns: cells across.
        rows: cells down.
    """
    down, across = picture.shape[:2]
    data = b64encode(zlib.compress(picture.tobytes(), _SPEED)).decode()
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    head = f"a=t,f=24,o=z,i={number},s={across},v={down},q=2,"
    messages = [
        f"\x1b_G{'' if at else head}m={int(at < len(chunks) - 1)},q=2;{chunk}\x1b\\"
        for at, chunk in enumerate(chunks)
    ]
    return "".join(messages) + f"\x1b_Ga=p,U=1,i={number},c={columns},r={rows},q=2\x1b\\"


def kitty_without(number: int) -> str:
    """Return what makes the terminal forget a picture."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


def placeholders(number: int, columns: int, rows: int, within: int) -> list[Strip]:
    """Return the cells where Kitty is to draw a picture, in the middle of `within` columns.

    The picture's number is their colour; two marks on each say which part of it is meant.
    """
    module = _kitty()
    mark, cell = module._NUMBER_TO_DIACRITIC, chr(module._PLACEHOLDER)
    style = Style.from_color(Color.from_rgb(number >> 16, number >> 8 & 0xFF, number & 0xFF))
    return [
        _centred(
            Segment("".join(f"{cell}{chr(mark[y])}{chr(mark[x])}" for x in range(columns)), style),
            columns,
            within,
        )
        for y in range(rows)
    ]


def blanks(rows: int, within: int) -> list[Strip]:
    """Return black cells, over which a Sixel picture is drawn."""
    return [Strip([Segment(" " * within, _BLACK)], within)] * rows


def _centred(middle: Segment, columns: int, within: int) -> Strip:
    left = (within - columns) // 2
    before, after = (Segment(" " * room, _BLACK) for room in (left, within - columns - left))
    return Strip([before, middle, after], within)


@cache
def _sixel() -> ModuleType:
    from textual_image import _sixel

    return _sixel


@cache
def _kitty() -> ModuleType:
    """Load what knows Kitty's marks.

    As it is loaded it asks the terminal what it can, and takes the next keys for the answer; where
    there is no terminal it doesn't.
    """
    terminal = sys.__stdout__
    vars(sys)["__stdout__"] = None
    try:
        from textual_image.renderable import tgp
    finally:
        vars(sys)["__stdout__"] = terminal
    return tgp
