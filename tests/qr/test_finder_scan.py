import numpy as np
import pytest

from scanner.qr.finder_scan import scan_finder_patterns
from tests.qr.pictures import code, on_wall, turned


@pytest.mark.parametrize("degrees", [0, 20, 45])
def test_the_scan_finds_a_codes_three_finder_patterns(degrees: float) -> None:
    picture = turned(on_wall(code(module=6), left=553, top=273), degrees)
    found = scan_finder_patterns(picture[200:520, 480:800])
    away = [np.hypot(each.x - 160, each.y - 160) for each in found if each.module > 5]
    assert sum(abs(distance - 7 * 6 * np.sqrt(2)) < 9 for distance in away) == 3
    assert len(away) <= 4
