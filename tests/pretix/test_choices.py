from typing import Any

import pytest

from scanner.admission.door import Unjudged
from scanner.platform.errors import ListError, Malformed, Restricted, Revoked
from scanner.pretix.choices import Choices
from scanner.pretix.resources import Device, ListPath
from tests.pretix.stand_in import StandIn, Told

KEY = "k" * 64
HOUSE = "organizers/house"


def event(slug: str, **fields: object) -> dict[str, Any]:
    names = {"en": slug.title(), "de": f"{slug.title()} (de)"}
    body = {"slug": slug, "name": names, "live": True, "testmode": False, "has_subevents": False}
    return body | {"date_from": "2099-01-01T20:00:00Z", "date_to": None} | fields


def check_in_list(number: int, **fields: object) -> dict[str, Any]:
    body = {"id": number, "name": f"List {number}", "all_products": True, "limit_products": []}
    return body | {"subevent": None, "rules": {}, "include_pending": False} | fields


def question(number: int, items: list[int], *, at_the_door: bool = True) -> dict[str, Any]:
    return {"id": number, "items": items, "ask_during_checkin": at_the_door}


def serve(pretix: StandIn, slug: str, lists: list[Any], questions: list[Any]) -> None:
    pretix.routes[f"GET {HOUSE}/events/{slug}/checkinlists/"] = lists
    pretix.routes[f"GET {HOUSE}/events/{slug}/questions/"] = questions


def choices(pretix: StandIn, language: str = "en") -> Choices:
    pretix.device_key = KEY
    return Choices(Device(f"{pretix.url}/", "house", 7, KEY), language)


async def test_the_next_event_comes_first_and_the_last_one_that_is_over_after_them(
    pretix: StandIn,
) -> None:
    pretix.routes[f"GET {HOUSE}/events/"] = [
        event("long-over", date_from="2001-01-01T20:00:00Z"),
        event("over", date_from="2002-01-01T20:00:00Z", date_to="2002-01-02T20:00:00Z"),
        event("far", live=False),
        event("soon", date_from="2098-01-01T20:00:00Z", testmode=True),
        event("running", date_from="2003-01-01T20:00:00Z", date_to="2099-01-02T20:00:00Z"),
        event("undated", date_from=None),
    ]
    async with choices(pretix) as found:
        events = await found.events()
    slugs = [each.slug for each in events]
    assert slugs == ["running", "undated", "soon", "far", "over", "long-over"]
    assert [each.live for each in events if each.slug == "far"] == [False]
    assert [each.testing for each in events if each.slug == "soon"] == [True]


@pytest.mark.parametrize(
    ("language", "name", "title"),
    [
        ("de", {"en": "Evening", "de": "Abend"}, "Abend"),
        ("fr", {"de": "Abend", "en": "Evening"}, "Evening"),
        ("fr", {"it": "", "de": "Abend", "es": "Noche"}, "Abend"),
        ("fr", "Evening", "Evening"),
        ("fr", {"de": 7, "es": None}, "7"),
        ("fr", {"de": {}}, "evening"),
        ("fr", {}, "evening"),
        ("fr", None, "evening"),
    ],
)
async def test_a_title_is_in_the_language_or_in_english_or_what_there_is(
    pretix: StandIn, language: str, name: object, title: str
) -> None:
    pretix.routes[f"GET {HOUSE}/events/"] = [event("evening", name=name)]
    async with choices(pretix, language) as found:
        assert [each.title for each in await found.events()] == [title]


async def test_each_date_of_a_series_has_its_own_lists(pretix: StandIn) -> None:
    pretix.routes[f"GET {HOUSE}/events/"] = [event("series", has_subevents=True)]
    pretix.routes[f"GET {HOUSE}/events/series/subevents/"] = [
        {"id": 1, "name": {"en": "Fri"}, "active": True, "date_from": "2099-02-01T20:00:00Z"},
        {"id": 2, "name": {"en": "Sat"}, "active": False, "date_from": "2099-02-02T20:00:00Z"},
    ]
    lists = [check_in_list(3), check_in_list(4, subevent=1), check_in_list(5, subevent=2)]
    serve(pretix, "series", lists, [])
    async with choices(pretix) as found:
        told = await found.choices()
    assert [(each.title, each.date, each.live) for each in told] == [
        ("Series", None, True),
        ("Series: Fri", 1, True),
        ("Series: Sat", 2, False),
    ]
    assert [[one.path.number for one in each.lists] for each in told] == [[3], [4], [5]]


