"""The root of every error that is worded for a person."""


class ScannerError(Exception):
    """What happened and what to do, in one sentence; shown as it is, exit code 1."""
