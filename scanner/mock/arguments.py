"""Reading a request's arguments: what is required, what is empty, what has the wrong form."""

from collections.abc import Mapping, Sequence

from scanner.mock import errors

LARGEST_NUMBER = 1_000_000_000


def require(body: Mapping[str, object], names: Sequence[str]) -> None:
    """400 when any of `names` is absent or empty; all of them are named in the error."""
    lacking = [name for name in names if _empty(body.get(name))]
    if lacking:
        raise errors.missing(lacking)


def refuse_emptied(body: Mapping[str, object], names: Sequence[str]) -> None:
    """400 when a change would empty any of `names`; those not mentioned stay as they are."""
    require(body, [name for name in names if name in body])


def text(body: Mapping[str, object], name: str, default: str = "") -> str:
    """A string, or `default` when absent or null; 400 for any other value."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise errors.invalid(name)
    return value


def number(body: Mapping[str, object], name: str, default: float = 0) -> float:
    """A number, zero or more; 400 for any other value."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise errors.invalid(name)
    if not 0 <= value <= LARGEST_NUMBER:
        raise errors.invalid(name)
    return value


def whole(body: Mapping[str, object], name: str, default: int = 0) -> int:
    """A whole number, zero or more; 400 for any other value."""
    value = number(body, name, default)
    if value != int(value):
        raise errors.invalid(name)
    return int(value)


def texts(body: Mapping[str, object], name: str) -> list[str]:
    """A list of strings; 400 for any other value."""
    value = body.get(name)
    if not isinstance(value, list):
        raise errors.invalid(name)
    strings = [entry for entry in value if isinstance(entry, str)]
    if len(strings) != len(value):
        raise errors.invalid(name)
    return strings


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})
