"""The API's answers as pydantic models, and the values that are made from them.

Parsing is tolerant: unknown fields are ignored, numbers may be texts and texts numbers. A field
that can't be read and isn't needed is left out of its entry, and an entry that lacks what it needs
is left out of its list; both are noted as a `Fault` that names the field.
"""

import re
from collections.abc import Callable, Generator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scanner.platform.errors import FieldFault
from scanner.platform.field_types import NUMBERS_END, Number, OptionalText, Text, Time
from scanner.platform.resources import Admission, Fault, Owner, Page, Receipt, Section
from scanner.platform.tolerant_reader import FieldError, Gaps, read
from scanner.ticketing.resources import Event, PersonSession, Ticket, Token, TokenGrant

T = TypeVar("T")
Reader = Callable[[Any, Gaps], T]
"""Reads one entry; what it leaves out of it is added to the gaps."""

_PIECE = 50
"""Entries that are read in one go: less than a millisecond's work."""

_ACCOUNT_NUMBER = re.compile(r"[A-Z]{2}-[0-9A-Z]{8}")


def _named(name: str) -> BeforeValidator:
    """Take an object for the text that it has under a name."""
    return BeforeValidator(lambda found: found.get(name) if isinstance(found, dict) else found)


Uri = Annotated[str, Field(min_length=1, max_length=500), _named("self")]
Capacity = Annotated[int, Field(strict=True, ge=0, lt=NUMBERS_END)]


class _Body(BaseModel):
    """An object of the API's; what is not listed in it is dropped unread."""

    model_config = ConfigDict(coerce_numbers_to_str=True, populate_by_name=False)


class _Link(_Body):
    """Names another resource."""

    uri: Text = Field(alias="self")
    name: OptionalText = None


class _Section(_Link):
    capacity: Capacity | None = None

    def value(self, event: str) -> Section:
        uri = section_uri(self.uri, event)
        return Section(uri, self.name or uri.rsplit("/", 1)[-1], self.capacity)


class _Account(_Body):
    """Of an account, what names it; a guard may see no more of a patron."""

    number: OptionalText = None
    uri: OptionalText = Field(None, alias="self")
    username: OptionalText = None
    first_name: OptionalText = Field(None, alias="firstName")
    last_name: OptionalText = Field(None, alias="lastName")

    def value(self) -> Owner:
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return Owner(self.number or self._numbered(), self.uri, self.username, name or None)

    def _numbered(self) -> str | None:
        """Return the number that the URI ends in, where that is all that names the account."""
        last = (self.uri or "").rpartition("/")[2]
        return last if _ACCOUNT_NUMBER.fullmatch(last) else None


class _Event(_Body):
    uri: Uri = Field(alias="self")
    title: OptionalText = None
    status: OptionalText = None
    start: OptionalText = None
    end: OptionalText = None
    sections: list[_Section]


class _Grant(_Body):
    key: Text
    event: Uri
    sections: list[Uri]


class _Token(_Body):
    uri: Text = Field(alias="self")
    code: Text
    is_global: bool = Field(default=False, alias="global", strict=True)
    sections: list[Uri]


class _PersonSession(_Body):
    key: Text
    started: OptionalText = None
    account: _Account | None = None


class _Ticket(_Body):
    serial: Text
    status: Text
    section: _Link
    owner: _Account | None = None
    redeemed: Time = None


class _Receipt(_Body):
    """An admission that was just granted: whom else it names changes nothing."""

    ticket: Annotated[Text, _named("serial")]
    redeemer: OptionalText = None
    device: OptionalText = None


class _Admission(_Receipt):
    """An admission is kept whatever its patron or section holds: what can't be read is absent."""

    admitted: Time = None
    uri: OptionalText = Field(None, alias="self")
    patron: _Account | None = None
    section: _Section | None = None


class _List(_Body):
    total: Number
    page: Number
    records: Number
    entries: list[Any] = []


def read_event(found: Any, base: str, asked: str | None = None) -> Event:
    """Read an event with its sections.

    Args:
        found: the JSON.
        base: the path of the API's address.
        asked: the event's URI where it was asked for by that; in a list, it tells its own.
    """
    gaps: Gaps = []
    told = {**found, "self": asked} if asked and isinstance(found, dict) else found
    body = read(_Event, told, "event", gaps)
    uri = asked or event_uri(body.uri, base)
    sections = tuple(each.value(uri) for each in body.sections)
    title = body.title or uri.rpartition("/")[2]
    return Event(uri, title, body.status, body.start, body.end, sections, _faults(0, gaps))


