"""Renders tickets with the hand that holds them: on a phone's screen, or printed."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

CODE_SIDE = 330
"""The symbol's side with its quiet zone, in pixels, at most; modules have whole pixels."""

QUIET_MODULES = 4
"""Modules of the quiet zone (ISO/IEC 18004, 6.3.8)."""

_BEZEL, _PHONE = (404, 800), (18, 18, 20)
_PAPER, _SHEET = (440, 720), (224, 238, 243)
Colour = tuple[int, int, int]
"""Blue, green, red."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SKIN = ((120, 150, 200), (150, 180, 226), (70, 96, 140), (96, 122, 172))


class Medium(Enum):
    """What a ticket is shown on."""

    PHONE = "a phone"
    DARK_PHONE = "a phone in dark mode, the code light on dark"
    PAPER = "a printed sheet"


@dataclass(frozen=True, slots=True, eq=False)
class TicketArt:
    """A ticket that faces the camera, with the hand that holds it.

    Attributes:
        pixels: rows x columns x 3 in blue, green, red.
        mask: rows x columns: the alpha channel, 255 where the ticket or the hand is.
        centre: x and y of the ticket's centre without the hand, in pixels.
        height: the ticket's height without the hand, in pixels.
    """

    pixels: Pixels
    mask: Pixels
    centre: tuple[float, float]
    height: int


def code_modules(payload: str) -> Pixels:
    """Return the modules of the payload's QR code: 1 dark, 0 light.

    The error correction level is M. The quiet zone is left out.

    Raises:
        segno.DataOverflowError: the payload is too long for a QR code.
    """
    import segno

    code = segno.make_qr(payload, error="m", boost_error=False)
    return np.array([list(row) for row in code.matrix], np.uint8)


def draw_ticket(
    payload: str, medium: Medium, rng: np.random.Generator, brightness: float = 1.0
) -> TicketArt:
    """Render a ticket that shows the payload.

    Args:
        payload: the text of the code.
        medium: phone or paper.
        rng: decides colours, creases and the hand.
        brightness: of the screen or the paper, from 0, black, to 1.
    """
    page = _paper(payload, rng) if medium is Medium.PAPER else _phone(payload, medium, rng)
    lit = cv2.convertScaleAbs(page, alpha=brightness)
    if medium is not Medium.PAPER:
        lit = _in_bezel(np.asarray(lit, np.uint8))
    return _held(np.asarray(lit, np.uint8), medium, rng)


def _code(payload: str, dark: Colour, light: Colour) -> Pixels:
    """Draw the symbol with its quiet zone, in the largest modules that fit."""
    modules = np.pad(code_modules(payload), QUIET_MODULES)
    each = max(1, CODE_SIDE // len(modules))
    large = modules.repeat(each, 0).repeat(each, 1)
    return np.array([light, dark], np.uint8)[large]


def _phone(payload: str, medium: Medium, rng: np.random.Generator) -> Pixels:
    """Draw the screen of a phone with a ticket's page on it."""
    width, height = _BEZEL[0] - 28, _BEZEL[1] - 40
    inverted = medium is Medium.DARK_PHONE
    ground, ink = (24, 232) if inverted else (246, 40)
    page = np.full((height, width, 3), ground, np.uint8)
    inks = (_grey(235), _grey(20)) if inverted else (_grey(10), _grey(255))
    accent = _accent(rng)
    cv2.rectangle(page, (0, 0), (width, 118), accent, -1)
    _write(page, "19:42", (16, 26), 0.5, 255)
    _write(page, "87 %", (width - 60, 26), 0.5, 255)
    _write(page, "Your ticket", (16, 88), 0.95, 255, bold=2)
    _write(page, "Admits one", (16, 160), 0.65, ink)
    _place(page, _code(payload, *inks), 375)
    _write(page, _legend(payload), (24, 588), 0.55, ink)
    for row in range(3):
        cv2.line(page, (24, 622 + 24 * row), (width - 40 - 70 * row, 622 + 24 * row), _grey(128), 5)
    cv2.rectangle(page, (24, 700), (width - 24, 744), accent, -1)
    return page


