"""What a person is told, before it is a sentence: a code and its parameters.

Each room has enumerations of its codes. `scanner.wording` has the sentence of each, in every
language; nothing reads a sentence back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Union

Value = Union[str, int, float, datetime, Path, "Fact", None]
"""What a parameter can be; a member of an enumeration is a text, its value."""


class Code(StrEnum):
    """The base of every enumeration of facts; a member's value is `room.what`, and stays."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A code and the values that its sentence needs, by name.

    Attributes:
        code: a member of a `Code`, or its value where it was read back from a record.
        params: the values; another fact where one explains the other.
    """

    code: str
    params: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """Write it for the log: the code, then the parameters."""
        return " ".join([str(self.code), *(f"{key}={value}" for key, value in self.params.items())])

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads: texts, numbers and objects; times are ISO 8601."""
        return {
            "code": str(self.code),
            "params": {key: _plain(value) for key, value in self.params.items()},
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Fact":
        """Read a fact back; times stay texts.

        Raises:
            KeyError, TypeError, AttributeError: where it is none.
        """
        params = {
            key: cls.from_json(value) if isinstance(value, dict) else value
            for key, value in found["params"].items()
        }
        return cls(found["code"], params)


def _plain(value: Value) -> Any:
    match value:
        case Fact():
            return value.as_json()
        case datetime():
            return value.isoformat()
        case Path() | StrEnum():
            return str(value)
        case _:
            return value
