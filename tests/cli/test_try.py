from pathlib import Path

import cv2

from tests.cli.program import Program
from tests.qr.pictures import code


def test_a_camera_that_is_not_there_is_one_sentence(program: Program, tmp_path: Path) -> None:
    assert "is not there" in program.complains("try", "--camera", str(tmp_path / "gone"))


def test_the_live_view_wants_a_terminal(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "one.png"
    cv2.imwrite(str(file), code())
    assert "needs a terminal" in program.complains("try", "--camera", str(file))


def test_no_camera_is_one_sentence(program: Program) -> None:
    assert "name one with --camera" in program.complains("try", "--camera", "none")
