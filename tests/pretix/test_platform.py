from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.admission.door import DoorRules, Unjudged
from scanner.admission.ticket import TicketStatus
from scanner.platform.errors import (
    Malformed,
    NoSuchPage,
    NoSuchToken,
    NotTheApi,
    Restricted,
    Revoked,
    ServerFault,
    Unauthenticated,
    Unreachable,
)
from scanner.platform.resources import Order
from scanner.pretix.platform import PretixPlatform
from scanner.store.tickets import TicketRow
from tests.pretix.evening import (
    BAR,
    BASE,
    FLOOR,
    KEY,
    NAME,
    NO_SUCH_LIST,
    OTHER,
    PATH,
    check_in,
    check_in_list,
    gate,
    item,
    order,
    position,
    serve,
)
from tests.pretix.stand_in import HTML, Asked, StandIn, Told

EVENING = "/organizers/house/events/evening"


async def rows(platform: PretixPlatform, **query: Any) -> dict[str, TicketRow]:
    page = await platform.tickets(**query)
    orders = [each for each in page.entries if isinstance(each, Order)]
    return {each.serial: each for order in orders for each in order.tickets}


async def test_the_scope_is_the_lists(pretix: StandIn) -> None:
    serve(pretix, rules={"and": []}, allow_multiple_entries=True)
    async with gate(pretix) as platform:
        scope = await platform.scope()
    assert scope.event == PATH.uri
    assert scope.title == "Evening, Door"
    assert [(each.uri, each.name) for each in scope.sections] == [
        (f"{EVENING}/items/1", "Floor"),
        (f"{EVENING}/items/2", "Bar"),
    ]
    assert scope.permitted == {f"{EVENING}/items/1", f"{EVENING}/items/2"}
    assert scope.door == DoorRules(True, True, True)
    assert (scope.key, scope.gaps) == (KEY, ())


async def test_a_list_of_some_products_permits_these_alone(pretix: StandIn) -> None:
    serve(pretix, all_products=False, limit_products=[FLOOR])
    async with gate(pretix) as platform:
        scope = await platform.scope()
    assert scope.permitted == {f"{EVENING}/items/1"}
    assert [each.name for each in scope.sections] == ["Floor"]  # the bar admits nobody anyway


async def test_products_that_have_not_changed_are_not_sent_again(pretix: StandIn) -> None:
    serve(pretix)
    changed = "Sun, 29 Nov 2026 19:33:59 GMT"
    whole = [item(FLOOR, "Floor")]

    def items(asked: Asked) -> Told | list[Any]:
        if asked.headers.get("If-Modified-Since") == changed:
            return Told(304, b"", HTML)
        return Told(200, {"count": 1, "next": None, "results": whole}, headers=headers)

    headers = {"Last-Modified": changed, "Date": "Sun, 29 Nov 2026 19:34:30 GMT"}
    pretix.routes[f"GET {BASE}/items/"] = items
    async with gate(pretix) as platform:
        first, again = await platform.scope(), await platform.scope()
    assert first == again
    sent = [each.headers.get("If-Modified-Since") for each in pretix.of(f"{BASE}/items/")]
    assert sent == [None, changed]
    assert len(pretix.of(f"{BASE}/")) == 1


@pytest.mark.parametrize("date", ["Sun, 29 Nov 2026 19:33:59 GMT", "junk", ""])
async def test_a_list_that_may_still_change_within_its_second_is_read_again(
    pretix: StandIn, date: str
) -> None:
    serve(pretix)
    headers = {"Last-Modified": "Sun, 29 Nov 2026 19:33:59 GMT", "Date": date}
    body = {"count": 1, "next": None, "results": [item(FLOOR, "Floor")]}
    pretix.routes[f"GET {BASE}/items/"] = Told(200, body, headers=headers)
    async with gate(pretix) as platform:
        await platform.scope()
        await platform.scope()
    sent = [each.headers.get("If-Modified-Since") for each in pretix.of(f"{BASE}/items/")]
    assert sent == [None, None]


async def test_a_list_that_is_gone_ends_the_access_and_one_that_cant_be_read_does_not(
    pretix: StandIn,
) -> None:
    serve(pretix)
    async with gate(pretix) as platform:
        pretix.routes[f"GET {BASE}/checkinlists/"] = [check_in_list(9)]
        with pytest.raises(Malformed):  # pages may have shifted
            await platform.scope()
        pretix.routes[f"GET {BASE}/checkinlists/3/positions/"] = NO_SUCH_LIST
        with pytest.raises(NoSuchToken):
            await platform.scope()
        pretix.routes[f"GET {BASE}/checkinlists/"] = [check_in_list(all_products=None)]
        with pytest.raises(Malformed):
            await platform.scope()


