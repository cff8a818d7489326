"""The URIs of events and sections, however a server writes them, in one form each.

Documented are `/events/7/sections/8`, and `/sections/8` inside an event. Servers also write
`https://host/v3/events/7/sections/8`, `/v3/events/7/sections/8`, or the number alone.
"""

from functools import lru_cache


def event(told: str, base: str) -> str:
    """Return an event's URI below the API's address, whose path is `base`."""
    path = _path(told)
    version = base.rstrip("/")
    if version and path.startswith(f"{version}/"):
        path = path.removeprefix(version)
    return path if path.count("/") > 1 else f"/events{path}"


@lru_cache(1024)
def section(told: str, event: str) -> str:
    """Return a section's URI, by which sections are compared; `event` is its event's."""
    path = _path(told)
    before, named, number = path.rpartition("/sections/")
    if not named:
        return f"{event}{path}" if path.count("/") > 1 else f"{event}/sections{path}"
    other = f"/{before}".rpartition("/events/")[2] if "/events/" in before else ""
    if other and other != event.rpartition("/")[2]:
        return f"/events/{other}/sections/{number}"
    return f"{event}/sections/{number}"


def _path(told: str) -> str:
    """Return the path: no server, no query, one slash before it and none behind."""
    _, absolute, rest = told.partition("://")
    path = rest.partition("/")[2] if absolute else told
    for end in "?#":
        path = path.partition(end)[0]
    return f"/{path.strip().strip('/')}"
