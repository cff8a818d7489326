"""The API's resources as values; what a gate has no use for is dropped here, unread.

Parsing is tolerant: unknown fields are ignored, numbers may be strings, and an entry that can't be
read becomes a `Fault` that names the field, while the rest of its list lives.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from scanner.ticketing.errors import FieldFault

T = TypeVar("T")
_LONGEST_TEXT = 500
_PIECE = 50
"""Entries that are read in one go: less than a millisecond's work."""
_NUMBERS_END = 2**53  # JSON's numbers are whole up to here (RFC 8259, 6)


class FieldError(ValueError):
    """A field is missing or of the wrong type."""

    def __init__(self, name: str, problem: FieldFault) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry that was set aside: its position in the answer, the field, and what is wrong."""

    position: int
    field: str
    problem: FieldFault


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `server_time` is from the answer's `Date` header, in UTC."""

    total: int
    page: int
    records: int
    entries: tuple[T, ...]
    faults: tuple[Fault, ...] = ()
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its absolute URI."""

    uri: str
    name: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event and its sections."""

    uri: str
    title: str
    status: str | None
    start: str | None
    end: str | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """All that is kept of an account: what names it, and the name that a guard may see."""

    number: str | None
    uri: str | None
    username: str | None
    name: str | None

    @property
    def identity(self) -> str | None:
        """What a fingerprint names the owner by: the number, else the URI, else the user name."""
        return self.number or self.uri or self.username


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket of the event; `section` is an absolute URI."""

    serial: str
    status: str
    section: str
    section_name: str | None
    owner: Owner | None
    redeemed: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who admitted a ticket where: all that a gate reads of the answer to a batch."""

    serial: str
    redeemer: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Admission(Receipt):
    """An admission that the API holds."""

    admitted: datetime | None
    uri: str | None = None
    owner: Owner | None = None
    section: str | None = None
    section_name: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """The API's answer to a batch: the admissions that it granted."""

    admissions: tuple[Receipt, ...]
    faults: tuple[Fault, ...] = ()
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What an admission token gives: a key (secret), an event, and the sections' URIs."""

    key: str = field(repr=False)
    event: str
    sections: frozenset[str]


@dataclass(frozen=True, slots=True)
class Token:
    """An admission token of an event; whoever holds the code can admit."""

    uri: str
    code: str = field(repr=False)
    is_global: bool
    sections: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """The last part of the URI."""
        return self.uri.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class PersonSession:
    """A person's session: its key (secret) and whose it is."""

    key: str = field(repr=False)
    started: str | None
    account: Owner | None


def read_event(found: Any) -> Event:
    """Read an event; section URIs become absolute."""
    body = _object(found, "event")
    uri = _text(body, "self")
    sections = tuple(_section(each, uri) for each in _list(body, "sections"))
    return Event(
        uri,
        _text(body, "title"),
        _text_or_none(body, "status"),
        _text_or_none(body, "start"),
        _text_or_none(body, "end"),
        sections,
    )


def read_grant(found: Any) -> TokenGrant:
    """Read the answer to a token's code."""
    body = _object(found, "token")
    sections = frozenset(_strings(body, "sections"))
    return TokenGrant(_text(body, "key"), _text(body, "event"), sections)


def read_token(found: Any) -> Token:
    """Read an event token."""
    body = _object(found, "token")
    is_global = body.get("global", False)
    if not isinstance(is_global, bool):
        raise FieldError("global", FieldFault.NO_BOOLEAN)
    return Token(
        _text(body, "self"), _text(body, "code"), is_global, tuple(_strings(body, "sections"))
    )


def read_person_session(found: Any) -> PersonSession:
    """Read a person's session."""
    body = _object(found, "session")
    return PersonSession(
        _text(body, "key"), _text_or_none(body, "started"), _owner(body.get("account"), "account")
    )


def read_ticket(found: Any, event: str) -> Ticket:
    """Read a ticket; of its owner only what names the account is kept."""
    body = _object(found, "ticket")
    section = _object(body.get("section"), "section")
    return Ticket(
        _text(body, "serial"),
        _text(body, "status"),
        _absolute(_text(section, "self", "section.self"), event),
        _text_or_none(section, "name", "section.name"),
        _owner(body.get("owner"), "owner"),
        _time_or_none(body, "redeemed"),
    )


def read_receipt(found: Any) -> Receipt:
    """Read an admission that was just granted: whom else it names changes nothing."""
    body = _object(found, "admission")
    return Receipt(
        _text(body, "ticket"), _text_or_none(body, "redeemer"), _text_or_none(body, "device")
    )


def read_admission(found: Any, event: str) -> Admission:
    """Read an admission of an event; the patron is the ticket's owner.

    An admission stands whoever its patron is: a patron or section that can't be read is absent.
    """
    body = _object(found, "admission")
    section = _if_readable(_section, body.get("section"), event)
    return Admission(
        _text(body, "ticket"),
        _text_or_none(body, "redeemer"),
        _text_or_none(body, "device"),
        _time_or_none(body, "admitted"),
        _text_or_none(body, "self"),
        _if_readable(_owner, body.get("patron"), "patron"),
        section.uri if section else None,
        section.name if section else None,
    )


