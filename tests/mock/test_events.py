from typing import Any

import pytest

from tests.mock.api import SECTION, Api, event_fields, refused, set_up, unique
from tests.mock.server import Ready

EVENT_FIELDS = {
    "self",
    "title",
    "description",
    "type",
    "public",
    "category",
    "subcategory",
    "venue",
    "start",
    "end",
    "disclaimer",
    "tags",
    "banner",
    "thumbnail",
    "status",
    "published",
    "popularity",
    "sections",
}
SECTION_FIELDS = {
    "self",
    "name",
    "description",
    "price",
    "salesStart",
    "salesEnd",
    "active",
    "capacity",
    "sold",
    "remaining",
    "reserved",
}


def titles(events: list[dict[str, Any]]) -> list[str]:
    return [event["title"] for event in events]


def test_a_new_event_is_a_draft_with_pictures_and_a_global_token(api: Api) -> None:
    stage = set_up(api, sections=0)
    event = api.made("/events", event_fields(stage, tags=["sea"], disclaimer="Mind the gap"))
    number = event["self"].rsplit("/", 1)[-1]
    assert set(event) == EVENT_FIELDS
    assert (event["status"], event["popularity"], event["sections"]) == ("Draft", 0, [])
    assert event["banner"] == f"{api.url}media/banner/{number}"
    assert event["thumbnail"] == f"{api.url}media/thumbnail/{number}"
    assert (event["tags"], event["disclaimer"]) == (["sea"], "Mind the gap")
    assert event["start"] == "2034-06-07T20:00"
    assert [token["global"] for token in api.entries(f"{event['self']}/tokens")] == [True]


def test_an_event_carries_its_category_venue_and_region_as_objects(api: Api) -> None:
    stage = set_up(api)
    event = api.get(stage.event).json()
    assert event["category"]["self"] == stage.category
    assert event["venue"]["self"] == stage.venue
    assert event["venue"]["region"]["self"] == stage.region
    assert api.get(stage.venue).json()["region"] == stage.region


def test_a_section_is_relative_to_its_event_wherever_it_is_shown_with_it(api: Api) -> None:
    stage = set_up(api, sections=1)
    relative = stage.sections[0].removeprefix(stage.event)
    (inside,) = api.get(stage.event).json()["sections"]
    alone = api.get(stage.sections[0]).json()
    (listed,) = api.entries(f"{stage.event}/sections")
    assert inside == alone == listed
    assert inside["self"] == relative
    assert set(inside) == SECTION_FIELDS
    assert inside["price"] == {
        "base": 12.5,
        "current": 12.5,
        "expires": "9999-12-31T23:59:59.999Z",
    }


def test_a_section_counts_what_is_sold(api: Api) -> None:
    stage = set_up(api, sections=1, tickets=3)
    section = api.get(stage.sections[0]).json()
    assert (section["sold"], section["remaining"], section["capacity"]) == (3, 47, 50)


def test_a_section_is_changed_and_deleted_with_its_tickets(api: Api) -> None:
    stage = set_up(api, sections=2, tickets=1)
    changed = api.put(stage.sections[0], {"name": "Pit", "capacity": 9, "active": False}).json()
    assert (changed["name"], changed["capacity"], changed["active"]) == ("Pit", 9, False)
    assert changed["salesStart"] == SECTION["salesStart"]
    assert api.put(stage.sections[0], {"name": ""}).status_code == 400
    assert api.delete(stage.sections[0]).status_code == 204
    assert api.get(stage.sections[0]).status_code == 404
    assert api.get(f"{stage.event}/tickets", records=0).json() == {"total": 1}


def test_an_event_needs_its_arguments(api: Api) -> None:
    stage = set_up(api)
    emptied = event_fields(stage, title="", type=None, description="", subcategory="", public="")
    text = (
        "The following arguments are required, but have not been supplied:"
        " type, title, description, subcategory, public."
    )
    assert refused(api.post("/events", emptied)) == (400, {"error": text})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "1"),
        ("category", "/categories/1"),
        ("venue", "nowhere"),
        ("public", "yes"),
        ("tags", "one"),
        ("start", 5),
        ("title", 7),
    ],
)
def test_an_argument_that_makes_no_sense_is_named(api: Api, name: str, value: object) -> None:
    text = f"The following arguments have invalid values: {name}."
    response = api.post("/events", event_fields(set_up(api), **{name: value}))
    assert refused(response) == (400, {"error": text})


def test_two_events_cannot_have_one_title(api: Api) -> None:
    stage, other = set_up(api), set_up(api)
    text = "The following arguments conflict with those of another event: title."
    doubled = event_fields(stage, title=other.title)
    assert refused(api.post("/events", doubled)) == (409, {"error": text})
    assert refused(api.put(stage.event, {"title": other.title})) == (409, {"error": text})


