import numpy as np

from scanner.qr.linear_algebra import least_squares, matvec


def test_least_squares_follows_the_weighted_samples_and_the_ridge() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(50, 3)).astype(np.float32)
    true = np.array([1, -2, 0.5], np.float32)
    wanted = matvec(table, true)
    wanted[:5] += 100
    weight = np.ones(50, np.float32)
    weight[:5] = 0
    assert np.allclose(least_squares(table, wanted, weight, np.zeros(3)), true, atol=1e-4)
    held = least_squares(table, wanted, weight, np.full(3, 1e9))
    assert np.abs(held).max() < 1e-3
