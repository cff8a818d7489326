"""One measured number to plan with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """One measured number; `extrapolated` says that it was reckoned from a measured slope."""

    what: str
    value: float
    unit: str
    extrapolated: bool = False
