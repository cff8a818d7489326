"""The tests, a mirror of the package."""
