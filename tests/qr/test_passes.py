import numpy as np

from scanner.qr.passes import FIRST, HARDER
from scanner.qr.readers import readers
from tests.qr.pictures import banded, code, on_wall


def test_every_pass_transforms_back_to_the_original() -> None:
    picture = on_wall(code(module=9), left=300, top=150)
    middle = (300 + 130, 150 + 130)
    # These undo what is not there, or want a symbol that fills the picture.
    idle = ("without bands", "deblurred", "rectified", "again")
    for one in (*FIRST, *(each for each in HARDER if not each.name.endswith(idle))):
        prepared = next(one.prepared(picture))
        assert prepared is not None
        (found,) = readers()[one.reader](prepared.pixels)
        corners = np.array(prepared.to_original(found.corners))
        assert np.allclose(corners.mean(axis=0), middle, atol=9), one.by


def test_preparing_a_picture_leaves_the_original_as_it_was() -> None:
    picture = banded(period=45, degrees=0)[180:424, 480:724].copy()
    before = picture.copy()
    for one in HARDER:
        assert list(one.prepared(picture))
    assert np.array_equal(picture, before)