@pytest.mark.parametrize(
    ("fields", "position_fields", "status"),
    [
        ({}, {}, TicketStatus.ISSUED),
        ({"status": "c"}, {}, TicketStatus.CANCELLED),
        ({"status": "e"}, {}, TicketStatus.CANCELLED),
        ({"status": "z"}, {}, TicketStatus.OTHER),
        ({"status": "n"}, {}, TicketStatus.UNPAID),
        ({"status": "n", "valid_if_pending": True}, {}, TicketStatus.ISSUED),
        ({"status": "n", "valid_if_pending": "yes"}, {}, TicketStatus.UNPAID),
        ({"status": "n", "require_approval": True}, {}, TicketStatus.UNAPPROVED),
        ({"require_approval": True}, {}, TicketStatus.ISSUED),
        ({}, {"canceled": True}, TicketStatus.CANCELLED),
        ({}, {"canceled": "no"}, TicketStatus.OTHER),
        ({}, {"blocked": ["admin"]}, TicketStatus.BLOCKED),
        ({}, {"blocked": []}, TicketStatus.ISSUED),
        ({}, {"valid_until": "tomorrow"}, TicketStatus.OTHER),
        ({}, {"valid_from": 7}, TicketStatus.OTHER),
    ],
)
async def test_a_tickets_status_is_what_pretix_would_say_at_the_door(
    pretix: StandIn, fields: Any, position_fields: Any, status: TicketStatus
) -> None:
    serve(pretix, order("AAAAA", position(**position_fields), **fields))
    async with gate(pretix) as platform:
        ((row,),) = [(await rows(platform)).values()]
    assert row.status is status


async def test_unpaid_tickets_are_valid_at_a_list_that_has_them(pretix: StandIn) -> None:
    serve(pretix, order("AAAAA", position(), status="n"), include_pending=True)
    async with gate(pretix) as platform:
        ((row,),) = [(await rows(platform)).values()]
    assert row.status is TicketStatus.ISSUED


async def test_a_ticket_has_its_right_its_order_its_hours_and_all_remarks(pretix: StandIn) -> None:
    variation = {"id": 5, "checkin_attention": True, "checkin_text": "Child"}
    serve(
        pretix,
        order(
            "AAAAA",
            position(41, variation=5, valid_from="2026-05-01T18:00:00Z", valid_until="2026-05-02"),
            position(42, "b", addon_to=41, attendee_name=None, item=BAR),
            position(43, "c", item=99, attendee_name=["?"]),
            checkin_text="Show ID",
        ),
    )
    pretix.routes[f"GET {BASE}/items/"] = [
        item(FLOOR, "Floor", checkin_text="Show ID", variations=[variation]),
        item(BAR, "Bar"),
    ]
    async with gate(pretix) as platform:
        found = await rows(platform)
    first, addon, strange = found.values()
    assert first.detail
    assert (first.detail.key, first.detail.party) == ("41", "AAAAA")
    assert first.detail.valid_from == datetime(2026, 5, 1, 18, tzinfo=UTC)
    assert first.detail.valid_until == datetime(2026, 5, 2, tzinfo=UTC)
    assert (first.detail.attention, first.detail.notice) == (True, "Show ID; Child")
    assert (first.section, first.section_name) == (f"{EVENING}/items/1", "Floor")
    assert (first.name, addon.name, strange.name) == ("Ana Lee", "Ana Lee", None)
    assert addon.detail
    assert (addon.detail.attention, addon.detail.notice) == (False, "Show ID")
    assert strange.section_name == "99"


async def test_questions_at_the_door_that_have_no_answer_are_not_judged_here(
    pretix: StandIn,
) -> None:
    answered = [{"question": 1}]
    serve(
        pretix,
        order(
            "AAAAA",
            position(1, "asked"),
            position(2, "answered", answers=answered),
            position(3, "other", item=BAR),
        ),
    )
    pretix.routes[f"GET {BASE}/questions/"] = [
        {"id": 1, "items": [FLOOR], "ask_during_checkin": True},
        {"id": 2, "items": [FLOOR, BAR], "ask_during_checkin": False},
    ]
    async with gate(pretix) as platform:
        found = await rows(platform)
    unjudged = {serial: row.detail and row.detail.unjudged for serial, row in found.items()}
    nothing: frozenset[Unjudged] = frozenset()
    assert unjudged == {"asked": {Unjudged.QUESTIONS}, "answered": nothing, "other": nothing}