def _in_bezel(page: Pixels) -> Pixels:
    body = np.empty((_BEZEL[1], _BEZEL[0], 3), np.uint8)
    body[:] = _PHONE
    height, width = page.shape[:2]
    top, left = (_BEZEL[1] - height) // 2, (_BEZEL[0] - width) // 2
    body[top : top + height, left : left + width] = page
    cv2.circle(body, (_BEZEL[0] // 2, top + 16), 8, (8, 8, 8), -1)
    return body


def _paper(payload: str, rng: np.random.Generator) -> Pixels:
    """Draw a printed ticket: off-white, perforated, folded once or twice."""
    width, height = _PAPER
    page = np.empty((height, width, 3), np.uint8)
    page[:] = _SHEET
    cv2.rectangle(page, (0, 0), (width, 92), _accent(rng), -1)
    _write(page, "ADMIT ONE", (24, 62), 1.4, 255, bold=3)
    for row, length in enumerate((260, 330, 190)):
        cv2.line(page, (24, 134 + 26 * row), (24 + length, 134 + 26 * row), _grey(90), 6)
    for left in range(0, width, 16):
        cv2.line(page, (left, 226), (left + 8, 226), _grey(150), 2)
    _place(page, _code(payload, _grey(34), _SHEET), 430)
    _write(page, _legend(payload), (36, 640), 0.6, 50)
    cv2.line(page, (36, 676), (width - 120, 676), _grey(150), 5)
    grain = rng.integers(-5, 6, (height, width, 1), np.int16)
    shades = grain + _folds(height, width, rng)
    return np.asarray(np.clip(page + shades, 0, 255), np.uint8)


def _folds(height: int, width: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """Return the shading of creases: a slight step, and a bright edge."""
    down = np.zeros(height)
    for fold in rng.uniform(0.2, 0.9, rng.integers(1, 3)) * height:
        away = np.arange(height) - fold
        down += np.where(away > 0, -7, 4) * np.exp(-np.abs(away) / 60) + 14 * np.exp(-(away**2) / 4)
    return np.broadcast_to(down[:, None, None], (height, width, 1)).astype(np.int16)


def _held(page: Pixels, medium: Medium, rng: np.random.Generator) -> TicketArt:
    """Compose the ticket with the hand that comes from below."""
    height, width = page.shape[:2]
    side, below = 60, 300
    skin = np.array(_SKIN[rng.integers(len(_SKIN))])
    pixels = np.empty((height + below, width + 2 * side, 3), np.uint8)
    pixels[:] = skin * 0.8  # no dark edge where the mask is partly transparent
    mask = np.zeros(pixels.shape[:2], np.uint8)
    _hand(pixels, mask, (side + width // 2, height), skin)
    corner = 10 if medium is Medium.PAPER else 44
    shape = _rounded(height, width, corner)
    inside = shape > 0
    pixels[:height, side : side + width][inside] = page[inside]
    mask[:height, side : side + width] = np.maximum(mask[:height, side : side + width], shape)
    thumb = (side + width - 6, height - 96)
    for picture, colour in ((pixels, skin.tolist()), (mask, 255)):
        cv2.ellipse(picture, thumb, (76, 27), 28, 0, 360, colour, -1, cv2.LINE_AA)
    return TicketArt(pixels, mask, (side + width / 2, height / 2), height)


def _hand(
    pixels: Pixels,
    mask: Pixels,
    wrist: tuple[int, int],
    skin: NDArray[np.int64],
) -> None:
    """Draw a palm and a forearm in a dark sleeve, below and behind the ticket."""
    x, y = wrist
    bottom = len(pixels)
    sleeve = (60, 48, 42)
    for picture, palm, cloth in ((pixels, (skin * 0.86).tolist(), sleeve), (mask, 255, 255)):
        cv2.ellipse(picture, (x + 40, y), (170, 130), 0, 0, 360, palm, -1, cv2.LINE_AA)
        cv2.rectangle(picture, (x - 60, y + 60), (x + 130, bottom), palm, -1)
        cv2.rectangle(picture, (x - 90, y + 190), (x + 160, bottom), cloth, -1)


def _rounded(height: int, width: int, radius: int) -> Pixels:
    shape = np.zeros((height, width), np.uint8)
    cv2.rectangle(shape, (radius, 0), (width - radius, height), 255, -1)
    cv2.rectangle(shape, (0, radius), (width, height - radius), 255, -1)
    for x in (radius, width - radius - 1):
        for y in (radius, height - radius - 1):
            cv2.circle(shape, (x, y), radius, 255, -1)
    return shape


def _place(page: Pixels, code: Pixels, middle: int) -> None:
    """Put the symbol on the page, centred horizontally, `middle` pixels down."""
    side = len(code)
    top, left = middle - side // 2, (page.shape[1] - side) // 2
    page[top : top + side, left : left + side] = code


def _legend(payload: str) -> str:
    """Return the text under a code: the payload, shortened, in ASCII."""
    drawn = payload.encode("ascii", "replace").decode("ascii")
    return drawn if len(drawn) <= 24 else f"{drawn[:21]}..."  # noqa: PLR2004 - fits the page


def _write(
    page: Pixels, text: str, at: tuple[int, int], size: float, ink: int, *, bold: int = 1
) -> None:
    cv2.putText(page, text, at, _FONT, size, _grey(ink), bold, cv2.LINE_AA)


def _grey(level: int) -> Colour:
    return level, level, level


def _accent(rng: np.random.Generator) -> Colour:
    """Return a saturated colour on which white text is readable."""
    hue = np.array([[[rng.integers(180), 170, 140]]], np.uint8)
    blue, green, red = cv2.cvtColor(hue, cv2.COLOR_HSV2BGR)[0, 0].tolist()
    return blue, green, red
