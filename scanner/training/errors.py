"""What keeps training from beginning."""

from scanner.errors import ScannerError


class TrainingError(ScannerError):
    """Training can't be held."""


class ScenarioError(TrainingError):
    """A scenario that can't be played."""
