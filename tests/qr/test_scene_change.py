import numpy as np
import pytest

from scanner.qr.scene_change import SceneChange


def test_only_a_new_scene_is_a_cut() -> None:
    scene = SceneChange()
    wall = np.full((720, 1280), 100, np.uint8)
    assert [scene.is_cut(wall), scene.is_cut(wall + np.uint8(10))] == [True, False]
    assert scene.is_cut(np.full((720, 1280), 200, np.uint8))


def test_an_exhausted_frame_differs_only_when_something_moved() -> None:
    scene = SceneChange()
    rng = np.random.default_rng(1)
    wall = np.full((720, 1280), 100, np.uint8)
    grain = rng.normal(0, 10, wall.shape).astype(np.int8)
    scene.is_cut(wall)
    assert scene.has_moved()
    scene.mark_exhausted()
    scene.is_cut(np.asarray(wall + grain, np.uint8))
    assert not scene.has_moved()
    wall[100:400, 200:500] = 130
    scene.is_cut(wall)
    assert scene.has_moved()


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (17, 5), (720, 1279)])
def test_a_picture_of_any_size_has_a_thumbnail(shape: tuple[int, int]) -> None:
    scene = SceneChange()
    assert [scene.is_cut(np.zeros(shape, np.uint8)) for _ in range(2)] == [True, False]
