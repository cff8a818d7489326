"""What a gate is opened with, and what it then holds to work at a platform."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from scanner.store.sessions import TICKETING

PRETIX = "pretix"
"""Beside `TICKETING`, the platforms' names as sessions and credentials keep them."""

Pause = Callable[[], Awaitable[None]]
"""Awaited again and again while a list is read, so that others have their turn."""


async def without_pause() -> None:
    """Read on."""


@dataclass(frozen=True, slots=True)
class Request:
    """What opens a gate; `timeout` in seconds.

    `code` is what staff were given, or chose. `key` asks for it, where there is one: the
    application's, a person's session's, or the device's own. Only `application`, the
    application's, is kept with the session. Owners' names are kept where `names` is on.
    """

    api: str
    code: str = field(repr=False)
    name: str
    device: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    records: int = 500
    names: bool = False
    application: str | None = field(default=None, repr=False)
    event: str | None = None
    """The only event that it may be for; without it, any."""


@dataclass(frozen=True, slots=True)
class GateCredentials:
    """What a gate works with at an event, beside the session that it belongs to.

    `application` is the application's key, where one was given: with an admission token, the key
    that came of it dies too, and the next token is asked for with this one. `number` is the
    device's number at the platform, where it gives devices one; `former` are those that this gate
    had before, when it was set up anew.
    """

    api: str
    event: str
    code: str = field(repr=False)
    key: str = field(repr=False)
    application: str | None = field(default=None, repr=False)
    number: int | None = None
    platform: str = TICKETING
    former: tuple[int, ...] = ()
