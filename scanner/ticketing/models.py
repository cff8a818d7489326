"""The API's answers as pydantic models, and the values that are made from them.

Parsing is tolerant: unknown fields are ignored, numbers may be texts and texts numbers, and an
entry that can't be read becomes a `Fault` that names the field, while the rest of its list stays.
"""

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WrapValidator,
)
from pydantic import ValidatorFunctionWrapHandler as Validate
from pydantic_core import ErrorDetails, PydanticCustomError

from scanner.ticketing.errors import FieldFault
from scanner.ticketing.resources import (
    Admission,
    Event,
    Fault,
    Owner,
    Page,
    PersonSession,
    Receipt,
    Section,
    Ticket,
    Token,
    TokenGrant,
)


class FieldError(ValueError):
    """A field is missing or of the wrong type."""

    def __init__(self, name: str, problem: FieldFault) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_PIECE = 50
"""Entries that are read in one go: less than a millisecond's work."""

_NUMBERS_END = 2**53  # JSON's numbers are whole up to here (RFC 8259, 6)
_DEEPEST = 4
"""Objects and lists within each other, as far as the models look into them."""


def _time(found: object) -> datetime | None:
    """Read a time, in UTC where it names no zone; `N/A` is the API's way to say there is none."""
    if found in (None, "", "N/A"):
        return None
    try:
        time = datetime.fromisoformat(str(found))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("no_time", "no time") from None


def _no_boolean(found: object) -> object:
    """Refuse what Python takes for the numbers 0 and 1."""
    if isinstance(found, bool):
        raise PydanticCustomError("int_type", "a boolean is no number")
    return found


def _if_readable(found: object, validate: Validate) -> Any:
    try:
        return validate(found)
    except ValidationError as error:
        if _has_half_characters(error):
            raise  # it is mended, and read again
        return None


Text = Annotated[str, Field(min_length=1, max_length=500)]
OptionalText = Annotated[str, Field(max_length=500)] | None
Uri = Annotated[str, Field(max_length=100_000)]  # a text without a bound may be half a pair
Time = Annotated[datetime | None, PlainValidator(_time)]
Number = Annotated[int, Field(ge=0, lt=_NUMBERS_END), BeforeValidator(_no_boolean)]
Capacity = Annotated[
    Annotated[int, Field(strict=True, ge=0, lt=_NUMBERS_END)] | None, WrapValidator(_if_readable)
]


class _Body(BaseModel):
    """An object of the API's; what is not listed in it is dropped unread."""

    model_config = ConfigDict(coerce_numbers_to_str=True, populate_by_name=False)


class _Link(_Body):
    """Names another resource."""

    uri: Text = Field(alias="self")
    name: OptionalText = None

    def absolute(self, event: str) -> str:
        """Return the URI; a section's can be relative to its event."""
        return self.uri if self.uri.startswith("/events/") else f"{event}{self.uri}"


class _Section(_Link):
    capacity: Capacity = None

    def value(self, event: str) -> Section:
        uri = self.absolute(event)
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
        return Owner(self.number, self.uri, self.username, name or None)


class _Event(_Body):
    uri: Text = Field(alias="self")
    title: Text
    status: OptionalText = None
    start: OptionalText = None
    end: OptionalText = None
    sections: list[_Section]


class _Grant(_Body):
    key: Text
    event: Text
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

    ticket: Text
    redeemer: OptionalText = None
    device: OptionalText = None


class _Admission(_Receipt):
    """An admission is kept whatever its patron or section holds: what can't be read is absent."""

    admitted: Time = None
    uri: OptionalText = Field(None, alias="self")
    patron: Annotated[_Account | None, WrapValidator(_if_readable)] = None
    section: Annotated[_Section | None, WrapValidator(_if_readable)] = None


class _List(_Body):
    total: Number
    page: Number
    records: Number
    entries: list[Any] = []


def read_event(found: Any) -> Event:
    """Read an event; section URIs become absolute."""
    body = _read(_Event, found, "event")
    sections = tuple(each.value(body.uri) for each in body.sections)
    return Event(body.uri, body.title, body.status, body.start, body.end, sections)


def read_grant(found: Any) -> TokenGrant:
    """Read the answer to a token's code."""
    body = _read(_Grant, found, "token")
    return TokenGrant(body.key, body.event, frozenset(body.sections))


