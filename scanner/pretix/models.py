"""The API's answers as pydantic models, and the values that are made from them.

Parsing is tolerant, see `scanner.platform.tolerant_reader`: what a value can do without is left out
where it can't be read.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scanner.admission.door import DoorRules
from scanner.platform.field_types import Number, OptionalText, Time
from scanner.platform.tolerant_reader import Gaps, read
from scanner.pretix.resources import (
    SLUG,
    CheckInList,
    Device,
    Event,
    EventDate,
    Item,
    Question,
    Remark,
)

_LONGEST_KEY = 4096
_LONGEST_SLUG = 50
_LONGEST_SECRET = 4096
_LONGEST_REMARK = 500


def _by_language(found: object) -> object:
    """Take a plain text for one that is the same in every language."""
    return {"": found} if isinstance(found, str) else found


def _beginning(found: object) -> object:
    """Take the beginning of a text that is too long for the screen: it says what is wanted."""
    if not isinstance(found, str) or len(found) <= _LONGEST_REMARK:
        return found
    return f"{found[: _LONGEST_REMARK - 1]}…"


Slug = Annotated[str, Field(max_length=_LONGEST_SLUG, pattern=f"^{SLUG}$")]
Secret = Annotated[str, Field(min_length=1, max_length=_LONGEST_SECRET, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
RemarkText = Annotated[str | None, BeforeValidator(_beginning)]
ByLanguage = Annotated[dict[str, OptionalText], BeforeValidator(_by_language)]
"""A text that an organiser wrote in several languages, by their codes."""


class Body(BaseModel):
    """An object of the API's; what is not listed in it is dropped unread."""

    model_config = ConfigDict(coerce_numbers_to_str=True, populate_by_name=False)


class _Gate(Body):
    name: OptionalText = None


class _Device(Body):
    organizer: Slug
    device_id: Number
    api_token: Annotated[str, Field(min_length=1, max_length=_LONGEST_KEY)]
    name: OptionalText = None
    security_profile: OptionalText = None
    gate: _Gate | None = None


class _DeviceInfo(Body):
    device: _Device


class _Event(Body):
    slug: Slug
    name: ByLanguage = {}
    date_from: Time = None
    date_to: Time = None
    live: Flag = True
    testmode: Flag = False
    has_subevents: Flag = False


class _EventDate(Body):
    id: Number
    name: ByLanguage = {}
    date_from: Time = None
    date_to: Time = None
    active: Flag = True


class _CheckInList(Body):
    """Where it is unknown whom a list admits, or when, it can't be used."""

    id: Number
    name: OptionalText = None
    all_products: Flag
    limit_products: list[Number] = []
    subevent: Number | None
    include_pending: Flag = False
    allow_multiple_entries: Flag = False
    allow_entry_after_exit: Flag = False
    rules: Any = None
    addon_match: Flag = False


class _Question(Body):
    id: Number
    items: list[Number] = []
    ask_during_checkin: Flag = False


class _Remark(Body):
    checkin_attention: Flag = False
    checkin_text: RemarkText = None

    def remark(self) -> Remark:
        return Remark(self.checkin_attention, self.checkin_text or "")


class _Variation(_Remark):
    id: Number


class _Item(_Remark):
    id: Number
    name: ByLanguage = {}
    internal_name: OptionalText = None
    admission: Flag = False
    variations: list[_Variation] = []


class _RevokedSecret(Body):
    secret: Secret


def spoken(names: Mapping[str, str | None], language: str) -> str:
    """Return a text in a language, else in English, else in the first that it has."""
    for code in (language, "", "en"):
        if found := names.get(code):
            return found
    return next(filter(None, names.values()), "")


def read_device(found: Any, url: str) -> Device:
    """Read what a new device is told once; `url` is the server's address."""
    return _device(read(_Device, found, "device"), url)


def read_device_info(found: Any, url: str) -> Device:
    """Read what a device is told of itself."""
    return _device(read(_DeviceInfo, found, "device").device, url)


def _device(body: _Device, url: str) -> Device:
    return Device(
        url,
        body.organizer,
        body.device_id,
        body.api_token,
        body.name or "",
        body.security_profile or "",
        body.gate.name if body.gate else None,
    )


def read_event(found: Any, language: str, gaps: Gaps | None = None) -> Event:
    """Read an event, its title in a language if it has one in that."""
    body = read(_Event, found, "event", gaps)
    return Event(
        body.slug,
        spoken(body.name, language) or body.slug,
        body.date_from,
        body.date_to,
        body.live,
        body.testmode,
        body.has_subevents,
    )


def read_event_date(found: Any, language: str, gaps: Gaps | None = None) -> EventDate:
    """Read a date of a series, as `read_event`."""
    body = read(_EventDate, found, "subevent", gaps)
    title = spoken(body.name, language) or str(body.id)
    return EventDate(body.id, title, body.date_from, body.date_to, body.active)


def read_check_in_list(found: Any, gaps: Gaps | None = None) -> CheckInList:
    """Read a check-in list; rules that can't be read are rules."""
    body = read(_CheckInList, found, "checkinlist", gaps)
    return CheckInList(
        body.id,
        body.name or str(body.id),
        None if body.all_products else frozenset(body.limit_products),
        body.subevent,
        body.include_pending,
        body.addon_match,
        DoorRules(
            multiple_entries=body.allow_multiple_entries,
            entry_after_exit=body.allow_entry_after_exit,
            custom_rules=bool(body.rules),
        ),
    )


def read_question(found: Any, gaps: Gaps | None = None) -> Question:
    """Read a question."""
    body = read(_Question, found, "question", gaps)
    return Question(body.id, frozenset(body.items), body.ask_during_checkin)


def read_item(found: Any, language: str, gaps: Gaps | None = None) -> Item:
    """Read a product, its name in a language if it has one in that."""
    body = read(_Item, found, "item", gaps)
    name = spoken(body.name, language) or body.internal_name or str(body.id)
    variations = {each.id: each.remark() for each in body.variations}
    return Item(body.id, name, body.admission, body.remark(), variations)


def read_revoked_secret(found: Any, gaps: Gaps | None = None) -> str:
    """Read a code that is no ticket any more."""
    return read(_RevokedSecret, found, "revokedsecret", gaps).secret
