import re
from datetime import UTC, datetime

import pytest

from tests.mock.api import Api, refused, set_up
from tests.mock.server import Ready

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_a_ticket_has_the_fields_and_forms_of_the_contract(api: Api, ready: Ready) -> None:
    ticket = api.gate(ready.tokens[0].code).entries(f"{ready.event}/tickets", records=1)[0]
    assert re.fullmatch(r"[0-9A-Z]{6}-[0-9A-Z]{12}", ticket["serial"])
    assert (ticket["status"], ticket["redeemed"]) == ("Issued", "N/A")
    assert re.fullmatch(TIME, ticket["issued"])
    assert re.fullmatch(r"/accounts/[A-Z]{2}-[A-Z0-9]{8}", ticket["owner"]["self"])
    assert ticket["section"]["self"] in ready.tokens[0].sections
    assert ticket["self"].startswith(f"{ready.event}/tickets/")


def test_a_gate_sees_the_tickets_of_its_sections_alone(api: Api, ready: Ready) -> None:
    for token in ready.tokens:
        listed = api.gate(token.code).entries(f"{ready.event}/tickets", records=500)
        assert {ticket["section"]["self"] for ticket in listed} == set(token.sections)
        assert len(listed) == 20 * len(token.sections)


def test_pages_cover_every_ticket_once(api: Api, ready: Ready) -> None:
    gate, path = api.gate(ready.tokens[0].code), f"{ready.event}/tickets"
    pages = [gate.entries(path, page=page, records=25) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({ticket["serial"] for page in pages for ticket in page}) == 60
    assert gate.get(path).json()["records"] == 25


def test_records_of_zero_give_the_total_alone(api: Api, ready: Ready) -> None:
    assert api.get(f"{ready.event}/tickets", records=0).json() == {"total": 60}


def test_an_event_without_tickets_has_an_empty_first_page(api: Api) -> None:
    listed = api.get(f"{set_up(api).event}/tickets").json()
    assert listed == {"total": 0, "page": 1, "records": 25, "entries": []}


def test_a_gate_may_not_list_another_events_tickets_nor_may_a_customer(
    api: Api, ready: Ready
) -> None:
    stage = set_up(api, tickets=1)
    assert api.gate(ready.tokens[0].code).get(f"{stage.event}/tickets").status_code == 403
    assert api.person().get(f"{ready.event}/tickets").status_code == 403


def test_some_patrons_own_several_tickets(api: Api, ready: Ready) -> None:
    listed = api.entries(f"{ready.event}/tickets", records=100)
    owners = {ticket["owner"]["number"] for ticket in listed}
    assert 20 <= len(owners) < 60


def test_modified_since_keeps_what_changed_or_was_sold_later(api: Api) -> None:
    stage = set_up(api, tickets=2)
    path = f"{stage.event}/tickets"
    first, second, third, _ = (ticket["serial"] for ticket in api.entries(path))
    before = now()
    assert api.entries(path, modified_since=before) == []
    body = {"redeemer": "Ana", "device": "door-1", "serials": [first]}
    api.made(f"{stage.event}/admissions", body)
    api.post(f"/_mock/tickets/{second}", {"status": "Cancelled"})
    api.post(f"/_mock/tickets/{third}", {"status": "Transferred"})
    api.made("/orders", {"items": {stage.sections[0]: 1}})
    changed = api.entries(path, modified_since=before)
    statuses = {ticket["serial"]: ticket["status"] for ticket in changed}
    assert len(statuses) == 4
    assert [statuses[serial] for serial in (first, second, third)] == [
        "Redeemed",
        "Cancelled",
        "Transferred",
    ]
    redeemed = next(ticket for ticket in changed if ticket["serial"] == first)
    assert re.fullmatch(TIME, redeemed["redeemed"])
    assert {ticket["status"] for ticket in api.entries(path)} == {"Issued"}
    assert api.get(path, records=0).json()["total"] == 2


@pytest.mark.parametrize("offset", ["Z", "+00:00", " 00:00", "+05:30", "-04:00"])
def test_modified_since_is_understood_in_every_zone(api: Api, ready: Ready, offset: str) -> None:
    path = f"{ready.event}/tickets"
    early, late = f"2024-01-07T01:00:00{offset}", f"2035-01-01T00:00:00.000{offset}"
    assert api.get(path, modified_since=early, records=0).json()["total"] >= 60
    assert api.get(path, modified_since=late, records=0).json()["total"] == 0


def test_a_senseless_time_is_refused(api: Api, ready: Ready) -> None:
    text = "The following arguments have invalid values: modified_since."
    response = api.get(f"{ready.event}/tickets", modified_since="yesterday")
    assert refused(response) == (400, {"error": text})


def test_a_transferred_ticket_is_issued_under_its_new_owner(api: Api) -> None:
    stage = set_up(api, tickets=1)
    path = f"{stage.event}/tickets"
    serial = api.entries(path)[0]["serial"]
    owner = api.made("/accounts", {"username": f"heir of {serial}", "password": "x"})["number"]
    before = now()
    api.post(f"/_mock/tickets/{serial}", {"status": "Transferred", "owner": owner})
    ticket = api.entries(path, modified_since=before)[0]
    assert (ticket["serial"], ticket["status"]) == (serial, "Issued")
    assert ticket["owner"]["number"] == owner


def test_the_referees_calls_need_an_administrator(api: Api, ready: Ready) -> None:
    serial = api.entries(f"{ready.event}/tickets")[0]["serial"]
    for other in (api.person(), api.gate(ready.tokens[0].code)):
        assert other.post(f"/_mock/tickets/{serial}", {"status": "Cancelled"}).status_code == 403
        assert other.get("/_mock/admissions").status_code == 403
        assert other.post("/_mock/faults", {"requests": 1}).status_code == 403
