"""The calls that make a world: accounts, hosts, categories, regions, venues and orders."""

import re

import pytest

from tests.mock.api import Api, refused, set_up, unique
from tests.mock.server import Ready

KINDS = ("hosts", "categories", "regions", "venues")


def fields_for(api: Api, kind: str) -> dict[str, object]:
    if kind == "hosts":
        return {"name": unique("Host"), "contact": "Jo", "email": "jo@example.com", "city": "Rome"}
    if kind == "categories":
        return {"name": unique("Category"), "subcategories": ["One", "Two"]}
    if kind == "regions":
        return {"name": unique("Region"), "country": "Antigua and Barbuda", "city": "Jennings"}
    region = api.made("/regions", fields_for(api, "regions"))["self"]
    place = {"longitude": -73.99214, "latitude": 40.75518, "address": "7th Ave"}
    return {"name": unique("Venue"), "region": region, **place}


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_is_made_shown_listed_changed_and_deleted(api: Api, kind: str) -> None:
    fields = fields_for(api, kind)
    made = api.made(f"/{kind}", fields)
    assert re.fullmatch(rf"/{kind}/\d{{14}}", made["self"])
    assert fields.items() <= made.items()
    assert api.get(made["self"]).json() == made
    last = api.get(f"/{kind}", records=0).json()["total"]
    assert api.entries(f"/{kind}", records=1, page=last) == [made]
    changed = api.put(made["self"], {"name": unique("New")}).json()
    assert {**made, "name": changed["name"]} == changed
    assert api.get(made["self"]).json() == changed
    assert api.delete(made["self"]).status_code == 204
    assert api.get(made["self"]).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_is_required_and_unique_within_its_kind(api: Api, kind: str) -> None:
    fields = fields_for(api, kind)
    made = api.made(f"/{kind}", fields)
    noun = {"categories": "category"}.get(kind, kind.removesuffix("s"))
    text = f"The following arguments conflict with those of another {noun}: name."
    assert refused(api.post(f"/{kind}", fields)) == (409, {"error": text})
    other = api.made(f"/{kind}", fields_for(api, kind))["self"]
    assert refused(api.put(other, {"name": fields["name"]})) == (409, {"error": text})
    text = "The following arguments are required, but have not been supplied: name."
    assert refused(api.put(made["self"], {"name": ""})) == (400, {"error": text})


def test_a_resource_that_others_depend_on_stays(api: Api) -> None:
    stage = set_up(api)
    for uri in (stage.host, stage.category, stage.venue, stage.region):
        assert api.delete(uri).status_code == 409
    api.delete(stage.event)
    for uri in (stage.host, stage.category, stage.venue, stage.region):
        assert api.delete(uri).status_code == 204


def test_a_venue_is_found_by_region_and_name_and_takes_a_bare_identifier(api: Api) -> None:
    stage = set_up(api)
    region = stage.region.rsplit("/", 1)[-1]
    fields = {**fields_for(api, "venues"), "region": region}
    venue = api.made("/venues", fields)
    assert venue["region"] == stage.region
    assert len(api.entries("/venues", region=region)) == 2
    assert api.entries("/venues", name=fields["name"]) == [venue]


def test_a_host_belongs_to_whoever_made_it(api: Api) -> None:
    person = api.person()
    host = person.made("/hosts", fields_for(api, "hosts"))
    account = person.get("/sessions/active").json()["account"]["self"]
    assert person.entries(f"{account}/hosts") == [host]
    assert api.person().put(host["self"], {"city": "Oslo"}).status_code == 403
    assert person.put(host["self"], {"city": "Oslo"}).json()["city"] == "Oslo"


def test_the_catalogue_is_kept_by_administrators(api: Api, ready: Ready) -> None:
    for other in (api.person(), api.gate(ready.tokens[0].code)):
        for kind in ("categories", "regions", "venues"):
            assert other.post(f"/{kind}", fields_for(api, kind)).status_code == 403


def test_an_account_is_registered_as_an_unverified_customer(api: Api) -> None:
    body = {"username": unique("milk"), "password": "x", "firstName": "Marvin", "title": "Mr"}
    account = api.made("/accounts", {**body, "email": f"{body['username']}@example.com"})
    assert re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{8}", account["number"])
    assert account["self"] == f"/accounts/{account['number']}"
    assert (account["role"], account["verified"], account["activated"]) == ("customer", False, True)
    assert (account["firstName"], account["city"]) == ("Marvin", "")
    assert "password" not in account


def test_accounts_are_found_by_number_email_and_user_name(api: Api) -> None:
    name = unique("milk")
    account = api.made("/accounts", {"username": name, "password": "x", "email": f"{name}@b.c"})
    for field in ("number", "username", "email"):
        assert api.entries("/accounts", **{field: account[field]}) == [account]
    assert api.entries("/accounts", username="nobody at all") == []


