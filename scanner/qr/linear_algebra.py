"""Matrix products and least squares on the caller's thread.

NumPy hands products of more than some thousand elements to BLAS, which splits them over all cores.
On a single free core its threads then wait for each other for a hundred times the work itself.
OpenCV's `gemm` and `solve` stay on one thread.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Matrix32 = NDArray[np.float32]
"""Rows x columns; one sample per row."""

Vector32 = NDArray[np.float32]


_NO_ADDEND = np.empty((0, 0), np.float32)


def matmul(left: Matrix32, right: Matrix32, flags: int = 0) -> Matrix32:
    """Return the matrix product; `flags` are those of `cv2.gemm`."""
    return np.asarray(cv2.gemm(left, right, 1, _NO_ADDEND, 0, flags=flags), np.float32)


def matvec(matrix: Matrix32, vector: Vector32) -> Vector32:
    """Return the product of a matrix and a vector."""
    return matmul(matrix, vector.reshape(-1, 1)).ravel()


def least_squares(
    design: Matrix32, target: Vector32, weights: Vector32, ridge: NDArray[np.float64]
) -> Vector32:
    """Solve a weighted ridge regression: weighted least squares with Tikhonov regularization.

    The normal equations are solved by Cholesky decomposition.

    Args:
        design: the design matrix, samples x coefficients.
        target: the value that each sample should have.
        weights: how much each sample counts.
        ridge: the penalty on the square of each coefficient.

    Returns:
        The coefficients.
    """
    weighted = np.asarray(design * weights[:, None], np.float32)
    both = np.asarray(cv2.hconcat([design, np.asarray(target, np.float32)[:, None]]), np.float32)
    sums = matmul(weighted, both, cv2.GEMM_1_T).astype(np.float64)
    sums[:, :-1].flat[:: len(sums) + 1] += ridge
    _, solved = cv2.solve(sums[:, :-1].copy(), sums[:, -1:].copy(), flags=cv2.DECOMP_CHOLESKY)
    return np.asarray(solved, np.float32).ravel()
