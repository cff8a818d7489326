"""Sets this computer up as a device of a pretix; see `scanner.pretix.choices` for what then.

pretix shows a new device's address and one-time token as a QR and as text. The token gives the
device's key once and never again: what `initialize` returns has to be saved at once.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import httpx

from scanner.admission.cleaning import clean_secret
from scanner.facts import Fact
from scanner.platform.access import PRETIX, GateCredentials
from scanner.platform.connection import address
from scanner.platform.errors import NotTheApi, ServerFault, Stranger, TicketingError, Unreachable
from scanner.pretix import models
from scanner.pretix.client import API, Pretix, shaped
from scanner.pretix.errors import SetupError, SetupFault, SetupWarning
from scanner.pretix.resources import Device, ListPath

"""As sessions and credentials keep it."""

HANDSHAKE = 1
"""The version of the QR that is understood (pretix 2026.8)."""

_TOKEN = r"[0-9a-z]{16}"  # noqa: S105 - a pattern
_ONE_TIME = re.compile(rf"(?<![^\s:]){_TOKEN}(?!\S)")
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SHORT = re.compile(
    rf"(?P<url>\S+[.:]\S+|localhost)\s+(?P<token>{_TOKEN})(?:\s+(?P<place>\S+/\d+))?"
)
_LONGEST_CODE = 4096
_LONGEST_TOKEN = 190

_WITH_ORDERS = frozenset({"full", "pretixscan"})
"""The profiles that let a device read the orders, which a gate needs to work without a network."""

_BROKEN = frozenset({Stranger.NO_JSON, Stranger.EMPTY})
"""An answer of pretix's own kind, of which something is missing."""

_REFUSALS = {
    "Unknown initialization token": SetupFault.TOKEN_UNKNOWN,
    "has already been used": SetupFault.TOKEN_USED,
    "has been revoked": SetupFault.TOKEN_REVOKED,
}


class NewDevice(NamedTuple):
    """What pretix shows for a device that was not set up yet.

    Attributes:
        url: the server's address.
        token: gives the device's key, once (secret).
        place: the check-in list to open, as `event/number`, where it is known already.
    """

    url: str
    token: str
    place: str | None = None

    def __repr__(self) -> str:
        return f"NewDevice(url={self.url!r}, place={self.place!r})"


def read_new_device(text: str) -> NewDevice | None:
    """Read what pretix shows for a new device, or its short form; nothing where it is neither.

    These are the QR's JSON; an address and a token with whatever words around them, as copied
    from the page; and the short form `ADDRESS TOKEN [EVENT/LIST]`.

    Raises:
        SetupError: it is for a newer kind of device.
    """
    if len(text) > _LONGEST_CODE:
        return None
    text = clean_secret(text).strip()
    if text.startswith("{"):
        return _from_json(text)
    if short := _SHORT.fullmatch(text):
        return _checked(short["url"], short["token"], short["place"])
    urls = _WEB_ADDRESS.findall(text)
    tokens = _ONE_TIME.findall(_WEB_ADDRESS.sub(" ", text))
    if len(set(urls)) == 1 and len(set(tokens)) == 1:
        return _checked(urls[0], tokens[0])
    return None


def write_new_device(new: NewDevice) -> str:
    """Return the short form, which fits on a line."""
    return " ".join(filter(None, new))


async def initialize(
    new: NewDevice,
    *,
    timeout_seconds: float = 10.0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Device:
    """Use the one-time token; the device that it gives is to be saved at once.

    Raises:
        SetupError: pretix does not take the token; or it may have, and its answer was lost.
        TicketingError: pretix was not reached, and the token is as it was.
    """
    async with Pretix(new.url, timeout=timeout_seconds, transport=transport) as api:
        try:
            answer = await api.initialize(new.token)
        except (Unreachable, ServerFault, NotTheApi) as error:
            if _may_have_come(error):
                raise SetupError(SetupFault.ANSWER_LOST) from error
            raise
        if answer.status == httpx.codes.BAD_REQUEST:
            raise _refused(answer.body)
        url = str(api.url)
        return shaped(lambda found: models.read_device(found, url), answer.body)


def device_to_text(device: Device) -> str:
    """Return what a key store keeps of a device, its key too (secret)."""
    return json.dumps(asdict(device))


def device_from_text(text: str) -> Device | None:
    """Return the device that was kept; nothing where the text is none's."""
    try:
        return Device(**json.loads(text))
    except (ValueError, TypeError):
        return None


def profile_warning(device: Device) -> Fact | None:
    """Return a warning where pretix doesn't let the device read the tickets."""
    if device.profile in _WITH_ORDERS or not device.profile:
        return None
    return Fact(SetupWarning.PROFILE, {"profile": device.profile})


def gate_credentials(device: Device, path: ListPath) -> GateCredentials:
    """Return what a gate works with as a device at a check-in list."""
    event = path.at(device.url)
    return GateCredentials(device.url, event, "", device.key, number=device.number, platform=PRETIX)


def _from_json(text: str) -> NewDevice | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "handshake_version" not in found:
        return None
    if found["handshake_version"] != HANDSHAKE:
        raise SetupError(SetupFault.NEWER_HANDSHAKE)
    url, token = found.get("url"), found.get("token")
    if not isinstance(url, str) or not isinstance(token, str):
        return None
    return _checked(url, token)


def _checked(url: str, token: str, place: str | None = None) -> NewDevice | None:
    """Return a new device whose address and token can be such."""
    fits = 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable()
    if not fits or " " in token:
        return None
    try:
        found = address(url)
    except NotTheApi:
        return None
    path = found.path.removesuffix(API)
    return NewDevice(str(found.copy_with(path=path)), token, place)


def _may_have_come(error: TicketingError) -> bool:
    """Tell whether a request that failed may have come to pretix."""
    match error:
        case Unreachable():
            return error.sent
        case NotTheApi():
            what = error.fact.params.get("what")
            return isinstance(what, Fact) and what.code in _BROKEN
        case _:
            return True


def _refused(body: Any) -> SetupError:
    """Say why pretix did not take a token."""
    said = body.get("token") if isinstance(body, Mapping) else None
    words = " ".join(str(each) for each in said) if isinstance(said, list) else ""
    for ending, fault in _REFUSALS.items():
        if ending in words:
            return SetupError(fault)
    return SetupError(SetupFault.TOKEN_REFUSED)