def _if_readable(read: Callable[[Any, str], T], found: Any, context: str) -> T | None:
    try:
        return read(found, context)
    except FieldError:
        return None


def read_entries(
    found: Any, read: Callable[[Any], T], name: str
) -> tuple[tuple[T, ...], tuple[Fault, ...]]:
    """Read a list entry by entry; what can't be read is set aside."""
    return to_its_end(_entries(found, read, name))


def read_page_in_pieces(
    found: Any, read: Callable[[Any], T], server_time: datetime | None
) -> Generator[None, None, Page[T]]:
    """Read one page of a list, a piece at each step; its value is the page."""
    body = _object(found, "list")
    entries, faults = yield from _entries(body.get("entries", []), read, "entries")
    total, page, records = (_number(body, name) for name in ("total", "page", "records"))
    return Page(total, page, records, entries, faults, server_time)


def _entries(
    found: Any, read: Callable[[Any], T], name: str
) -> Generator[None, None, tuple[tuple[T, ...], tuple[Fault, ...]]]:
    if not isinstance(found, list):
        raise FieldError(name, FieldFault.NO_LIST)
    entries: list[T] = []
    faults: list[Fault] = []
    for position, each in enumerate(found):
        if position % _PIECE == 0:
            yield
        try:
            entries.append(read(each))
        except FieldError as error:
            faults.append(Fault(position, error.name, error.problem))
    return tuple(entries), tuple(faults)


def to_its_end(steps: Generator[None, None, T]) -> T:
    """Take all steps of what is read in pieces, and return what was read."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)


def _section(found: Any, event: str) -> Section:
    body = _object(found, "section")
    uri = _absolute(_text(body, "self", "sections.self"), event)
    return Section(
        uri,
        _text_or_none(body, "name", "sections.name") or uri.rsplit("/", 1)[-1],
        _count_or_none(body.get("capacity")),
    )


def _count_or_none(found: Any) -> int | None:
    if not isinstance(found, int) or isinstance(found, bool):
        return None
    return found if 0 <= found < _NUMBERS_END else None


def _owner(found: Any, name: str) -> Owner | None:
    if found is None:
        return None
    body = _object(found, name)
    names = [_text_or_none(body, part, f"{name}.{part}") for part in ("firstName", "lastName")]
    return Owner(
        _text_or_none(body, "number", f"{name}.number"),
        _text_or_none(body, "self", f"{name}.self"),
        _text_or_none(body, "username", f"{name}.username"),
        " ".join(part for part in names if part) or None,
    )


def _absolute(uri: str, event: str) -> str:
    return uri if uri.startswith("/events/") else f"{event}{uri}"


def _object(found: Any, name: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise FieldError(name, FieldFault.NO_OBJECT)
    return found


def _list(body: dict[str, Any], name: str) -> Sequence[Any]:
    found = body.get(name)
    if not isinstance(found, list):
        raise FieldError(name, FieldFault.NO_LIST)
    return found


def _strings(body: dict[str, Any], name: str) -> list[str]:
    found = _list(body, name)
    if not all(isinstance(each, str) for each in found):
        raise FieldError(name, FieldFault.NO_TEXTS)
    return [_encodable(each) for each in found]


def _text(body: dict[str, Any], name: str, path: str | None = None) -> str:
    found = _text_or_none(body, name, path)
    if not found:
        raise FieldError(path or name, FieldFault.MISSING)
    return found


def _text_or_none(body: dict[str, Any], name: str, path: str | None = None) -> str | None:
    found = body.get(name)
    if found is None:
        return None
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise FieldError(path or name, FieldFault.NO_TEXT)
    if len(found) > _LONGEST_TEXT:
        raise FieldError(path or name, FieldFault.TOO_LONG)
    return _encodable(found)


def _encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can carry and neither file nor screen takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _number(body: dict[str, Any], name: str) -> int:
    found = body.get(name)
    if isinstance(found, bool) or not isinstance(found, int | str):
        raise FieldError(name, FieldFault.NO_NUMBER)
    try:
        number = int(found)
    except ValueError:
        raise FieldError(name, FieldFault.NO_NUMBER) from None
    if not 0 <= number < _NUMBERS_END:
        raise FieldError(name, FieldFault.OUT_OF_RANGE)
    return number


def _time_or_none(body: dict[str, Any], name: str) -> datetime | None:
    """Read a time; `N/A` is the API's way to say that there is none."""
    text = _text_or_none(body, name)
    if text in (None, "", "N/A"):
        return None
    try:
        found = datetime.fromisoformat(str(text))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldError(name, FieldFault.NO_TIME) from None
