"""Renders a patron's approach: a moving ticket with motion blur and noise."""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.stage.backdrop import backdrop, light
from scanner.stage.pose import HEIGHT, WIDTH, Matrix, Motion, draw_motion, homography
from scanner.stage.ticket_art import Medium, TicketArt, draw_ticket

FRAMES = 6
"""Frames of an approach that isn't shown in real time: coming, four times held still, leaving."""

_EXPOSURE = 0.35
"""The exposure time as a share of the frame interval; it causes motion blur."""

_NOISE_PICTURES = 3
_MARGIN = 48
_HALF = 127

_MEDIA = ((Medium.PHONE, 0.6), (Medium.DARK_PHONE, 0.1), (Medium.PAPER, 0.3))
"""The media that patrons bring, and the share of each."""


class Approach:
    """One patron shows one ticket. Each iteration renders the same frames.

    Args:
        payload: the text of the ticket's code.
        seed: decides all that isn't given; the same seed gives the same bytes.
        frames: how many frames the approach takes.
        difficulty: from 0, easy, to 1, barely readable.
        medium: what the ticket is shown on; None lets the seed decide.
        place: the seed of the background, the same for all patrons of one gate.
    """

    def __init__(
        self,
        payload: str,
        seed: int,
        *,
        frames: int = FRAMES,
        difficulty: float = 0.0,
        medium: Medium | None = None,
        place: int = 0,
    ) -> None:
        rng = np.random.default_rng([seed, 1])
        drawn = rng.choice(len(_MEDIA), p=[share for _, share in _MEDIA])
        self.medium = medium or _MEDIA[drawn][0]
        brightness = rng.uniform(0.85, 1.0) * (1 - 0.6 * difficulty)
        self._art = draw_ticket(payload, self.medium, rng, brightness)
        self._motion = draw_motion(rng, difficulty)
        self._seed = seed
        self._place = place
        self._frames = frames
        self._difficulty = difficulty

    def __iter__(self) -> Iterator[Pixels]:
        """Yield each frame, 720 x 1280 x 3 in blue, green, red."""
        rng = np.random.default_rng([self._seed, 2])
        view = backdrop(self._place, self._seed % 24)
        step = 1 / self._frames
        for number in range(self._frames):
            part = (number + 0.5) * step
            clear = self._draw(view, part, step)
            yield _with_noise(clear, self._difficulty, rng)

    def _draw(self, view: Pixels, part: float, step: float) -> Pixels:
        """Render the ticket at its pose, with motion blur and defocus."""
        motion = _motion_vector(self._motion, part, min(step, 1 / 40))
        matrix = homography(self._motion.at(part), self._art.centre, self._art.height)
        focus = 0.4 + 1.6 * self._difficulty
        own_light = self.medium is not Medium.PAPER
        place = None if own_light else self._place
        return _composed(view, self._art, matrix, motion, focus=focus, place=place)


def empty(place: int, number: int, difficulty: float = 0.0) -> Pixels:
    """Render a frame of the empty gate, 720 x 1280 x 3; `number` decides its noise."""
    view = backdrop(place, None)
    return _with_noise(view.copy(), difficulty, np.random.default_rng([place, 3, number]))


def _composed(
    view: Pixels,
    art: TicketArt,
    matrix: Matrix,
    motion: tuple[float, float],
    *,
    focus: float,
    place: int | None,
) -> Pixels:
    """Warp the ticket into the frame; only its bounding box is processed."""
    frame = view.copy()
    box = _box(art, matrix)
    if box is None:
        return frame
    left, top, right, bottom = box
    shifted = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]]) @ matrix
    size = (right - left, bottom - top)
    ticket = cv2.warpPerspective(art.pixels, shifted, size, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(art.mask, shifted, size)
    if place is not None:
        shade = light(place)[top:bottom, left:right]
        ticket = cv2.multiply(ticket, cv2.merge([shade] * 3), scale=1 / 255)
    ticket = _blurred(np.asarray(ticket, np.uint8), motion, focus)
    part = frame[top:bottom, left:right]
    cv2.copyTo(ticket, np.asarray(mask > _HALF, np.uint8), part)
    return frame


def _box(art: TicketArt, matrix: Matrix) -> tuple[int, int, int, int] | None:
    """Return the ticket's bounding box in the frame: left, top, right, bottom; None if outside."""
    height, width = art.mask.shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    points = cv2.perspectiveTransform(corners, matrix)[0]
    left, top = np.maximum(np.floor(points.min(axis=0)), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(points.max(axis=0)), (WIDTH, HEIGHT)).astype(int).tolist()
    return (left, top, right, bottom) if left < right and top < bottom else None


def _motion_vector(motion: Motion, part: float, step: float) -> tuple[float, float]:
    """Return the ticket's motion during the exposure: pixels to the right and down."""
    before, after = motion.at(part), motion.at(part + step * _EXPOSURE)
    return after.x - before.x, after.y - before.y


def _blurred(ticket: Pixels, motion: tuple[float, float], focus: float) -> Pixels:
    soft = cv2.GaussianBlur(ticket, (0, 0), focus) if focus > 0.5 else ticket  # noqa: PLR2004 - unseen
    kernel = _motion_kernel(motion)
    if kernel is not None:
        soft = cv2.filter2D(soft, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft, np.uint8)


def _motion_kernel(motion: tuple[float, float]) -> Matrix | None:
    """Return the kernel of linear motion blur; None for less than a pixel."""
    half = np.array(motion) / 2
    reach = int(np.ceil(np.abs(half).max()))
    if reach < 1:
        return None
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    for part in np.linspace(-1, 1, 4 * reach + 1):
        x, y = np.round(reach + part * half).astype(int)
        kernel[y, x] += 1
    return np.asarray(kernel / kernel.sum(), np.float64)


def _with_noise(frame: Pixels, difficulty: float, rng: np.random.Generator) -> Pixels:
    """Add sensor noise: a random crop of a precomputed noise picture."""
    pictures = _noise(round(3 + 13 * difficulty))
    noise = pictures[rng.integers(len(pictures))]
    top, left = rng.integers(0, _MARGIN, 2)
    piece = noise[top : top + HEIGHT, left : left + WIDTH]
    return np.asarray(cv2.addWeighted(frame, 1, piece, 1, -128), np.uint8)


@lru_cache(maxsize=4)
def _noise(sigma: int) -> tuple[Pixels, ...]:
    rng = np.random.default_rng([sigma, 4])
    shape = (HEIGHT + _MARGIN, WIDTH + _MARGIN, 3)
    pictures = (rng.normal(128, sigma, shape) for _ in range(_NOISE_PICTURES))
    return tuple(np.clip(np.round(picture), 0, 255).astype(np.uint8) for picture in pictures)
