"""The demo's errors: `DemoError`, and below it `GateGone`."""

from scanner.errors import ScannerError
from scanner.facts import Code


class DemoFault(Code):
    """Why the demo can't go on."""

    SERVER_NOT_STARTED = "demo.server_not_started"
    GATE_ENDED = "demo.gate_ended"
    GATE_NOT_RUNNING = "demo.gate_not_running"
    GATE_ANSWER = "demo.gate_answer"


class DemoError(ScannerError):
    """The demo can't be played."""


class GateGone(DemoError):
    """The gate's process has ended, or no longer answers as it should."""
