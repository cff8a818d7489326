"""Training's errors: `TrainingError`, and below it `ScenarioError`."""

from scanner.errors import ScannerError
from scanner.facts import Code


class TrainingFault(Code):
    """Why training can't begin, or why its result can't be kept."""

    NOT_CANCELLED = "training.fault.not_cancelled"
    TOO_FEW_TICKETS = "training.fault.too_few_tickets"
    BELOW_PASS_MARK = "training.fault.below_pass_mark"  # noqa: S105 - a code
    CERTIFICATE_NOT_WRITTEN = "training.fault.certificate_not_written"
    RUN_NOT_KEPT = "training.fault.run_not_kept"
    RUNS_NOT_READ = "training.fault.runs_not_read"


class ScenarioFault(Code):
    """Why a scenario can't be played."""

    UNKNOWN = "scenario.unknown"
    INVALID = "scenario.invalid"
    NOT_READ = "scenario.not_read"


class TrainingError(ScannerError):
    """Training can't be held, or its result can't be kept."""


class ScenarioError(TrainingError):
    """A scenario can't be played."""
