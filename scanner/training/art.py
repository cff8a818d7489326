"""Draws tickets without perspective: a phone's page or a sheet of paper, without lettering.

A quarter of the stage's pixels and no lettering: a terminal shows neither, and both take memory.
"""

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.stage.ticket_art import QUIET_MODULES, Medium, TicketArt, code_modules

CODE_SIDE = 168
"""Largest side of the code with its quiet zone, in pixels."""

_PHONE, _PAPER = (202, 400), (220, 360)
_HAND = 150
"""Height of hand and sleeve below the ticket, in pixels."""

_SKIN = ((120, 150, 200), (150, 180, 226), (70, 96, 140), (96, 122, 172))
_SLEEVE = (60, 48, 42)
Colour = tuple[int, int, int]
"""Blue, green, red."""


def draw_ticket(
    payload: str, medium: Medium, rng: np.random.Generator, brightness: float
) -> TicketArt:
    """Draw a ticket and the hand that holds it; `brightness` is a screen's, 0 (off) to 1."""
    page = _paper(payload, rng) if medium is Medium.PAPER else _phone(payload, medium, rng)
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


def _phone(payload: str, medium: Medium, rng: np.random.Generator) -> Pixels:
    width, height = _PHONE[0] - 14, _PHONE[1] - 20
    inverted = medium is Medium.DARK_PHONE
    page = np.full((height, width, 3), 24 if inverted else 246, np.uint8)
    accent = _accent(rng)
    cv2.rectangle(page, (0, 0), (width, 58), accent, -1)
    _place(page, _code(payload, *((235, 20) if inverted else (10, 255))), 188)
    for row in range(3):
        cv2.line(page, (12, 300 + 14 * row), (width - 20 - 35 * row, 300 + 14 * row), (128,) * 3, 3)
    cv2.rectangle(page, (12, 350), (width - 12, 372), accent, -1)
    return page


def _paper(payload: str, rng: np.random.Generator) -> Pixels:
    width, height = _PAPER
    page = np.full((height, width, 3), (224, 238, 243), np.uint8)
    cv2.rectangle(page, (0, 0), (width, 46), _accent(rng), -1)
    for row, length in enumerate((130, 165, 95)):
        cv2.line(page, (12, 66 + 13 * row), (12 + length, 66 + 13 * row), (90,) * 3, 3)
    _place(page, _code(payload, 34, 236), 220)
    fold = int(rng.integers(110, 130))
    page[fold : fold + 2] = np.asarray(page[fold : fold + 2] * 0.94, np.uint8)
    return page


def _code(payload: str, dark: int, light: int) -> Pixels:
    """Draw the code with its quiet zone, in whole pixels per module, up to `CODE_SIDE`."""
    modules = np.pad(code_modules(payload), QUIET_MODULES)
    each = max(1, CODE_SIDE // len(modules))
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