async def test_a_list_tells_what_a_gate_without_a_network_cannot_judge(pretix: StandIn) -> None:
    lists = [
        check_in_list(1),
        check_in_list(
            2, all_products=False, limit_products=[8, 9], include_pending=True, addon_match=True
        ),
        check_in_list(3, all_products=False, limit_products=[7], rules={"and": []}),
    ]
    questions = [question(1, [7]), question(2, [8], at_the_door=False)]
    serve(pretix, "evening", lists, questions)
    pretix.routes[f"GET {HOUSE}/events/"] = [event("evening")]
    async with choices(pretix) as found:
        ((everybody, some, ruled),) = [each.lists for each in await found.choices()]
    assert everybody.unjudged == {Unjudged.QUESTIONS}
    assert (everybody.products, everybody.takes_unpaid) == (None, False)
    assert (everybody.takes_addons, some.takes_addons) == (False, True)
    assert some.unjudged == frozenset()
    assert (some.products, some.takes_unpaid) == (2, True)
    assert ruled.unjudged == {Unjudged.RULES, Unjudged.QUESTIONS}
    assert ruled.path.uri == "/organizers/house/events/evening/checkinlists/3"


async def test_rules_of_any_shape_are_rules(pretix: StandIn) -> None:
    serve(pretix, "evening", [check_in_list(1, rules="strange")], [])
    async with choices(pretix) as found:
        choice = await found.named("evening/1")
    assert choice
    assert choice.unjudged == {Unjudged.RULES}


async def test_a_list_is_found_by_its_short_name(pretix: StandIn) -> None:
    serve(pretix, "evening", [check_in_list(1), check_in_list(12)], [])
    pretix.routes[f"GET {HOUSE}/events/other/checkinlists/"] = Told(
        403, {"detail": "You do not have permission to perform this action."}
    )
    async with choices(pretix) as found:
        choice = await found.named("evening/12")
        assert choice
        assert choice.path == ListPath("house", "evening", 12)
        for nothing in ("evening/2", "evening/1x", "evening/", "evening", "/1", "../a/1", ""):
            assert await found.named(nothing) is None
        with pytest.raises(Restricted):
            await found.named("other/1")


async def test_whom_or_when_a_list_admits_must_be_known(pretix: StandIn) -> None:
    broken = check_in_list(6)
    del broken["all_products"]
    lists = [
        check_in_list(1, subevent="Friday"),
        check_in_list(2, all_products="yes"),
        check_in_list(3, limit_products="none"),
        broken,
        {},
        "7",
        check_in_list(9),
    ]
    serve(pretix, "evening", lists, [])
    pretix.routes[f"GET {HOUSE}/events/"] = [event("evening"), {"slug": "../x"}, None]
    async with choices(pretix) as found:
        (only,) = await found.choices()
    assert [each.path.number for each in only.lists] == [3, 9]


async def test_many_events_are_read_page_by_page(pretix: StandIn) -> None:
    pretix.routes[f"GET {HOUSE}/events/"] = [event(f"evening-{n}") for n in range(120)]
    async with choices(pretix) as found:
        assert len(await found.events()) == 120
    assert len(pretix.asked) == 3


async def test_a_list_that_never_ends_is_told(
    pretix: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.pretix.client.MOST_PAGES", 3)
    endless = {"count": "many", "next": "more", "results": [event("evening")]}
    pretix.routes[f"GET {HOUSE}/events/"] = endless
    async with choices(pretix) as found:
        with pytest.raises(ListError):
            await found.events()


@pytest.mark.parametrize("body", [[], {}, {"results": 7}, None, "no"])
async def test_a_page_that_is_none_counts_not_as_an_empty_one(
    pretix: StandIn, body: object
) -> None:
    pretix.routes[f"GET {HOUSE}/events/"] = Told(200, body)
    async with choices(pretix) as found:
        with pytest.raises(Malformed):
            await found.events()


async def test_a_revoked_device_is_told_so(pretix: StandIn) -> None:
    revoked = Told(401, {"detail": "Device access has been revoked."})
    pretix.routes[f"GET {HOUSE}/events/"] = revoked
    async with choices(pretix) as found:
        with pytest.raises(Revoked):
            await found.events()
