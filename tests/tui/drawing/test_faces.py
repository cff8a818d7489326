from itertools import pairwise

import pytest
from textual.color import Color

from scanner.admission.verdict import LIGHTS
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY, Face
from scanner.tui.drawing.shapes import draw
from scanner.tui.drawing.theme import NIGHT
from tests.tui.wcag import contrast

ALL = [*FACES.values(), CANNOT_RECORD, READY, CHECKING]


def test_every_kind_of_verdict_has_a_face() -> None:
    assert set(FACES) == set(LIGHTS)


@pytest.mark.parametrize("face", ALL, ids=lambda face: face.name)
def test_words_stand_out_from_their_ground_by_seven_to_one(face: Face) -> None:
    assert contrast(face.ink, face.paper) >= 7
    assert NIGHT.surface
    assert contrast(face.tint, NIGHT.surface) >= 7


def test_words_shape_colour_and_symbol_differ_from_one_kind_to_the_next() -> None:
    for attribute in ("name", "symbol", "shape", "paper"):
        assert len({getattr(face, attribute) for face in ALL}) == len(ALL)


@pytest.mark.parametrize("side", [10, 18, 40])
def test_shapes_differ_even_when_small(side: int) -> None:
    drawings = sorted(draw(face.shape, side) for face in ALL)
    for one, other in pairwise(drawings):
        apart = sum(
            a != b for r, s in zip(one, other, strict=True) for a, b in zip(r, s, strict=True)
        )
        assert apart > side * side * 0.08


def test_only_the_admitted_face_is_green() -> None:
    green = [f.name for f in ALL if (c := Color.parse(f.paper)).g > c.r * 1.3 and c.g > c.b * 1.3]
    assert green == ["admitted"]
