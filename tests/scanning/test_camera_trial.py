from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner.qr.decoded import Decoded
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.camera_trial import Advice, Trial, measure
from scanner.scanning.frame_sources import open_source
from scanner.scanning.scan_hints import DARK, Hint, exposure_of, hint_for
from tests.qr.pictures import SERIAL, blurred, code, noisy, on_wall


def glaring() -> Pixels:
    picture = on_wall(code())
    picture[:200, :600] = 255
    return picture


@pytest.mark.parametrize(
    ("picture", "advice"),
    [
        (on_wall(code()), Advice.GOOD),
        (on_wall(code()) // 5, Advice.DARK),
        (np.full((720, 1280), 240, np.uint8), Advice.BRIGHT),
        (glaring(), Advice.GLARE),
        (np.full((720, 1280), 120, np.uint8), Advice.EMPTY),
        (blurred(on_wall(code(module=8)), 5), Advice.BLURRED),
        (on_wall(code(module=1)), Advice.FAR),
    ],
    ids=["good", "dark", "bright", "glare", "nothing", "soft", "far"],
)
def test_a_view_is_told_what_it_lacks(picture: Pixels, advice: Advice) -> None:
    assert measure(picture).advice is advice


@pytest.mark.parametrize("light", [DARK - 2, DARK + 2])
def test_whoever_sets_up_a_camera_and_the_guard_are_told_of_the_same_dark(light: int) -> None:
    view = np.full((720, 1280), light, np.uint8)
    nothing = Decoded((), code_like=False, spent_ms=0.0)
    told = hint_for(exposure_of(view), nothing) is Hint.TOO_DARK
    assert (measure(view).advice is Advice.DARK) == told == (light < DARK)


def test_blur_lowers_the_sharpness() -> None:
    sharp = on_wall(code())
    assert measure(blurred(sharp, 2)).sharpness < measure(sharp).sharpness / 4


@pytest.mark.parametrize("grain", [0, 4, 8])
def test_a_camera_out_of_focus_is_not_called_good_whatever_its_grain(grain: int) -> None:
    assert measure(noisy(blurred(on_wall(code()), 4.5), grain)).advice is Advice.BLURRED
    assert measure(noisy(on_wall(code()), grain)).advice is Advice.GOOD


def test_a_lamp_on_the_code_alone_is_told() -> None:
    view = on_wall(code())
    cv2.circle(view, (560, 260), 45, 255, -1)
    assert measure(view).advice is Advice.GLARE


def test_each_library_is_asked_alone_and_timed() -> None:
    colour = np.repeat(on_wall(code())[:, :, None], 3, axis=2)
    look = Trial().inspect(Frame(colour, 7, 1.0))
    assert [result.by for result in look.results] == ["scanner", "zxing", "zbar", "wechat"]
    assert all(result.texts == (SERIAL,) and result.ms > 0 for result in look.results)
    assert (look.number, look.size, look.rate) == (7, (1280, 720), None)


def test_the_rate_is_that_at_which_frames_arrive_even_where_some_were_never_looked_at() -> None:
    trial = Trial()
    wall = np.full((90, 160), 120, np.uint8)
    looks = [trial.inspect(Frame(wall, number, number / 25)) for number in (0, 3, 5)]
    assert looks[-1].rate == pytest.approx(25)


def test_pictures_of_a_folder_have_no_rate(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), np.full((90, 160), 120, np.uint8))
    source, trial = open_source(str(tmp_path), as_fast=True), Trial()
    looks = [trial.inspect(frame) for frame in iter(source.read, None)]
    assert [look.rate for look in looks] == [None, None]
