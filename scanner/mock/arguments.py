"""Reads a request's arguments; missing, empty and malformed ones are errors."""

from collections.abc import Mapping, Sequence

from scanner.mock import errors

LARGEST_NUMBER = 1_000_000_000


def require(body: Mapping[str, object], names: Sequence[str]) -> None:
    """Raise 400 where any of `names` is absent or empty; the error names all of them."""
    lacking = [name for name in names if _empty(body.get(name))]
    if lacking:
        raise errors.missing(lacking)


def refuse_emptied(body: Mapping[str, object], names: Sequence[str]) -> None:
    """Raise 400 where an update would empty any of `names`; absent ones stay unchanged."""
    require(body, [name for name in names if name in body])


def text(body: Mapping[str, object], name: str, default: str = "") -> str:
    """Return a string, or `default` where absent or null; 400 for any other value."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise errors.invalid(name)
    return value


def number(body: Mapping[str, object], name: str, default: float = 0) -> float:
    """Return a number, zero or more; 400 for any other value."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise errors.invalid(name)
    if not 0 <= value <= LARGEST_NUMBER:
        raise errors.invalid(name)
    return value


def whole(body: Mapping[str, object], name: str, default: int = 0) -> int:
    """Return an integer, zero or more; 400 for any other value."""
    value = number(body, name, default)
    if value != int(value):
        raise errors.invalid(name)
    return int(value)


def texts(body: Mapping[str, object], name: str) -> list[str]:
    """Return a list of strings; 400 for any other value."""
    value = body.get(name)
    if not isinstance(value, list):
        raise errors.invalid(name)
    strings = [entry for entry in value if isinstance(entry, str)]
    if len(strings) != len(value):
        raise errors.invalid(name)
    return strings


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})
