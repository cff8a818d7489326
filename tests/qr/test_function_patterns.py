import numpy as np
import pytest
import segno

from scanner.qr.function_patterns import function_patterns
from scanner.qr.symbol_geometry import SPACINGS


@pytest.mark.parametrize("version", [1, 2, 7, 14, 32, 36, 40])
def test_function_patterns_are_as_in_any_symbol_of_that_size(version: int) -> None:
    symbol = segno.make_qr("1", version=version, error="l")
    modules = np.array([list(row) for row in symbol.matrix])
    known = function_patterns(len(modules))
    assert (modules == known)[known >= 0].all()
    assert (known >= 0).sum() > 3 * 64
    assert len(modules) == SPACINGS[version - 1] + 7
