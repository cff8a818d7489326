"""What a verdict needs is kept, whatever else an entry holds."""

from typing import Any

import pytest

from scanner.platform.errors import FieldFault
from scanner.platform.resources import Fault, Owner, Section
from scanner.platform.tolerant_reader import FieldError, Gaps
from scanner.ticketing import models
from tests.ticketing.forms import (
    ACCOUNT,
    ADMISSION,
    EVENT,
    GRANT,
    PAGE,
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


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"serial": None}, "serial"),
        ({"serial": ""}, "serial"),
        ({"serial": ["x"]}, "serial"),
        ({"serial": "x" * 501}, "serial"),
        ({"serial": 10**600}, "serial"),
        ({"status": None}, "status"),
        ({"status": {}}, "status"),
        ({"section": None}, "section"),
        ({"section": {}}, "section.self"),
        ({"section": {"self": []}}, "section.self"),
        ({"section": ["Floor"]}, "section"),
    ],
)
def test_a_ticket_without_what_a_verdict_needs_names_the_field(
    change: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldError) as wrong:
        read_ticket(TICKET | change)
    assert wrong.value.name == field


@pytest.mark.parametrize(
    ("change", "gaps"),
    [
        ({"redeemed": "0000-00-00 00:00:00"}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": "yesterday"}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": []}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": 5.5}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": True}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": False}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": 0}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": "0001-01-01T00:00:00+14:00"}, [("redeemed", FieldFault.NO_TIME)]),
        ({"redeemed": "9999-12-31T23:59:59-14:00"}, [("redeemed", FieldFault.NO_TIME)]),
        ({"owner": []}, [("owner", FieldFault.NO_OBJECT)]),
        ({"owner": True}, [("owner", FieldFault.NO_OBJECT)]),
        (
            {"owner": {"number": [], "firstName": "x" * 600}},
            [("owner.number", FieldFault.NO_TEXT), ("owner.firstName", FieldFault.TOO_LONG)],
        ),
        (
            {"section": {"self": "/sections/2", "name": ["Floor"]}},
            [("section.name", FieldFault.NO_TEXT)],
        ),
        (
            {"section": {"self": "/sections/2", "name": "x" * 600}, "owner": 1.5, "redeemed": {}},
            [
                ("section.name", FieldFault.TOO_LONG),
                ("owner", FieldFault.NO_OBJECT),
                ("redeemed", FieldFault.NO_TIME),
            ],
        ),
        ({"issued": [], "self": {}}, []),
    ],
)
def test_a_ticket_is_kept_without_what_cannot_be_read_of_it(
    change: dict[str, Any], gaps: list[tuple[str, FieldFault]]
) -> None:
    left_out: Gaps = []
    ticket = read_ticket(TICKET | change, left_out)
    assert (ticket.serial, ticket.status) == (TICKET["serial"], "Issued")
    assert ticket.section == f"{EVENT}/sections/2"
    assert [(gap.name, gap.problem) for gap in left_out] == gaps


def test_the_rest_of_an_owner_stays_though_a_part_cannot_be_read() -> None:
    owner = read_ticket(TICKET | {"owner": ACCOUNT | {"firstName": {}}}).owner
    assert owner == Owner("AZ-4918SF92", "/accounts/AZ-4918SF92", "jo", "Doe")


@pytest.mark.parametrize(
    ("told", "identity"),
    [
        ("/accounts/AZ-4918SF92", "AZ-4918SF92"),
        ("https://api.example/v3/accounts/AZ-4918SF92", "AZ-4918SF92"),
        ("AZ-4918SF92", "AZ-4918SF92"),
        ("jo", "jo"),
        (77, "77"),
    ],
)
def test_an_owner_that_is_named_alone_is_known_by_it(told: object, identity: str) -> None:
    gaps: Gaps = []
    owner = read_ticket(TICKET | {"owner": told}, gaps).owner
    assert owner
    assert owner.identity == identity
    assert not gaps


@pytest.mark.parametrize(
    "told",
    [
        "/sections/2",
        "sections/2",
        "2",
        2,
        "/v3/events/16993717817996/sections/2",
        "/events/16993717817996/sections/2/",
        "events/16993717817996/sections/2",
        "https://api.example/v3/events/16993717817996/sections/2?x=1",
        "http://[::1]:8/events/16993717817996/sections/2#top",
    ],
)
def test_a_section_is_the_same_however_its_uri_is_written(told: object) -> None:
    floor = f"{EVENT}/sections/2"
    for section in (told, {"self": told}, {"self": told, "name": "Floor"}):
        gaps: Gaps = []
        assert read_ticket(TICKET | {"section": section}, gaps).section == floor
        assert read_admission(ADMISSION | {"section": section}).section == floor
        event = read_event(WHOLE_EVENT | {"sections": [section]})
        assert [each.uri for each in event.sections] == [floor]
        assert not gaps
    for section in (str(told), {"self": told}):
        assert read_grant(GRANT | {"sections": [section]}).sections == {floor}
        assert read_token(TOKEN | {"sections": [section]}).sections == (floor,)


def test_a_section_of_another_event_is_no_section_of_this_one() -> None:
    other = read_ticket(TICKET | {"section": "/v3/events/1/sections/2"}).section
    assert other == "/events/1/sections/2"


@pytest.mark.parametrize(
    "told",
    [EVENT, EVENT[1:], EVENT.rpartition("/")[2], f"/v3{EVENT}", f"https://api.example/v3{EVENT}/"],
)
def test_an_event_is_the_same_however_its_uri_is_written(told: str) -> None:
    for found in (told, {"self": told}):
        grant = read_grant(GRANT | {"event": found})
        assert (grant.event, *grant.sections) == (EVENT, f"{EVENT}/sections/2")
    assert read_event(WHOLE_EVENT | {"self": told}).uri == EVENT
    assert models.read_event(WHOLE_EVENT | {"self": told}, "/", asked=EVENT).uri == EVENT


def test_of_an_event_only_the_sections_that_cannot_be_read_are_left_out() -> None:
    odd = [{"name": "Nowhere"}, {"self": "/sections/2", "name": {}, "capacity": "many"}, None]
    event = read_event(WHOLE_EVENT | {"title": ["Night"], "sections": odd})
    assert (event.title, event.sections) == (
        "16993717817996",
        (Section(f"{EVENT}/sections/2", "2", None),),
    )
    assert sorted(each.field for each in event.gaps) == [
        "sections",
        "sections.capacity",
        "sections.name",
        "sections.self",
        "title",
    ]
    grant = read_grant(GRANT | {"sections": [7, None, "/sections/2"]})
    assert grant.sections == {f"{EVENT}/sections/7", f"{EVENT}/sections/2"}
    assert grant.gaps == (Fault(0, "sections", FieldFault.MISSING),)


def test_a_page_tells_what_was_left_out_of_its_entries() -> None:
    page = read_page(PAGE | {"entries": [TICKET, {}, TICKET | {"owner": []}, TICKET]})
    assert len(page.entries) == 3
    assert page.faults == (Fault(1, "serial", FieldFault.MISSING),)
    assert page.gaps == (Fault(2, "owner", FieldFault.NO_OBJECT),)


def test_a_list_of_nothing_but_wrong_values_is_read_in_one_go() -> None:
    wrong: list[object] = [None] * 100_000
    assert read_event(WHOLE_EVENT | {"sections": wrong}).sections == ()
