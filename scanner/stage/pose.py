"""The pose of a ticket before the camera, its motion, and the homography to the frame. Pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

WIDTH, HEIGHT = 1280, 720
"""Pixels of a frame."""

_FOCAL = 1100.0
"""The focal length in pixels: a horizontal field of view of about 60 degrees."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Position and orientation of a ticket.

    Attributes:
        x: the ticket's centre, in pixels from the left edge of the frame.
        y: the ticket's centre, in pixels from the top.
        tall: the ticket's height in pixels if it faced the camera.
        roll: rotation in the image plane, in degrees.
        yaw: tilt about the vertical axis, in degrees.
        pitch: tilt about the horizontal axis, in degrees.
    """

    x: float
    y: float
    tall: float
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0


@dataclass(frozen=True, slots=True)
class Motion:
    """How a patron shows a ticket: it comes from below, is held almost still, and leaves.

    Attributes:
        rest: the pose in which it is held.
        sway: the amplitude of the hand's movement, in degrees of rotation.
        enters_from: where it comes from, in pixels to the right of `rest`.
        leaves_to: where it goes, in pixels to the right of `rest`.
    """

    rest: Pose
    sway: float
    enters_from: float
    leaves_to: float

    def at(self, part: float) -> Pose:
        """Return the pose at a moment of the approach, from 0, the start, to 1, the end."""
        coming, going = _ease(part / 0.25), _ease((part - 0.75) / 0.25)
        away = (1 - coming) + going
        sideways = (1 - coming) * self.enters_from + going * self.leaves_to
        swing = math.sin(part * 2 * math.pi * 1.5) * self.sway
        return Pose(
            self.rest.x + sideways + 6 * swing,
            self.rest.y + away * (HEIGHT * 0.5 + self.rest.tall * 0.6) + 4 * swing,
            self.rest.tall * (1 - 0.12 * away),
            self.rest.roll + 2 * swing + 14 * away * math.copysign(1, self.enters_from),
            self.rest.yaw + 2 * swing,
            self.rest.pitch - 12 * away,
        )


def draw_motion(rng: np.random.Generator, difficulty: float) -> Motion:
    """Draw a random motion; its `difficulty` is from 0, easy, to 1, barely readable."""
    tilt, turn = 9 + 36 * difficulty, 7 + 33 * difficulty
    rest = Pose(
        WIDTH * rng.uniform(0.40, 0.60),
        HEIGHT * rng.uniform(0.44, 0.54),
        HEIGHT * rng.uniform(0.70, 0.88) * (1 - 0.55 * difficulty),
        float(rng.uniform(-turn, turn)),
        float(rng.uniform(-tilt, tilt)),
        float(rng.uniform(-tilt, tilt)),
    )
    return Motion(rest, 1 + 2 * difficulty, *(float(x) for x in rng.uniform(-420, 420, 2)))


def homography(pose: Pose, centre: tuple[float, float], height: float) -> Matrix:
    """Return the homography, 3 x 3, from a flat ticket's pixels to the frame's (pinhole camera).

    Args:
        pose: position and orientation.
        centre: x and y of the ticket's centre in its own pixels.
        height: the ticket's height in its own pixels.
    """
    scale = pose.tall / height
    flat = np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])
    turned = _rotation(pose)
    turned[2, 2] += _FOCAL
    lens = np.array([[_FOCAL, 0, pose.x], [0, _FOCAL, pose.y], [0, 0, 1]])
    whole = lens @ turned @ flat
    return np.asarray(whole / whole[2, 2], np.float64)


def _rotation(pose: Pose) -> Matrix:
    """Return the rotation of a plane: the first two columns of the matrix, and zeros."""
    roll, yaw, pitch = (math.radians(angle) for angle in (pose.roll, pose.yaw, pose.pitch))
    about_z = [[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]]
    about_y = [[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]]
    about_x = [
        [1, 0, 0],
        [0, math.cos(pitch), -math.sin(pitch)],
        [0, math.sin(pitch), math.cos(pitch)],
    ]
    turn = np.array(about_y) @ np.array(about_x) @ np.array(about_z)
    return np.column_stack([turn[:, 0], turn[:, 1], np.zeros(3)])


def _ease(part: float) -> float:
    """Interpolate smoothly from 0 to 1 (smoothstep)."""
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)