def test_a_changed_event_keeps_what_was_not_mentioned(api: Api) -> None:
    stage = set_up(api)
    changed = api.put(stage.event, {"public": False, "end": "2034-09-07T23:00"}).json()
    assert (changed["public"], changed["end"]) == (False, "2034-09-07T23:00")
    assert changed["title"] == stage.title
    text = "The following arguments are required, but have not been supplied: title."
    assert refused(api.put(stage.event, {"title": ""})) == (400, {"error": text})


def test_a_deleted_event_takes_everything_with_it(api: Api) -> None:
    stage = set_up(api, tickets=1)
    code = api.entries(f"{stage.event}/tokens")[0]["code"]
    assert api.delete(stage.event).status_code == 204
    assert api.get(stage.event).status_code == 404
    assert api.get(f"/tokens/{code}").status_code == 404


def test_a_draft_is_hidden_from_all_but_its_host_and_its_gates(api: Api) -> None:
    stage = set_up(api)
    person = api.person()
    gate = api.gate(api.entries(f"{stage.event}/tokens")[0]["code"])
    assert person.get(stage.event).status_code == 403
    assert gate.get(stage.event).status_code == 200
    api.post(f"/_mock/events/{stage.event.rsplit('/', 1)[-1]}", {"status": "Published"})
    assert person.get(stage.event).status_code == 200


def test_only_the_host_makes_changes_or_deletes_its_events(api: Api) -> None:
    stage = set_up(api)
    person = api.person()
    text = "This account is not an administrator for the relevant event host."
    assert refused(person.post("/events", event_fields(stage))) == (403, {"error": text})
    assert person.put(stage.event, {"public": False}).status_code == 403
    assert person.delete(stage.event).status_code == 403
    assert person.post(f"{stage.event}/sections", {"name": "x", **SECTION}).status_code == 403


def test_events_are_filtered(api: Api, ready: Ready) -> None:
    stage = set_up(api, sections=1)
    past = api.made("/events", event_fields(stage, end="2020-01-01T00:00:00Z", public=False))
    host, region = stage.host.rsplit("/", 1)[-1], stage.region.rsplit("/", 1)[-1]

    def found(**query: object) -> list[str]:
        return titles(api.entries("/events", records=500, **query))

    both = [stage.title, past["title"]]
    assert found(host=host) == both
    assert found(region=region) == both
    assert titles(api.entries(f"{stage.host}/events")) == both
    assert found(title=stage.title) == [stage.title]
    assert found(section=stage.sections[0].rsplit("/", 1)[-1]) == [stage.title]
    assert found(host=host, active="true") == [stage.title]
    assert found(host=host, active="false") == [past["title"]]
    assert found(host=host, public="false") == [past["title"]]
    assert found(host=host, status="Published") == []
    assert found(host="1") == []


def test_events_are_sorted_both_ways(api: Api) -> None:
    stage = set_up(api, sections=0)
    host = stage.host.rsplit("/", 1)[-1]
    api.delete(stage.event)
    mark = unique("")
    for name, start, fans in (("beta", "2031", 11), ("Alpha", "2033", 9), ("gamma", "2032", 5)):
        fields = event_fields(stage, title=name + mark, start=f"{start}-01-01T00:00")
        number = api.made("/events", fields)["self"].rsplit("/", 1)[-1]
        api.post(f"/_mock/events/{number}", {"popularity": fans})

    def sorted_by(sort: str, **query: object) -> list[str]:
        found = titles(api.entries("/events", host=host, sort=sort, **query))
        return [title.removesuffix(mark) for title in found]

    assert sorted_by("alphabetical") == ["Alpha", "beta", "gamma"]
    assert sorted_by("alphabetical", order="desc") == ["gamma", "beta", "Alpha"]
    assert sorted_by("start") == ["beta", "gamma", "Alpha"]
    assert sorted_by("popularity") == ["gamma", "Alpha", "beta"]
    assert sorted_by("popularity", order="desc") == ["beta", "Alpha", "gamma"]


def test_published_events_are_those_that_everyone_may_see(api: Api, ready: Ready) -> None:
    stage = set_up(api)
    region = stage.region.rsplit("/", 1)[-1]
    assert ready.event in [event["self"] for event in api.entries("/published-events")]
    assert api.entries("/published-events", region=region) == []
    number = stage.event.rsplit("/", 1)[-1]
    api.post(f"/_mock/events/{number}", {"status": "Published"})
    listed = api.person().entries("/published-events", region=region)
    assert titles(listed) == [stage.title]
    assert listed[0]["published"]
    assert titles(api.entries("/published-events", title=stage.title)) == [stage.title]