def read_grant(found: Any, base: str) -> TokenGrant:
    """Read the answer to a token's code; `base` as for `read_event`."""
    gaps: Gaps = []
    body = read(_Grant, found, "token", gaps)
    event = event_uri(body.event, base)
    sections = frozenset(section_uri(each, event) for each in body.sections)
    return TokenGrant(body.key, event, sections, _faults(0, gaps))


def read_token(found: Any, event: str, gaps: Gaps | None = None) -> Token:
    """Read a token of an event."""
    body = read(_Token, found, "token", gaps)
    sections = tuple(section_uri(each, event) for each in body.sections)
    return Token(body.uri, body.code, body.is_global, sections)


def read_person_session(found: Any) -> PersonSession:
    """Read a person's session."""
    body = read(_PersonSession, found, "session")
    return PersonSession(body.key, body.started, body.account.value() if body.account else None)


def read_ticket(found: Any, event: str, gaps: Gaps | None = None) -> Ticket:
    """Read a ticket; of its owner only what names the account is kept."""
    body = read(_Ticket, found, "ticket", gaps)
    return Ticket(
        body.serial,
        body.status,
        section_uri(body.section.uri, event),
        body.section.name,
        body.owner.value() if body.owner else None,
        body.redeemed,
    )


def read_receipt(found: Any, gaps: Gaps | None = None) -> Receipt:
    """Read an admission that was just granted."""
    body = read(_Receipt, found, "admission", gaps)
    return Receipt(body.ticket, body.redeemer, body.device)


def read_admission(found: Any, event: str, gaps: Gaps | None = None) -> Admission:
    """Read an admission of an event; the patron is the ticket's owner."""
    body = read(_Admission, found, "admission", gaps)
    section = body.section.value(event) if body.section else None
    return Admission(
        body.ticket,
        body.redeemer,
        body.device,
        body.admitted,
        body.uri,
        body.patron.value() if body.patron else None,
        section.uri if section else None,
        section.name if section else None,
    )


def read_entries(
    found: Any, reader: Reader[T], name: str
) -> tuple[tuple[T, ...], tuple[Fault, ...]]:
    """Read a list entry by entry; what can't be read is set aside.

    Raises:
        FieldError: it is no list.
    """
    if not isinstance(found, list):
        raise FieldError(name, FieldFault.NO_LIST)
    entries, faults, _ = to_its_end(_entries(found, reader))
    return entries, faults


def read_page_in_pieces(
    found: Any, reader: Reader[T], server_time: datetime | None
) -> Generator[None, None, Page[T]]:
    """Read one page of a list, a piece at each step; its value is the page.

    Raises:
        FieldError: it is no page.
    """
    wrong: Gaps = []
    body = read(_List, found, "list", wrong)
    if wrong:  # a list that is none must not count as empty
        raise wrong[0]
    entries, faults, gaps = yield from _entries(body.entries, reader)
    return Page(body.total, body.page, body.records, entries, faults, server_time, gaps)


def to_its_end(steps: Generator[None, None, T]) -> T:
    """Take all steps of what is read in pieces, and return what was read."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)


def _entries(
    found: list[Any], reader: Reader[T]
) -> Generator[None, None, tuple[tuple[T, ...], tuple[Fault, ...], tuple[Fault, ...]]]:
    entries: list[T] = []
    faults: list[Fault] = []
    left_out: list[Fault] = []
    for position, each in enumerate(found):
        if position % _PIECE == 0:
            yield
        gaps: Gaps = []
        try:
            entries.append(reader(each, gaps))
        except FieldError as error:
            faults += _faults(position, [error])
        else:
            left_out += _faults(position, gaps)
    return tuple(entries), tuple(faults), tuple(left_out)


def _faults(position: int, gaps: Gaps) -> tuple[Fault, ...]:
    return tuple(Fault(position, gap.name, gap.problem) for gap in gaps)


def event_uri(told: str, base: str) -> str:
    """Return an event's URI below the API's address, whose path is `base`, in one form.

    Documented are `/events/7` and, inside of it, `/sections/8`. Servers also write
    `https://host/v3/events/7/sections/8`, `/v3/events/7/sections/8`, or the number alone.
    """
    path = _path(told)
    version = base.rstrip("/")
    if version and path.startswith(f"{version}/"):
        path = path.removeprefix(version)
    return path if path.count("/") > 1 else f"/events{path}"


@lru_cache(1024)
def section_uri(told: str, event: str) -> str:
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
