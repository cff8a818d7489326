"""Sums of products on the caller's thread alone.

NumPy shares products of more than some thousand numbers out to all cores; where only one is to be
had, the threads wait for each other a hundred times as long as they work.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]
"""One case a row."""

Row = NDArray[np.float32]


_NOTHING = np.empty((0, 0), np.float32)


def products(one: Table, other: Table, flags: int = 0) -> Table:
    """Return the matrix product; `flags` as OpenCV's."""
    return np.asarray(cv2.gemm(one, other, 1, _NOTHING, 0, flags=flags), np.float32)


def product(table: Table, weights: Row) -> Row:
    """Return each row's sum of its values times the weights."""
    return products(table, weights.reshape(-1, 1)).ravel()


def least_squares(table: Table, wanted: Row, weight: Row, stiff: NDArray[np.float64]) -> Row:
    """Return the weights whose products come nearest to what is wanted.

    Args:
        table: one case a row.
        wanted: what each row's product should be.
        weight: how much each case counts.
        stiff: what it costs, beside the cases, to have each of the weights.
    """
    heavy = np.asarray(table * weight[:, None], np.float32)
    both = np.asarray(cv2.hconcat([table, np.asarray(wanted, np.float32)[:, None]]), np.float32)
    sums = products(heavy, both, cv2.GEMM_1_T).astype(np.float64)
    sums[:, :-1].flat[:: len(sums) + 1] += stiff
    _, found = cv2.solve(sums[:, :-1].copy(), sums[:, -1:].copy(), flags=cv2.DECOMP_CHOLESKY)
    return np.asarray(found, np.float32).ravel()
