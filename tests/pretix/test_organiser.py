import json
from datetime import UTC, datetime

import pytest

from scanner.platform.errors import BadRequest, Malformed, Restricted, Revoked
from scanner.pretix.organiser import LARGEST_ORDER, Entry, Organiser
from scanner.pretix.resources import ListPath
from tests.pretix.stand_in import Asked, StandIn, Told

BASE = "organizers/house"
EVENING = f"{BASE}/events/evening"
PATH = ListPath("house", "evening", 3)


def organiser(pretix: StandIn) -> Organiser:
    return Organiser(pretix.url, "house", "TOKEN")


async def test_every_request_has_the_teams_token(pretix: StandIn) -> None:
    pretix.routes[f"GET {BASE}/"] = {"slug": "house"}
    async with organiser(pretix) as made:
        await made.check()
    assert pretix.asked[0].headers["Authorization"] == "Token TOKEN"


async def test_an_evening_is_made_with_a_closed_shop_and_a_list_of_some_products(
    pretix: StandIn,
) -> None:
    pretix.routes |= {
        f"POST {BASE}/events/": Told(201, {"slug": "evening"}),
        f"POST {EVENING}/items/": Told(201, {"id": 7}),
        f"POST {EVENING}/quotas/": Told(201, {"id": 1}),
        f"POST {EVENING}/checkinlists/": Told(201, {"id": 3}),
        f"POST {BASE}/devices/": Told(201, {"initialization_token": "abc"}),
    }
    async with organiser(pretix) as made:
        await made.make_event("evening", "Evening", datetime(2026, 5, 1, tzinfo=UTC))
        assert await made.make_product("evening", "Floor") == 7
        assert await made.make_list("evening", "Door", [7]) == PATH
        assert await made.make_device("north") == "abc"
    (event,) = pretix.of(f"{BASE}/events/")
    assert event.body["live"] is False
    (quota,) = pretix.of(f"{EVENING}/quotas/")
    assert (quota.body["items"], quota.body["size"]) == ([7], None)
    (listed,) = pretix.of(f"{EVENING}/checkinlists/")
    assert listed.body["limit_products"] == [7]
    assert not listed.body["allow_multiple_entries"]
    assert not listed.body["allow_entry_after_exit"]


async def test_tickets_are_sold_in_orders_of_a_hundred(pretix: StandIn) -> None:
    def order(asked: Asked) -> Told:
        count = len(asked.body["positions"])
        secrets = [{"secret": f"{len(pretix.asked)}-{number}"} for number in range(count)]
        return Told(201, {"code": "A", "positions": secrets})

    pretix.routes[f"POST {EVENING}/orders/"] = order
    async with organiser(pretix) as made:
        sold = await made.sell("evening", 7, LARGEST_ORDER + 1)
    assert len({each.secret for each in sold}) == LARGEST_ORDER + 1
    assert {each.product for each in sold} == {7}
    sizes = [len(each.body["positions"]) for each in pretix.asked]
    assert sizes == [LARGEST_ORDER, 1]


async def test_entries_are_those_of_the_list_on_all_pages_and_no_exits(pretix: StandIn) -> None:
    def check_in(device: int | None, into: int = 3, kind: str = "entry") -> dict[str, object]:
        return {"list": into, "device_id": device, "type": kind}

    def order(secret: str, *check_ins: object) -> dict[str, object]:
        return {"positions": [{"secret": secret, "checkins": list(check_ins)}]}

    many = [order(f"S{number}", check_in(1)) for number in range(60)]
    others = order("X", check_in(2), check_in(1, into=4), check_in(1, kind="exit"), check_in(None))
    pretix.routes[f"GET {EVENING}/orders/"] = [*many, others]
    async with organiser(pretix) as made:
        found = await made.entries(PATH)
    assert found == [
        *(Entry(f"S{number}", 1) for number in range(60)),
        Entry("X", 2),
        Entry("X", None),
    ]
    assert {each.query["include_canceled_positions"][0] for each in pretix.asked} == {"true"}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(401, {"detail": "Invalid token."}), Revoked),
        (Told(403, {"detail": "You do not have permission to perform this action."}), Restricted),
        (Told(400, {"slug": ["This slug has already been used."]}), BadRequest),
        (Told(201, {}), Malformed),
        (Told(201, []), Malformed),
    ],
)
async def test_what_pretix_does_not_do_is_an_error_that_tells_no_token(
    pretix: StandIn, told: Told, error: type[Exception]
) -> None:
    pretix.routes[f"POST {BASE}/devices/"] = told
    with pytest.raises(error) as raised:
        async with organiser(pretix) as made:
            await made.make_device("north")
    assert "TOKEN" not in json.dumps(str(raised.value))
