"""Parsing: any JSON gives a value, a fault or an error that names the field, and nothing else."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.platform.resources import Admission, Owner, Receipt, Section
from scanner.platform.tolerant_reader import FieldError
from scanner.ticketing import models
from scanner.ticketing.resources import Event, PersonSession, Ticket, Token, TokenGrant
from tests.ticketing.forms import (
    ADMISSION,
    EVENT,
    GRANT,
    OWNER,
    PAGE,
    SESSION,
    TICKET,
    TOKEN,
    WHOLE_EVENT,
    read_admission,
    read_event,
    read_grant,
    read_page,
    read_ticket,
    read_token,
)

READERS: list[tuple[Callable[[Any], Any], dict[str, Any]]] = [
    (read_event, WHOLE_EVENT),
    (read_grant, GRANT),
    (read_token, TOKEN),
    (models.read_person_session, SESSION),
    (read_ticket, TICKET),
    (read_admission, ADMISSION),
    (read_page, PAGE),
]


def test_each_documented_form_is_read() -> None:
    floor, three = f"{EVENT}/sections/2", f"{EVENT}/sections/3"
    assert read_event(WHOLE_EVENT) == Event(
        EVENT,
        "Night",
        "Published",
        "2034-06-07T20:00",
        None,
        (Section(floor, "Floor", 50), Section(three, "3", None)),
    )
    assert read_grant(GRANT) == TokenGrant("ab" * 16, EVENT, frozenset([floor]))
    assert read_token(TOKEN) == Token(
        f"{EVENT}/tokens/5", "A0F9GG8D", is_global=False, sections=(f"{EVENT}/sections/1",)
    )
    assert read_token(TOKEN).identifier == "5"
    assert models.read_person_session(SESSION) == PersonSession(
        "ab" * 16, "2024-02-21 14:59:18", OWNER
    )
    assert read_ticket(TICKET) == Ticket(
        "DAWIER-BACK75580348", "Issued", floor, "Floor", OWNER, None
    )
    admission = read_admission(ADMISSION)
    assert (admission.serial, admission.redeemer, admission.device) == (
        "DAWIER-BACK75580348",
        "Ana",
        "door-1",
    )
    assert admission.admitted == datetime(2024, 2, 21, 14, 59, 18, tzinfo=UTC)
    assert (admission.owner, admission.section, admission.section_name) == (OWNER, floor, "Floor")
    assert read_page(PAGE).total == 2


def test_of_an_account_nothing_is_kept_but_what_names_it() -> None:
    ticket = read_ticket(TICKET)
    assert "1990" not in repr(ticket)
    assert "jo@example.com" not in repr(ticket)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-02-21T14:59:18+00:00", datetime(2024, 2, 21, 14, 59, 18, tzinfo=UTC)),
        ("2024-02-21T10:59:18-04:00", datetime(2024, 2, 21, 14, 59, 18, tzinfo=UTC)),
        ("2024-02-21T14:59:18Z", datetime(2024, 2, 21, 14, 59, 18, tzinfo=UTC)),
        ("2024-02-21 14:59:18", datetime(2024, 2, 21, 14, 59, 18, tzinfo=UTC)),
        ("N/A", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_read_in_utc_and_its_absence_as_none(
    text: str | None, read: datetime | None
) -> None:
    assert read_ticket(TICKET | {"redeemed": text}).redeemed == read


def test_what_is_not_there_and_not_needed_is_absent() -> None:
    bare = {"serial": "x", "status": "Issued", "section": {"self": "/sections/2"}}
    assert read_ticket(bare) == Ticket("x", "Issued", f"{EVENT}/sections/2", None, None, None)
    assert read_admission({"ticket": "x"}) == Admission("x", None, None, None)
    assert read_ticket(bare | {"owner": {}}).owner == Owner(None, None, None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"patron": "jo"},
        {"patron": {"number": []}},
        {"section": ["Floor"]},
        {"section": {"self": []}},
        {"section": {"self": "/sections/2", "name": {}}},
    ],
)
def test_an_admission_counts_though_its_patron_or_section_cannot_be_read(
    change: dict[str, Any],
) -> None:
    # Who was admitted by whom settles an admission; losing one would turn it into a refusal.
    admission = read_admission(ADMISSION | change)
    assert (admission.serial, admission.redeemer) == ("DAWIER-BACK75580348", "Ana")
    assert admission.admitted


def test_what_was_granted_counts_whatever_else_the_answer_says_of_it() -> None:
    odd: dict[str, Any] = ADMISSION | {"admitted": [], "self": 7, "patron": "jo", "section": None}
    granted = models.read_receipt(odd)
    assert granted == Receipt("DAWIER-BACK75580348", "Ana", "door-1")


@pytest.mark.parametrize("capacity", [-1, 10**30, True, "50", 1.5, None])
def test_a_capacity_that_is_no_count_is_unknown(capacity: object) -> None:
    sections = [{"self": "/sections/2", "capacity": capacity}]
    (section,) = read_event(WHOLE_EVENT | {"sections": sections}).sections
    assert section.capacity is None


def test_half_of_a_surrogate_pair_is_replaced_wherever_it_stands() -> None:
    half = json.loads('"\\ud800"')
    assert read_grant(GRANT | {"sections": [half]}).sections == {f"{EVENT}/sections/\ufffd"}
    assert read_token(TOKEN | {"sections": [half]}).sections == (f"{EVENT}/sections/\ufffd",)
    assert read_ticket(TICKET | {"status": half}).status == "\ufffd"
    named = read_admission(ADMISSION | {"patron": {"firstName": half, "number": "1"}})
    assert named.owner == Owner("1", None, None, "\ufffd")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        ["\ud800", 10**600, "x" * 501, "0001-01-01T00:00:00+14:00", "9" * 5000, EVENT]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def texts_of(value: Any) -> list[str]:
    """Every text in a value that was read, however deep."""
    if isinstance(value, str):
        return [value]
    if dataclasses.is_dataclass(value):
        return [t for f in dataclasses.fields(value) for t in texts_of(getattr(value, f.name))]
    if isinstance(value, tuple | frozenset):
        return [t for each in value for t in texts_of(each)]
    return []


def read_or_name_the_field(read: Callable[[Any], Any], found: Any) -> Any:
    try:
        value = read(found)
    except FieldError as error:
        assert error.name
        assert error.problem
        return None
    for text in texts_of(value):
        text.encode()  # no half of a surrogate pair: the database and the screen take none
    return value


@given(st.sampled_from(READERS), JSON)
def test_any_json_is_read_or_the_field_is_named(
    reader: tuple[Callable[[Any], Any], dict[str, Any]], found: Any
) -> None:
    read_or_name_the_field(reader[0], found)


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[Callable[[Any], Any], Any]:
    """A documented form with one of its values, at any depth, replaced by anything."""
    read, whole = draw(st.sampled_from(READERS))
    found = json.loads(json.dumps(whole))
    place: Any = found
    while True:
        name = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else [0]))
        inner = place[name]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            break
        place = inner
    place[name] = draw(JSON)
    return read, found


@given(spoilt())
def test_a_form_with_one_value_spoilt_is_read_or_the_field_is_named(
    case: tuple[Callable[[Any], Any], Any],
) -> None:
    read_or_name_the_field(*case)


@given(st.lists(st.just(TICKET) | JSON, max_size=6))
def test_entries_that_cannot_be_read_are_set_aside_and_the_page_lives(entries: list[Any]) -> None:
    page = read_page(PAGE | {"entries": entries})
    assert len(page.entries) + len(page.faults) == len(entries)
    assert len(page.entries) >= sum(each is TICKET for each in entries)
    for fault in page.faults:
        assert entries[fault.position] is not TICKET


@given(st.text(max_size=5), JSON)
def test_a_field_that_nobody_knows_changes_nothing(name: str, value: Any) -> None:
    assert read_ticket({f"x-{name}": value} | TICKET) == read_ticket(TICKET)
