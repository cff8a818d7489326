"""The types of fields that platforms' answers have in common."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

NUMBERS_END = 2**53
"""JSON's numbers are whole up to here (RFC 8259, 6)."""


def _time(found: object) -> datetime | None:
    """Read a time, in UTC where it names no zone; `N/A` is TickeTing's way to say there is none."""
    if found in (None, "", "N/A"):
        return None
    try:
        time = datetime.fromisoformat(str(found))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("no_time", "no time") from None


def _no_boolean(found: object) -> object:
    """Refuse what Python takes for the numbers 0 and 1."""
    if isinstance(found, bool):
        raise PydanticCustomError("int_type", "a boolean is no number")
    return found


Text = Annotated[str, Field(min_length=1, max_length=500)]
OptionalText = Annotated[str, Field(max_length=500)] | None
Time = Annotated[datetime | None, PlainValidator(_time)]
Number = Annotated[int, Field(ge=0, lt=NUMBERS_END), BeforeValidator(_no_boolean)]
