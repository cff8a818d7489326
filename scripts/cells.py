"""A running app's screen as an image, cell by cell, as a terminal with a good font draws it."""

from collections.abc import Iterable
from functools import cache

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color

CELL = (10, 20)
"""Pixels of a cell; a half block is a square."""

FONT_PIXELS = 16
FONTS = {False: "DejaVuSansMono.ttf", True: "DejaVuSansMono-Bold.ttf"}

_BLOCKS = {
    "█": (0.0, 0.0, 1.0, 1.0),
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▄": (0.0, 0.5, 1.0, 1.0),
    "▌": (0.0, 0.0, 0.5, 1.0),
    "▐": (0.5, 0.0, 1.0, 1.0),
    "▁": (0.0, 7 / 8, 1.0, 1.0),
    "▂": (0.0, 6 / 8, 1.0, 1.0),
    "▃": (0.0, 5 / 8, 1.0, 1.0),
    "▅": (0.0, 3 / 8, 1.0, 1.0),
    "▆": (0.0, 2 / 8, 1.0, 1.0),
    "▇": (0.0, 1 / 8, 1.0, 1.0),
    "▔": (0.0, 0.0, 1.0, 1 / 8),
    "▊": (0.0, 0.0, 3 / 4, 1.0),
    "▎": (0.0, 0.0, 1 / 4, 1.0),
}
"""Left, top, right and bottom of the block characters, in parts of a cell."""


def draw(app: App[None]) -> Image.Image:
    """Draw what the app's screen shows now, filters such as ASCII and NO_COLOR applied."""
    columns, rows = app.size
    image = Image.new("RGB", (columns * CELL[0], rows * CELL[1]))
    pen = ImageDraw.Draw(image)
    ground = Color.parse(app.theme_variables["background"])
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        for each in app._filters:
            strip = strip.apply_filter(each, ground)  # noqa: PLW2901 - one after the other
        _draw_row(pen, y, strip)
    return image


def _draw_row(pen: ImageDraw.ImageDraw, y: int, segments: Iterable[Segment]) -> None:
    x = 0
    for text, style, _ in segments:
        if not text:
            continue
        ink, paper = _colours(style or Style())
        wide = cell_len(text)
        left, top = x * CELL[0], y * CELL[1]
        pen.rectangle((left, top, left + wide * CELL[0] - 1, top + CELL[1] - 1), paper)
        for character in text:
            _draw_cell(pen, x, y, character, ink, bold=bool(style and style.bold))
            x += cell_len(character)


def _draw_cell(
    pen: ImageDraw.ImageDraw,
    x: int,
    y: int,
    character: str,
    ink: tuple[int, int, int],
    *,
    bold: bool,
) -> None:
    left, top = x * CELL[0], y * CELL[1]
    if character in _BLOCKS:
        a, b, c, d = _BLOCKS[character]
        box = (left + a * CELL[0], top + b * CELL[1], left + c * CELL[0] - 1, top + d * CELL[1] - 1)
        pen.rectangle(box, ink)
    elif character.strip():
        middle = left + cell_len(character) * CELL[0] / 2
        pen.text((middle, top + 0.78 * CELL[1]), character, ink, _font(bold), anchor="ms")


def _colours(style: Style) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    ink = tuple(style.color.get_truecolor()) if style.color else (0xE0, 0xE0, 0xE0)
    paper = tuple(style.bgcolor.get_truecolor(foreground=False)) if style.bgcolor else (0, 0, 0)
    return (paper, ink) if style.reverse else (ink, paper)  # type: ignore[return-value]


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS[bold], FONT_PIXELS)
