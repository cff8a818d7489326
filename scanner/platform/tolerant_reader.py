"""Reads an object of the API's though some of its fields can't be read.

A model names the fields that it knows and which of them it needs. What it can do without is left
out where it can't be read, and noted as a gap; only what it needs can fail it. A resource that is
named by its URI alone stands for itself.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scanner.platform.errors import FieldFault


class FieldError(ValueError):
    """A field is missing or of the wrong type."""

    def __init__(self, name: str, problem: FieldFault) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


Gaps = list[FieldError]
"""What was left out of an object."""

M = TypeVar("M", bound=BaseModel)


class _Dropped:
    """What stands in the place of a value that is left out."""


_DROPPED = _Dropped()
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which no file and no screen takes."""

_Tree = dict[str | int, Any]
"""What becomes of an object's values, by name or position: a replacement, `_DROPPED`, or a tree."""

_PROBLEMS = {
    "missing": FieldFault.MISSING,
    "string_too_short": FieldFault.MISSING,
    "string_too_long": FieldFault.TOO_LONG,
    "string_pattern_mismatch": FieldFault.NO_TEXT,
    "model_type": FieldFault.NO_OBJECT,
    "dict_type": FieldFault.NO_OBJECT,
    "list_type": FieldFault.NO_LIST,
    "bool_type": FieldFault.NO_BOOLEAN,
    "no_time": FieldFault.NO_TIME,
    "greater_than_equal": FieldFault.OUT_OF_RANGE,
    "less_than": FieldFault.OUT_OF_RANGE,
    "int_parsing_size": FieldFault.OUT_OF_RANGE,
}


def read(model: type[M], found: Any, name: str, gaps: Gaps | None = None) -> M:
    """Validate an object of the API's, without those of its values that can't be read.

    Args:
        model: what it should be.
        found: the JSON.
        name: how the error calls it where it is no object at all.
        gaps: gets what was left out.

    Raises:
        FieldError: the field that is needed and missing or wrong.
    """
    left_out: Gaps = []
    while True:
        try:
            body = model.model_validate(found)
        except ValidationError as error:
            found = _without(found, list(_details(error)), name, left_out)
        else:
            if gaps is not None:
                gaps += left_out
            return body


def _details(error: ValidationError) -> Iterator[ErrorDetails]:
    yield from error.errors(include_url=False)


def _without(found: Any, errors: list[ErrorDetails], name: str, left_out: Gaps) -> Any:
    """Return the object without what is wrong in it; it is noted as left out.

    Raises:
        FieldError: nothing of it can be left out.
    """
    tree: _Tree = {}
    known = {gap.name for gap in left_out}
    for each in errors:
        path, value = _mended(each)
        field = _dotted(each["loc"])
        if not path:
            cause = [gap for gap in left_out if f"{gap.name}.".startswith(f"{field}.")]
            raise cause[0] if field and cause else FieldError(field or name, _problem(each))
        new = _put(tree, path, value)
        if new and value is _DROPPED and field not in known:
            left_out.append(FieldError(field, _problem(each)))
    return _replaced(found, tree)


def _mended(error: ErrorDetails) -> tuple[tuple[str | int, ...], Any]:
    """Return the place that is to be changed, and what comes there.

    Where a value is missing that its object needs, the object is left out.
    """
    path, found = error["loc"], error["input"]
    match error["type"]:
        case "missing":
            return path[:-1], _DROPPED
        case "string_unicode" if isinstance(found, str):
            return path, _HALF_CHARACTER.sub("\ufffd", found)
        case "model_type" if isinstance(found, str | int) and not isinstance(found, bool):
            return path, {"self": found}
        case _:
            return path, _DROPPED


def _put(tree: _Tree, path: tuple[str | int, ...], value: Any) -> bool:
    """Note what becomes of a value; false where something around it is left out already."""
    *above, last = path
    inner: Any = tree
    for each in above:
        inner = inner.setdefault(each, {})
        if inner is _DROPPED:
            return False
    known = inner.get(last)
    inner[last] = value
    return known is not _DROPPED


def _replaced(found: Any, tree: _Tree) -> Any:
    """Return a copy of an object or list with its changes."""
    if isinstance(found, dict):
        kept = {name: _one(each, tree, name) for name, each in found.items()}
        return {name: each for name, each in kept.items() if each is not _DROPPED}
    return [
        each
        for position, value in enumerate(found)
        if (each := _one(value, tree, position)) is not _DROPPED
    ]


def _one(value: Any, tree: _Tree, place: str | int) -> Any:
    if place not in tree:
        return value
    change = tree[place]
    # An object in the tree is a replacement where the value itself is none.
    inside = isinstance(change, dict) and isinstance(value, dict | list)
    return _replaced(value, change) if inside else change


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _problem(details: ErrorDetails) -> FieldFault:
    kind = details["type"]
    if kind == "string_type":
        return FieldFault.MISSING if details["input"] is None else FieldFault.NO_TEXT
    return _PROBLEMS.get(kind, FieldFault.NO_NUMBER)
