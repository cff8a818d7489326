import numpy as np
import pytest

from scanner.qr.agreement import agreed
from scanner.qr.decoded import Corners, Reading
from scanner.qr.finder_scan import finders, has_finders
from scanner.qr.frame import Pixels
from scanner.qr.readers import Found
from scanner.qr.regions import LONGEST, cut, likely_code, parts, stands_out
from scanner.qr.scene_change import Scene
from scanner.qr.texture import patches
from scanner.qr.time_budget import HOPE_MS, IDLE_SHARE, LEAST_LENT_MS, LENT, Savings
from tests.qr.pictures import (
    blurred,
    checkered,
    code,
    on_wall,
    page_of_text,
    turned,
)


def square(left: float, top: float, side: float) -> Corners:
    right, bottom = left + side, top + side
    return (left, top), (right, top), (right, bottom), (left, bottom)


def test_the_densest_patch_is_where_the_code_is() -> None:
    patch = patches(blurred(on_wall(code(), left=300, top=150), 2.0))[0]
    assert abs((patch.left + patch.right) / 2 - 387) < 24
    assert abs((patch.top + patch.bottom) / 2 - 237) < 24
    assert 100 <= patch.right - patch.left <= 200


def test_a_plain_wall_has_no_patch() -> None:
    assert patches(np.full((720, 1280), 120, np.uint8)) == []


def test_a_picture_smaller_than_a_patch_has_none() -> None:
    assert patches(np.zeros((9, 400), np.uint8)) == []


@pytest.mark.parametrize("degrees", [0, 20, 45])
def test_a_codes_three_finder_patterns_are_found_where_they_are(degrees: float) -> None:
    picture = turned(on_wall(code(module=6), left=553, top=273), degrees)
    found = finders(picture[200:520, 480:800])
    away = [np.hypot(each.x - 160, each.y - 160) for each in found if each.module > 5]
    assert sum(abs(distance - 7 * 6 * np.sqrt(2)) < 9 for distance in away) == 3
    assert len(away) <= 4


@pytest.mark.parametrize("kind", ["blurred", "inverted", "one corner covered"])
def test_a_code_that_is_hard_to_read_still_looks_like_one(kind: str) -> None:
    if kind == "inverted":
        picture = on_wall(code(dark=235, light=20))
    else:
        picture = blurred(on_wall(code()), 2.0)
    if kind == "one corner covered":
        picture[190:270, 490:570] = 150
    assert likely_code(picture, patches(picture))


def test_a_code_of_many_modules_that_is_full_of_patterns_looks_like_one() -> None:
    large = blurred(code("0123456789" * 50, module=5), 2.0)
    assert has_finders(large) is None
    assert likely_code(on_wall(large), patches(on_wall(large)))


@pytest.mark.parametrize("picture", [checkered(), page_of_text()], ids=["shirt", "text"])
def test_a_shirt_and_a_page_do_not_look_like_a_code(picture: Pixels) -> None:
    assert not likely_code(picture, patches(picture))
    assert not has_finders(picture[:300, :300])


def test_a_code_out_of_focus_stands_out_where_a_shirt_and_a_page_do_not() -> None:
    soft = blurred(on_wall(code()), 6.0)
    assert not likely_code(soft, patches(soft))
    assert stands_out(soft, patches(soft))
    for view in (checkered(), page_of_text()):
        assert patches(view)
        assert not stands_out(view, patches(view))


def test_what_is_cut_out_knows_the_way_back() -> None:
    picture = on_wall(code())
    part = cut(picture, (460, 160, 640, 340))
    assert np.array_equal(part.pixels, picture[160:340, 460:640])
    assert part.at_home(square(0, 0, 10))[2] == (470.0, 170.0)


def test_a_large_part_is_shrunk_and_still_knows_the_way_back() -> None:
    part = cut(on_wall(code()), (0, 0, 1040, 720))
    assert max(part.pixels.shape) == LONGEST
    assert part.at_home(square(0, 0, 260))[2] == (520.0, 520.0)


def test_what_was_recognised_comes_first_and_each_place_once() -> None:
    picture = on_wall(code())
    found = [Found(None, square(524, 224, 126)), Found(None, square(20, 20, 100))]
    corners = [part.at_home(square(0, 0, 1))[0] for part in parts(picture, found, patches(picture))]
    assert corners == [(473, 173), (0, 0)]


def test_what_lies_outside_the_picture_is_no_part() -> None:
    outside = [Found(None, square(900, 0, 9))]
    assert list(parts(np.full((200, 200), 90, np.uint8), outside, ())) == []


def test_readings_of_one_place_by_two_passes_must_agree() -> None:
    a, b = (Reading(text, square(10, 10, 50), by) for text, by in (("A", "one"), ("B", "two")))
    beside = Reading("C", square(400, 10, 50), "two")
    assert agreed([a, b, beside]) == (beside,)


def test_a_small_code_within_a_large_one_is_another_code() -> None:
    outer, inner = Reading("A", square(0, 0, 90), "one"), Reading("B", square(30, 30, 30), "one")
    assert agreed([outer, inner]) == (outer, inner)


def test_only_another_view_altogether_is_a_cut() -> None:
    scene = Scene()
    wall = np.full((720, 1280), 100, np.uint8)
    assert [scene.is_cut(wall), scene.is_cut(wall + np.uint8(10))] == [True, False]
    assert scene.is_cut(np.full((720, 1280), 200, np.uint8))


def test_a_view_that_was_looked_at_in_vain_is_another_only_when_something_moved() -> None:
    scene = Scene()
    rng = np.random.default_rng(1)
    wall = np.full((720, 1280), 100, np.uint8)
    grain = rng.normal(0, 10, wall.shape).astype(np.int8)
    scene.is_cut(wall)
    assert scene.has_moved()
    scene.looked_in_vain()
    scene.is_cut(np.asarray(wall + grain, np.uint8))
    assert not scene.has_moved()
    wall[100:400, 200:500] = 130
    scene.is_cut(wall)
    assert scene.has_moved()


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (17, 5), (720, 1279)])
def test_any_picture_has_a_sketch(shape: tuple[int, int]) -> None:
    scene = Scene()
    assert [scene.is_cut(np.zeros(shape, np.uint8)) for _ in range(2)] == [True, False]


def test_what_is_lent_on_a_new_view_is_paid_back_before_more_is_spent() -> None:
    savings = Savings(33)
    savings.earn(4)
    lent = savings.allowance(4, new=True)
    assert lent == pytest.approx(LENT * 4 + IDLE_SHARE * 4)
    savings.spend(lent)
    assert savings.allowance(4, new=True) == 0
    for _ in range(47):
        savings.earn(4)
    assert not savings.in_debt
    assert savings.allowance(4, new=False) == 0


def test_more_is_lent_on_a_dull_view_where_something_stands_out() -> None:
    savings = Savings(33)
    assert savings.allowance(1, new=True) == LEAST_LENT_MS
    assert savings.allowance(1, new=True, hope=True) == HOPE_MS
    assert savings.allowance(4, new=True, hope=True) == LENT * 4


def test_savings_are_spent_when_they_are_worth_something() -> None:
    savings = Savings(33)
    frames = 0
    while not savings.allowance(4, new=False):
        savings.earn(4)
        frames += 1
    assert savings.allowance(4, new=False) >= 0.6 * 33
    assert frames == 33
