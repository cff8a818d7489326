"""The root of every error that a person reads."""

from scanner.facts import Code, Fact, Value


class ScannerError(Exception):
    """What keeps something from going on: a fact, worded where a person reads it; exit code 1.

    Args:
        code: what happened.
        params: what its sentence needs.
    """

    def __init__(self, code: Code, **params: Value) -> None:
        self.fact = Fact(code, params)
        super().__init__(str(self.fact))