def read_token(found: Any) -> Token:
    """Read an event token."""
    body = _read(_Token, found, "token")
    return Token(body.uri, body.code, body.is_global, tuple(body.sections))


def read_person_session(found: Any) -> PersonSession:
    """Read a person's session."""
    body = _read(_PersonSession, found, "session")
    return PersonSession(body.key, body.started, body.account.value() if body.account else None)


def read_ticket(found: Any, event: str) -> Ticket:
    """Read a ticket; of its owner only what names the account is kept."""
    body = _read(_Ticket, found, "ticket")
    return Ticket(
        body.serial,
        body.status,
        body.section.absolute(event),
        body.section.name,
        body.owner.value() if body.owner else None,
        body.redeemed,
    )


def read_receipt(found: Any) -> Receipt:
    """Read an admission that was just granted."""
    body = _read(_Receipt, found, "admission")
    return Receipt(body.ticket, body.redeemer, body.device)


def read_admission(found: Any, event: str) -> Admission:
    """Read an admission of an event; the patron is the ticket's owner."""
    body = _read(_Admission, found, "admission")
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
    found: Any, read: Callable[[Any], T], name: str
) -> tuple[tuple[T, ...], tuple[Fault, ...]]:
    """Read a list entry by entry; what can't be read is set aside.

    Raises:
        FieldError: it is no list.
    """
    if not isinstance(found, list):
        raise FieldError(name, FieldFault.NO_LIST)
    return to_its_end(_entries(found, read))


def read_page_in_pieces(
    found: Any, read: Callable[[Any], T], server_time: datetime | None
) -> Generator[None, None, Page[T]]:
    """Read one page of a list, a piece at each step; its value is the page.

    Raises:
        FieldError: it is no page.
    """
    body = _read(_List, found, "list")
    entries, faults = yield from _entries(body.entries, read)
    return Page(body.total, body.page, body.records, entries, faults, server_time)


def to_its_end(steps: Generator[None, None, T]) -> T:
    """Take all steps of what is read in pieces, and return what was read."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)


def _entries(
    found: list[Any], read: Callable[[Any], T]
) -> Generator[None, None, tuple[tuple[T, ...], tuple[Fault, ...]]]:
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


def _read(model: type[M], found: Any, name: str) -> M:
    """Validate an object of the API's.

    Raises:
        FieldError: the first field that is missing or wrong; `name` where it is no object.
    """
    try:
        return model.model_validate(found)
    except ValidationError as error:
        if not _has_half_characters(error):
            raise _field_error(error, name) from None
    return _read(model, _encodable(found), name)


def _has_half_characters(error: ValidationError) -> bool:
    """Tell whether a text has half of a surrogate pair, which no file and no screen takes."""
    return any(each["type"] == "string_unicode" for each in error.errors(include_url=False))


def _field_error(error: ValidationError, name: str) -> FieldError:
    details = error.errors(include_url=False)
    path = ".".join(str(part) for part in details[0]["loc"] if not isinstance(part, int))
    return FieldError(path or name, _problem(details[0]))


def _encodable(found: Any, deepest: int = _DEEPEST) -> Any:
    """Replace halves of surrogate pairs, as deep as the models look."""
    match found:
        case str():
            return found.encode("utf-8", "replace").decode()
        case dict() if deepest:
            return {name: _encodable(each, deepest - 1) for name, each in found.items()}
        case list() if deepest:
            return [_encodable(each, deepest - 1) for each in found]
        case _:
            return found


_PROBLEMS = {
    "missing": FieldFault.MISSING,
    "string_too_short": FieldFault.MISSING,
    "string_too_long": FieldFault.TOO_LONG,
    "model_type": FieldFault.NO_OBJECT,
    "list_type": FieldFault.NO_LIST,
    "bool_type": FieldFault.NO_BOOLEAN,
    "no_time": FieldFault.NO_TIME,
    "greater_than_equal": FieldFault.OUT_OF_RANGE,
    "less_than": FieldFault.OUT_OF_RANGE,
    "int_parsing_size": FieldFault.OUT_OF_RANGE,
}


def _problem(details: ErrorDetails) -> FieldFault:
    kind = details["type"]
    if kind == "string_type":
        return FieldFault.MISSING if details["input"] is None else FieldFault.NO_TEXT
    return _PROBLEMS.get(kind, FieldFault.NO_NUMBER)
