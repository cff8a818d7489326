import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.stage.pose import HEIGHT, WIDTH, Matrix, Pose, draw_motion, homography

POSES = st.builds(
    Pose,
    st.floats(0, WIDTH),
    st.floats(0, HEIGHT),
    st.floats(100, 700),
    st.floats(-180, 180),
    st.floats(-45, 45),
    st.floats(-45, 45),
)


def through(matrix: Matrix, *points: tuple[float, float]) -> list[tuple[float, float]]:
    return [
        (float(x), float(y)) for x, y in cv2.perspectiveTransform(np.array([points]), matrix)[0]
    ]


@given(POSES)
def test_the_tickets_middle_comes_to_lie_where_the_pose_says(pose: Pose) -> None:
    (middle,) = through(homography(pose, (200.0, 400.0), 800), (200.0, 400.0))
    assert middle == pytest.approx((pose.x, pose.y), abs=0.01)


def test_held_straight_a_ticket_is_as_tall_as_the_pose_says() -> None:
    matrix = homography(Pose(640, 360, 500), (200.0, 400.0), 800)
    (_, top), (_, bottom) = through(matrix, (200.0, 0.0), (200.0, 800.0))
    assert bottom - top == pytest.approx(500)


def test_leaning_back_makes_the_far_edge_shorter() -> None:
    matrix = homography(Pose(640, 360, 500, pitch=30), (200.0, 400.0), 800)
    a, b, c, d = through(matrix, (0.0, 0.0), (400.0, 0.0), (0.0, 800.0), (400.0, 800.0))
    assert abs((b[0] - a[0]) - (d[0] - c[0])) > 20


@given(st.integers(0, 10**6))
def test_a_patron_comes_from_outside_stays_in_view_and_goes(seed: int) -> None:
    motion = draw_motion(np.random.default_rng(seed), 0.0)
    assert motion.at(0.0).y - motion.at(0.0).tall / 2 >= HEIGHT * 0.9
    assert motion.at(1.0).y - motion.at(1.0).tall / 2 >= HEIGHT * 0.9
    for part in np.linspace(0.3, 0.7, 9):
        pose = motion.at(float(part))
        assert WIDTH * 0.35 < pose.x < WIDTH * 0.65
        assert HEIGHT * 0.4 < pose.y < HEIGHT * 0.6