async def test_another_dates_ticket_is_none_here_and_one_that_moved_there_is_not_valid(
    pretix: StandIn,
) -> None:
    here, there = position(1, "here", subevent=4), position(2, "there", subevent=5)
    serve(pretix, order("AAAAA", here, there, position(3, "none")), subevent=4)
    pretix.routes[f"GET {BASE}/subevents/4/"] = {"id": 4, "name": {"en": "Friday"}}
    async with gate(pretix) as platform:
        assert (await platform.scope()).title == "Evening, Friday, Door"
        assert list(await rows(platform)) == ["here"]
        changed = await rows(platform, modified_since=datetime(2026, 5, 1, tzinfo=UTC))
    statuses = {serial: row.status for serial, row in changed.items()}
    assert statuses == {
        "here": TicketStatus.ISSUED,
        "there": TicketStatus.OTHER,
        "none": TicketStatus.OTHER,
    }


async def test_only_what_is_needed_is_asked_for_and_changes_since_the_servers_own_time(
    pretix: StandIn,
) -> None:
    serve(pretix, *(order(f"{n:05}", position(n, f"{n}")) for n in range(60)))
    async with gate(pretix) as platform:
        first = await platform.tickets(page=1, records=500)
        second = await platform.tickets(page=2, records=50)
        with pytest.raises(NoSuchPage):
            await platform.tickets(page=3, records=50)
        await platform.tickets(page=1, records=20, modified_since=first.server_time)
    assert (first.total, len(first.entries), len(second.entries)) == (60, 50, 10)
    assert first.server_time == datetime(2026, 11, 29, 19, 17, 34, 849930, tzinfo=UTC)
    asked = pretix.of(f"{BASE}/orders/")
    assert [each.query["page_size"] for each in asked] == [["50"], ["50"], ["50"], ["20"]]
    assert "positions.checkins" in asked[0].query["include"]
    assert "email" not in str(asked[0].query["include"])
    assert asked[0].query["include_canceled_positions"] == ["true"]
    assert asked[3].query["modified_since"] == ["2026-11-29T19:17:34.849930+00:00"]
    assert len(pretix.of(f"{BASE}/items/")) == 1


@pytest.mark.parametrize("headers", [{}, {"X-Page-Generated": "soon"}])
async def test_a_page_without_its_own_time_has_the_answers(
    pretix: StandIn, headers: dict[str, str]
) -> None:
    serve(pretix)
    told: dict[str, object] = {"count": 0, "next": None, "results": []}
    dated = headers | {"Date": "Sun, 29 Nov 2026 19:33:59 GMT"}
    pretix.routes[f"GET {BASE}/orders/"] = Told(200, told, headers=dated)
    async with gate(pretix) as platform:
        page = await platform.tickets()
    assert page.server_time == datetime(2026, 11, 29, 19, 33, 59, tzinfo=UTC)


async def test_revoked_codes_come_with_the_first_page_and_an_orders_word_counts_more(
    pretix: StandIn,
) -> None:
    serve(pretix, order("AAAAA", position(1, "cancelled", canceled=True)))
    pretix.routes[f"GET {BASE}/revokedsecrets/"] = [
        {"id": 1, "secret": "old"},
        {"id": 2, "secret": "cancelled"},
        {"id": 3},
        "?",
    ]
    async with gate(pretix) as platform:
        found = await rows(platform)
    statuses = {serial: row.status for serial, row in found.items()}
    assert statuses == {"old": TicketStatus.REVOKED, "cancelled": TicketStatus.CANCELLED}


async def test_admissions_come_with_the_orders(pretix: StandIn) -> None:
    inside = position(1, "in", checkins=[check_in(4, "2026-05-01T20:00:00.123456Z")])
    elsewhere = position(2, "list", checkins=[check_in(5, "2026-05-01T20:00:00Z", list=9)])
    serve(pretix, order("AAAAA", inside, elsewhere))
    async with gate(pretix) as platform:
        (found,) = (await platform.tickets()).entries
    assert isinstance(found, Order)
    ((admission),) = found.admissions
    assert (admission.serial, admission.device) == ("in", NAME)