def test_an_account_needs_a_user_name_of_its_own_and_a_password(api: Api) -> None:
    text = "The following arguments are required, but have not been supplied: username, password."
    empty = {"username": "", "password": "", "email": ""}
    assert refused(api.post("/accounts", empty)) == (400, {"error": text})
    name = unique("milk")
    body = {"username": name, "password": "x", "email": f"{name}@b.c"}
    api.made("/accounts", body)
    text = "The following arguments conflict with those of another user: username."
    assert refused(api.post("/accounts", body)) == (409, {"error": text})
    text = "The following arguments conflict with those of another user: email."
    assert refused(api.post("/accounts", {**body, "username": name + "2"})) == (
        409,
        {"error": text},
    )


def test_an_account_is_changed_by_its_owner_alone(api: Api) -> None:
    person = api.person()
    uri = person.get("/sessions/active").json()["account"]["self"]
    assert person.put(uri, {"lastName": "Milk"}).json()["lastName"] == "Milk"
    text = "The following arguments have invalid values: title."
    assert refused(person.put(uri, {"title": "Dr."})) == (400, {"error": text})
    assert api.person().get(uri).status_code == 403
    assert api.person().put(uri, {"lastName": "X"}).status_code == 403
    assert person.get("/accounts").status_code == 403


def test_preferences_name_a_region(api: Api) -> None:
    person = api.person()
    uri = person.get("/sessions/active").json()["account"]["preferences"]
    assert person.get(uri).json() == {"region": None}
    region = set_up(api).region.rsplit("/", 1)[-1]
    assert person.put(uri, {"region": region}).status_code == 200
    assert person.get(uri).json() == {"region": region}
    text = "The following arguments are required, but have not been supplied: region."
    assert refused(person.put(uri, {"region": None})) == (400, {"error": text})


def test_an_account_goes_with_its_keys_unless_it_holds_tickets(api: Api) -> None:
    stage, person = set_up(api), api.person()
    uri = person.get("/sessions/active").json()["account"]["self"]
    order = person.made("/orders", {"items": {stage.sections[0]: 1}})
    assert api.delete(uri).status_code == 409
    api.delete(stage.event)
    assert person.get(order["self"]).status_code == 200
    assert api.delete(uri).status_code == 204
    assert api.get(uri).status_code == 404
    assert person.get("/events").status_code == 403


def test_an_order_issues_its_tickets_to_the_caller(api: Api) -> None:
    stage, person = set_up(api), api.person()
    items = {stage.sections[0]: 2, stage.sections[1]: 3}
    order = person.made("/orders", {"items": items})
    number = person.get("/sessions/active").json()["account"]["number"]
    assert (order["items"], order["customer"]) == (items, f"/accounts/{number}")
    tickets = api.entries(f"{stage.event}/tickets")
    assert {ticket["owner"]["number"] for ticket in tickets} == {number}
    assert len({ticket["serial"] for ticket in tickets}) == 5
    assert person.entries("/orders") == [order]
    assert order in api.entries("/orders", records=500)
    assert person.get(order["self"]).json() == order
    assert api.person().get(order["self"]).status_code == 403


def test_a_changed_order_issues_more_or_cancels_some(api: Api) -> None:
    stage = set_up(api, sections=1)
    section, path = stage.sections[0], f"{stage.event}/tickets"
    order = api.made("/orders", {"items": {section: 3}})
    assert api.put(order["self"], {"items": {section: 5}}).json()["items"] == {section: 5}
    assert api.get(path, records=0).json() == {"total": 5}
    assert api.put(order["self"], {"items": {section: 1}}).json()["items"] == {section: 1}
    assert api.get(path, records=0).json() == {"total": 1}
    assert api.get(section).json()["sold"] == 1
    assert api.delete(order["self"]).status_code == 204
    assert api.get(order["self"]).status_code == 404
    assert api.get(path, records=0).json() == {"total": 0}


@pytest.mark.parametrize("count", [0, -1, "2", 1.5, True, None, 10**30])
def test_an_order_of_a_senseless_number_is_refused(api: Api, count: object) -> None:
    stage = set_up(api, sections=1)
    response = api.post("/orders", {"items": {stage.sections[0]: count}})
    text = "The following arguments have invalid values: items."
    assert refused(response) == (400, {"error": text})


def test_an_order_beyond_the_capacity_or_for_no_section_is_refused(api: Api) -> None:
    stage = set_up(api, sections=1)
    assert api.post("/orders", {"items": {stage.sections[0]: 51}}).status_code == 400
    assert api.post("/orders", {"items": {f"{stage.event}/sections/1": 1}}).status_code == 400
    assert api.post("/orders", {"items": {}}).status_code == 400
    assert api.post("/orders", {"items": [stage.sections[0]]}).status_code == 400


def test_a_gate_places_no_orders(api: Api, ready: Ready) -> None:
    gate = api.gate(ready.tokens[0].code)
    assert gate.post("/orders", {"items": {ready.tokens[0].sections[0]: 1}}).status_code == 403
