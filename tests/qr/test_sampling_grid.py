import cv2
import numpy as np
import pytest
import segno

from scanner.qr.algebra import least_squares, product
from scanner.qr.deblur import disc
from scanner.qr.equalizer import modules_of
from scanner.qr.finder_patterns import LOOKS, Look, rings
from scanner.qr.frame import Pixels
from scanner.qr.sampling_grid import begun, followed, straight
from scanner.qr.symbol import known_modules
from scanner.qr.symbol_geometry import APARTS, three
from tests.qr.pictures import (
    SERIAL,
    checkered,
    code,
    cracked,
    noisy,
    page_of_text,
    tilted,
    turned,
)

PAPER = np.pad(code(module=8), 60, constant_values=235)
MIDDLES = [(120, 120), (232, 120), (120, 232)]
"""Of the finder patterns: 60 of paper, 4 modules of quiet zone and 3.5 of the pattern; 14 apart."""


@pytest.mark.parametrize("version", [1, 2, 7, 14, 32, 36, 40])
def test_function_patterns_are_as_in_any_symbol_of_that_size(version: int) -> None:
    symbol = segno.make_qr("1", version=version, error="l")
    modules = np.array([list(row) for row in symbol.matrix])
    known = known_modules(len(modules))
    assert (modules == known)[known >= 0].all()
    assert (known >= 0).sum() > 3 * 64
    assert len(modules) == APARTS[version - 1] + 7


def test_finder_patterns_are_found_where_they_are() -> None:
    found = rings(PAPER)
    places = sorted((round(each.x, -1), round(each.y, -1)) for each in found)
    assert places == [(120, 120), (120, 230), (230, 120)]
    assert all(each.clear > 0.8 and not each.light for each in found)
    assert [each.module(1, 0) for each in found] == pytest.approx([8] * 3, rel=0.1)
    assert all(each.light for each in rings(255 - PAPER))


@pytest.mark.parametrize("picture", [checkered()[:400, :400], page_of_text()[:500, :500]])
def test_a_shirt_and_a_page_have_no_three_of_them(picture: Pixels) -> None:
    assert three(rings(picture)) is None


@pytest.mark.parametrize("degrees", [0, 50, 100, 200])
def test_the_corner_is_told_and_what_is_right_of_it_and_below(degrees: float) -> None:
    found = three(rings(turned(PAPER, degrees)))
    assert found is not None
    middle = (PAPER.shape[1] / 2, PAPER.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1)
    expected = [matrix @ (x + 0.5, y + 0.5, 1) for x, y in MIDDLES]
    assert np.allclose([(each.x, each.y) for each in found.rings], expected, atol=4)
    assert found.nearest == 14
    assert found.likeliest() == [14]


def rolled(picture: Pixels, radius: float) -> Pixels:
    """Show it on a cylinder of so many pixels' radius, seen from a little above."""
    height, width = picture.shape
    down, across = np.mgrid[:height, :width].astype(np.float32)
    turn = (across - width / 2) / radius
    x = width / 2 + radius * np.arcsin(np.clip(turn, -1, 1))
    y = down + 0.3 * radius * (np.sqrt(np.clip(1 - turn * turn, 0, 1)) - 1)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderValue=235), np.uint8)


@pytest.mark.parametrize(
    "picture",
    [PAPER, tilted(PAPER, 0.4), rolled(PAPER, 190), noisy(turned(PAPER, 30), 25), cracked(PAPER)],
    ids=["flat", "tilted", "rolled", "turned and noisy", "cracked"],
)
def test_each_module_is_told_wherever_it_lies(picture: Pixels) -> None:
    found = three(rings(picture))
    assert found is not None
    values, fit = modules_of(picture, followed(picture, begun(picture, found, 14)))
    truth = np.array([list(row) for row in segno.make_qr(SERIAL, error="m").matrix], bool)
    assert fit == 1.0
    assert ((values < 0) == truth).all()


def test_an_even_grid_is_enough_where_the_paper_is_flat() -> None:
    picture = turned(PAPER, 30)
    found = three(rings(picture))
    assert found is not None
    values, fit = modules_of(picture, straight(found, 14))
    truth = np.array([list(row) for row in segno.make_qr(SERIAL, error="m").matrix], bool)
    assert fit == 1.0
    assert ((values < 0) == truth).all()


FAINT = np.pad(code(module=8, dark=90, light=170), 30, constant_values=170)


def unfocused(module: int, radius: float) -> Pixels:
    """Draw a code behind a lens that spreads a point to so many modules' radius."""
    paper = np.pad(code(module=module), 30, constant_values=235)
    lens = disc(radius * module)
    return np.asarray(cv2.filter2D(paper, -1, lens, borderType=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("picture", "look"),
    [
        (unfocused(5, 1.0), LOOKS[1]),
        (unfocused(6, 1.1), LOOKS[2]),
        (noisy(FAINT, 60), LOOKS[3]),
        (cracked(PAPER, 4), LOOKS[4]),
    ],
    ids=["blurred", "more so", "faint and noisy", "cracked"],
)
def test_what_one_look_at_a_code_does_not_show_another_does(picture: Pixels, look: Look) -> None:
    assert three(rings(picture)) is None
    assert three(rings(picture, look)) is not None


def test_a_grid_of_the_wrong_size_does_not_fit() -> None:
    found = three(rings(PAPER))
    assert found is not None
    assert modules_of(PAPER, followed(PAPER, begun(PAPER, found, 18)))[1] < 0.85


def test_weights_come_nearest_to_what_is_wanted_where_it_counts() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(50, 3)).astype(np.float32)
    true = np.array([1, -2, 0.5], np.float32)
    wanted = product(table, true)
    wanted[:5] += 100
    weight = np.ones(50, np.float32)
    weight[:5] = 0
    assert np.allclose(least_squares(table, wanted, weight, np.zeros(3)), true, atol=1e-4)
    held = least_squares(table, wanted, weight, np.full(3, 1e9))
    assert np.abs(held).max() < 1e-3
