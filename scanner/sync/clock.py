"""The gate's clock, which may be wrong and jump."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the gate's time, aware and in UTC."""


def utc_now() -> datetime:
    """Return the gate's time, aware and in UTC."""
    return datetime.now(UTC)
