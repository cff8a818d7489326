"""Draws a patron with a ticket, on phone or paper, with glare and tilt; and decodes the picture.

Each picture is drawn with less glare and tilt until the decoder reads it. There is no lettering:
a terminal would not show it.
"""

from functools import cache

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.scanning.frame_processor import FrameDecoder, create_decoder
from scanner.stage.pose import HEIGHT, WIDTH, draw_motion, homography
from scanner.stage.ticket_art import QUIET_MODULES, Medium, TicketArt, code_modules
from scanner.training.crowd import Patron
from scanner.training.role import Role

_LIGHT = np.array([[205, 250, 215], [165, 195, 170]], np.uint8)
"""Brightness of the light, 0 to 255, in four corners; it comes from above."""

_SIZE = (WIDTH // 2, HEIGHT // 2)
"""Width and height in pixels: enough to decode, a quarter of the stage's memory."""

_BODIES = 3
"""Number of different backgrounds."""

_HARDNESS = (0.55, 0.3, 0.1, 0.0)
"""Degrees of glare and tilt, hardest first; the first readable picture is taken."""

_MEDIA = (Medium.PHONE, Medium.PHONE, Medium.PAPER, Medium.DARK_PHONE)
_PAPERS = frozenset({Role.YESTERDAY, Role.FORGED, Role.TOUT, Role.CHILD})
_PHONES = frozenset({Role.PARTNER, Role.PAYMENT_CODE, Role.OTHER_CODE})

_CODE_SIDE = 168
"""Largest side of the code with its quiet zone, in pixels."""

_PHONE_SIZE, _PAPER_SIZE = (202, 400), (220, 360)
_HAND = 150
"""Height of hand and sleeve below the ticket, in pixels."""

_SKIN = ((120, 150, 200), (150, 180, 226), (70, 96, 140), (96, 122, 172))
_SLEEVE = (60, 48, 42)
Colour = tuple[int, int, int]
"""Blue, green, red."""


def draw_patron(patron: Patron, payload: str) -> Pixels:
    """Draw the patron's picture, 360 x 640 x 3; the same patron gives the same picture."""
    if patron.role is Role.DEAD_BATTERY:
        return _picture(payload, patron.looks, Medium.PHONE, 0.0, lit=False)
    medium = _medium(patron)
    for hardness in _HARDNESS:
        picture = _picture(payload, patron.looks, medium, hardness)
        if read(picture) == payload:
            return picture
    return picture


def read(pixels: Pixels) -> str | None:
    """Return the text that the decoder's first passes read, or nothing.

    The slower passes have a time budget, so their result would depend on the machine.
    """
    texts = _decoder().decode(pixels).texts
    return texts[0] if len(texts) == 1 else None


@cache
def _decoder() -> FrameDecoder:
    return create_decoder(budget_ms=0.0)


def _medium(patron: Patron) -> Medium:
    if patron.role in _PAPERS:
        return Medium.PAPER
    if patron.role in _PHONES:
        return Medium.PHONE
    return _MEDIA[patron.looks % len(_MEDIA)]


def _picture(
    payload: str, looks: int, medium: Medium, hardness: float, *, lit: bool = True
) -> Pixels:
    rng = np.random.default_rng([looks, 21])
    brightness = float(rng.uniform(0.85, 1.0)) * (1 - 0.4 * hardness) if lit else 0.0
    art = _draw_ticket(payload, medium, rng, brightness)
    motion = draw_motion(rng, hardness * 0.8)
    matrix = np.diag([0.5, 0.5, 1.0]) @ homography(motion.rest, art.centre, art.height)
    ticket, mask = _laid(art, matrix)
    if medium is Medium.PAPER:
        light = cv2.merge([cv2.resize(_LIGHT, _SIZE)] * 3)
        ticket = np.asarray(cv2.multiply(ticket, light, scale=1 / 255))
    if lit and medium is not Medium.PAPER:
        ticket = _with_glare(ticket, rng, (motion.rest.x / 2, motion.rest.y / 2), hardness)
    ticket = np.asarray(cv2.GaussianBlur(ticket, (0, 0), 0.4 + 0.6 * hardness), np.uint8)
    frame = _view(looks % _BODIES)
    cv2.copyTo(ticket, mask, frame)
    return frame


def _view(body: int) -> Pixels:
    """Return the background, enlarged and so out of focus."""
    return np.asarray(cv2.resize(_far(body), _SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


@cache
def _far(body: int) -> Pixels:
    """Draw the background small: a wall, a lamp, a person."""
    rng = np.random.default_rng([body, 22])
    small = np.asarray(cv2.merge([cv2.resize(_LIGHT // 2, (160, 90))] * 3), np.uint8)
    cv2.rectangle(small, (0, 70), (160, 90), (58, 56, 54), -1)
    cv2.rectangle(small, (66, 2), (94, 7), (235, 240, 240), -1)
    cloth, skin = rng.integers(50, 190, 3).tolist(), rng.uniform(0.5, 1.0)
    x = int(rng.integers(64, 96))
    cv2.ellipse(small, (x, 96), (44, 46), 0, 0, 360, cloth, -1)
    cv2.ellipse(small, (x, 34), (13, 17), 0, 0, 360, (130 * skin, 165 * skin, 210 * skin), -1)
    cv2.ellipse(small, (x, 28), (14, 13), 0, 180, 360, (60 * skin, 70 * skin, 90 * skin), -1)
    return small


def _laid(art: TicketArt, matrix: "np.typing.NDArray[np.float64]") -> tuple[Pixels, Pixels]:
    """Return the ticket in perspective, and its mask: 255 on the ticket, 0 elsewhere."""
    ticket = cv2.warpPerspective(art.pixels, matrix, _SIZE, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(art.mask, matrix, _SIZE, flags=cv2.INTER_NEAREST)
    return np.asarray(ticket, np.uint8), np.asarray(mask, np.uint8)


def _with_glare(
    ticket: Pixels, rng: np.random.Generator, middle: tuple[float, float], hardness: float
) -> Pixels:
    """Add a lamp's reflection: a soft bright streak."""
    shine = np.zeros(ticket.shape, np.uint8)
    x = round(middle[0] + rng.uniform(-55, 55))
    y = round(middle[1] + rng.uniform(-80, 80))
    axes = (round(15 + 45 * hardness), round(8 + 20 * hardness))
    cv2.ellipse(shine, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, (255, 255, 255), -1)
    soft = cv2.GaussianBlur(shine, (0, 0), 7)
    return np.asarray(cv2.addWeighted(ticket, 1, soft, 0.35 + 0.6 * hardness, 0), np.uint8)


def _draw_ticket(
    payload: str, medium: Medium, rng: np.random.Generator, brightness: float
) -> TicketArt:
    """Draw a ticket and the hand that holds it; `brightness` is a screen's, 0 (off) to 1."""
    page = (
        _paper_page(payload, rng) if medium is Medium.PAPER else _phone_page(payload, medium, rng)
    )
    lit = np.asarray(cv2.convertScaleAbs(page, alpha=brightness), np.uint8)
    if medium is not Medium.PAPER:
        lit = np.pad(lit, ((10, 10), (7, 7), (0, 0)), constant_values=18)
    height, width = lit.shape[:2]
    skin = _SKIN[int(rng.integers(len(_SKIN)))]
    pixels = np.empty((height + _HAND, width + 60, 3), np.uint8)
    pixels[:] = skin
    mask = np.zeros(pixels.shape[:2], np.uint8)
    middle = 30 + width // 2
    cv2.ellipse(mask, (middle + 20, height), (85, 65), 0, 0, 360, 255, -1)
    cv2.rectangle(mask, (middle - 30, height), (middle + 65, height + _HAND), 255, -1)
    cv2.rectangle(pixels, (0, height + 95), (width + 60, height + _HAND), _SLEEVE, -1)
    pixels[:height, 30 : 30 + width] = lit
    mask[:height, 30 : 30 + width] = 255
    for picture, colour in ((pixels, skin), (mask, (255, 255, 255))):
        cv2.ellipse(picture, (27 + width, height - 48), (38, 14), 28, 0, 360, colour, -1)
    return TicketArt(pixels, mask, (30 + width / 2, height / 2), height)


def _phone_page(payload: str, medium: Medium, rng: np.random.Generator) -> Pixels:
    width, height = _PHONE_SIZE[0] - 14, _PHONE_SIZE[1] - 20
    inverted = medium is Medium.DARK_PHONE
    page = np.full((height, width, 3), 24 if inverted else 246, np.uint8)
    accent = _accent(rng)
    cv2.rectangle(page, (0, 0), (width, 58), accent, -1)
    _place(page, _code_pixels(payload, *((235, 20) if inverted else (10, 255))), 188)
    for row in range(3):
        cv2.line(page, (12, 300 + 14 * row), (width - 20 - 35 * row, 300 + 14 * row), (128,) * 3, 3)
    cv2.rectangle(page, (12, 350), (width - 12, 372), accent, -1)
    return page


def _paper_page(payload: str, rng: np.random.Generator) -> Pixels:
    width, height = _PAPER_SIZE
    page = np.full((height, width, 3), (224, 238, 243), np.uint8)
    cv2.rectangle(page, (0, 0), (width, 46), _accent(rng), -1)
    for row, length in enumerate((130, 165, 95)):
        cv2.line(page, (12, 66 + 13 * row), (12 + length, 66 + 13 * row), (90,) * 3, 3)
    _place(page, _code_pixels(payload, 34, 236), 220)
    fold = int(rng.integers(110, 130))
    page[fold : fold + 2] = np.asarray(page[fold : fold + 2] * 0.94, np.uint8)
    return page


def _code_pixels(payload: str, dark: int, light: int) -> Pixels:
    """Draw the code with its quiet zone, in whole pixels per module, up to `_CODE_SIDE`."""
    modules = np.pad(code_modules(payload), QUIET_MODULES)
    each = max(1, _CODE_SIDE // len(modules))
    large = np.where(modules, dark, light).astype(np.uint8).repeat(each, 0).repeat(each, 1)
    return np.asarray(cv2.merge([large] * 3), np.uint8)


def _place(page: Pixels, code: Pixels, middle: int) -> None:
    side = len(code)
    top, left = middle - side // 2, (page.shape[1] - side) // 2
    page[top : top + side, left : left + side] = code


def _accent(rng: np.random.Generator) -> Colour:
    hue = np.array([[[rng.integers(180), 170, 140]]], np.uint8)
    blue, green, red = cv2.cvtColor(hue, cv2.COLOR_HSV2BGR)[0, 0].tolist()
    return blue, green, red