async def test_the_lists_admissions_are_those_that_moved_last(pretix: StandIn) -> None:
    noted = {"source": "scanner", "type": "other", "successful": False, "device_id": OTHER}
    info = {"admitted": "2026-05-01T20:02:00Z", "device": "4b2c south"}
    serve(pretix)
    pretix.routes[f"GET {BASE}/checkinlists/3/positions/"] = [
        position(1, "in", checkins=[check_in(4, "2026-05-01T20:00:00Z")]),
        position(
            2,
            "both",
            checkins=[check_in(5, "2026-05-01T20:01:00Z")],
            print_logs=[noted | {"info": info}, noted | {"info": "?"}, {"source": "pretixPRINT"}],
        ),
        {"id": 3},
    ]
    async with gate(pretix) as platform:
        page = await platform.admissions(records=500)
        pretix.routes[f"GET {BASE}/checkinlists/3/positions/"] = [position(4, "in +")]
        undone = await platform.admissions(serial="in +")
    assert [(each.serial, each.entered) for each in undone.entries] == [("in +", False)]
    assert [each.serial for each in page.entries] == ["in", "both"]
    assert [(each.serial, each.device) for each in page.beside] == [("both", "4b2c south")]
    assert [each.field for each in page.faults] == ["secret"]
    assert page.total == 3
    whole, one = pretix.of(f"{BASE}/checkinlists/3/positions/")
    assert whole.query["ordering"] == ["last_checked_in"]
    assert (whole.query["has_checkin"], whole.query["ignore_status"]) == (["true"], ["true"])
    assert (one.query["secret"], one.query["ignore_status"]) == (["in +"], ["true"])
    assert "has_checkin" not in one.query


async def test_who_only_left_is_on_the_list_and_no_admission(pretix: StandIn) -> None:
    serve(pretix)
    left = check_in(5, "2026-05-01T20:00:00Z", type="exit")
    pretix.routes[f"GET {BASE}/checkinlists/3/positions/"] = [position(checkins=[left])]
    async with gate(pretix) as platform:
        page = await platform.admissions()
    assert page.total == len(page.entries) == 1
    assert not page.entries[0].entered


async def test_what_cant_be_read_is_set_aside_and_named(pretix: StandIn) -> None:
    serve(
        pretix,
        "?",
        None,
        {"code": "AAAAA"},
        order("BBBBB", {"id": 1}, position(2, "good", attendee_name={"no": "text"}), 7),
        order("CCCCC", status=None),
        order("DDDDD", position(3, "late", checkins=[{"list": "x"}, check_in(4, "never")])),
    )
    async with gate(pretix) as platform:
        page = await platform.tickets()
    orders = [each for each in page.entries if isinstance(each, Order)]
    assert [each.code for each in orders] == ["BBBBB", "DDDDD"]
    assert [each.serial for each in orders[0].tickets] == ["good"]
    assert [each.device for each in orders[1].admissions] == [NAME]  # in, whenever that was
    assert [each.position for each in page.faults] == [0, 1, 2, 4]
    assert {each.field for each in page.gaps} >= {"positions.secret", "attendee_name"}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(200, b"<h1>Hello</h1>", HTML), NotTheApi),
        (Told(200, b'{"count": 1, "results": ['), NotTheApi),
        (Told(200, {"count": 1, "results": []}, cut=True), Unreachable),
        (Told(200, {"count": 1}), Malformed),
        (Told(200, []), Malformed),
        (Told(302, b"", HTML, {"Location": "http://portal.example/"}), NotTheApi),
        (Told(401, {"detail": "Device access has been revoked."}), Revoked),
        (Told(401, {"detail": "Invalid token."}), Revoked),
        (Told(401, {"detail": "Authentication credentials were not provided."}), Unauthenticated),
        (Told(403, {"detail": "Request denied by device security profile."}), Restricted),
        (NO_SUCH_LIST, NoSuchToken),
        (Told(503, b"<h1>Busy</h1>", HTML), ServerFault),
    ],
)
@pytest.mark.parametrize("path", [f"{BASE}/orders/", f"{BASE}/checkinlists/3/positions/"])
async def test_what_is_no_page_is_an_error_and_never_an_empty_list(
    pretix: StandIn, path: str, told: Told, error: type[Exception]
) -> None:
    serve(pretix)
    pretix.routes[f"GET {path}"] = told
    async with gate(pretix) as platform:
        ask = platform.tickets if path.endswith("orders/") else platform.admissions
        with pytest.raises(error) as raised:
            await ask()
    assert type(raised.value) is error


async def test_a_page_with_thousands_of_tickets_is_read(pretix: StandIn) -> None:
    serve(pretix, *(_large(number) for number in range(50)))
    async with gate(pretix) as platform:
        assert len(await rows(platform)) == 5_000


def _large(number: int) -> object:
    return order(f"{number}", *(position(n, f"{number}-{n}") for n in range(100)))
