from collections.abc import Callable
from typing import Any

from tests.pretix_server.conftest import House
from tests.pretix_server.filling import Sold
from tests.pretix_server.raw_device import RawDevice

Devices = Callable[[], RawDevice]


def _changed(gate: RawDevice, since: str) -> list[str]:
    found = gate.get("orders/", modified_since=since, include="code").json()["results"]
    return [each["code"] for each in found]


def _page_time(gate: RawDevice) -> str:
    return str(gate.get("orders/").headers["X-Page-Generated"])


def test_a_page_has_fifty_orders_at_most_and_says_where_the_next_is(
    house: House, device: Devices
) -> None:
    gate = device()
    for _ in range(51):
        house.evening.order([house.floor])
    first = gate.get("orders/", page_size=1000, include="code")
    second = gate.api.get(first.json()["next"])
    beyond = gate.get("orders/", page=3)
    assert (first.json()["count"], len(first.json()["results"])) == (51, 50)
    assert (len(second.json()["results"]), second.json()["next"]) == (1, None)
    assert (beyond.status_code, beyond.json()) == (404, {"detail": "Invalid page."})


def test_what_changed_since_a_page_was_made_is_found_by_its_time(
    house: House, device: Devices
) -> None:
    gate, other, evening = device(), device(), house.evening
    orders = [evening.order([house.floor, house.floor]) for _ in range(7)]
    since = _page_time(gate)
    assert _changed(gate, since) == []
    changes: list[Callable[[Sold], Any]] = [
        lambda sold: other.redeem(sold.secret, house.everybody),
        lambda sold: evening.cancel_order(sold.order),
        evening.block,
        evening.reissue,
        evening.cancel,
        lambda sold: evening.change(sold, valid_until="2020-01-01T00:00:00Z"),
        lambda sold: other.failed(sold.secret, house.everybody, error_reason="blocked"),
    ]
    for change, (sold, _) in zip(changes, orders, strict=True):
        change(sold)
        assert _changed(gate, since) == [sold.order]
        since = _page_time(gate)


def test_a_cancelled_ticket_is_missing_unless_asked_for(house: House, device: Devices) -> None:
    gate = device()
    sold, _ = house.evening.order([house.floor, house.floor])
    house.evening.cancel(sold)
    (order,) = gate.get("orders/").json()["results"]
    assert sold.position not in [each["id"] for each in order["positions"]]
    assert gate.ticket(sold.position)["canceled"] is True


def test_a_cancelled_order_keeps_its_tickets_as_they_were(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    house.evening.cancel_order(sold.order)
    (order,) = gate.get("orders/").json()["results"]
    assert order["status"] == "c"
    assert [each["canceled"] for each in order["positions"]] == [False]


def test_a_ticket_keeps_its_number_when_its_secret_is_made_anew(
    house: House, device: Devices
) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    anew = house.evening.reissue(sold)
    assert anew.secret != sold.secret
    assert gate.ticket(sold.position)["secret"] == anew.secret
    assert gate.redeem(sold.secret, house.everybody).status_code == 404
    assert gate.get("revokedsecrets/").json()["results"] == []


def test_a_signed_secret_that_was_made_anew_is_known_as_revoked(
    house: House, device: Devices
) -> None:
    gate = device()
    house.evening.sign_secrets()
    (sold,) = house.evening.order([house.floor])
    house.evening.reissue(sold)
    answer = gate.redeem(sold.secret, house.everybody)
    assert len(sold.secret) > 100
    assert (answer.status_code, answer.json()["reason"]) == (400, "revoked")
    assert [r["secret"] for r in gate.get("revokedsecrets/").json()["results"]] == [sold.secret]


def test_a_block_that_was_lifted_stays_in_the_list_as_lifted(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    house.evening.block(sold)
    assert gate.ticket(sold.position)["blocked"] == ["admin"]
    house.evening.unblock(sold)
    (listed,) = gate.get("blockedsecrets/").json()["results"]
    assert (listed["secret"], listed["blocked"]) == (sold.secret, False)


def test_one_secret_is_looked_up_in_a_list(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    gate.redeem(sold.secret, house.everybody)
    path = f"checkinlists/{house.everybody}/positions/"
    (found,) = gate.get(path, secret=sold.secret).json()["results"]
    assert [each["device_id"] for each in found["checkins"]] == [gate.number]
    house.evening.cancel_order(sold.order)
    assert gate.get(path, secret=sold.secret).json()["results"] == []
    (found,) = gate.get(path, secret=sold.secret, ignore_status="true").json()["results"]
    assert found["order__status"] == "c"
