from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.pretix_server.conftest import House
from tests.pretix_server.raw_device import RawDevice

Devices = Callable[[], RawDevice]

AN_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="microseconds")


def _entries(gate: RawDevice, position: int) -> list[tuple[int, str]]:
    return [(each["device_id"], each["type"]) for each in gate.ticket(position)["checkins"]]


def test_a_nonce_that_is_sent_again_adds_nothing(house: House, device: Devices) -> None:
    gate, other = device(), device()
    (sold,) = house.evening.order([house.floor])
    first = gate.redeem(sold.secret, house.everybody, nonce="a")
    assert other.redeem(sold.secret, house.everybody, nonce="b").status_code == 400
    again = gate.redeem(sold.secret, house.everybody, nonce="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert _entries(gate, sold.position) == [(gate.number, "entry")]


def test_a_nonce_of_an_entry_still_counts_after_the_exit(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    gate.redeem(sold.secret, house.everybody, nonce="in")
    gate.redeem(sold.secret, house.everybody, nonce="out", type="exit")
    assert gate.redeem(sold.secret, house.everybody, nonce="in").status_code == 201
    assert _entries(gate, sold.position) == [(gate.number, "exit"), (gate.number, "entry")]


def test_a_fresh_entry_is_missing_from_its_own_answer(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    first, again = (gate.redeem(sold.secret, house.everybody, nonce="a") for _ in range(2))
    assert first.json()["position"]["checkins"] == []
    assert [each["device_id"] for each in again.json()["position"]["checkins"]] == [gate.number]


def test_after_a_cancellation_the_nonce_is_refused_although_the_entry_stands(
    house: House, device: Devices
) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    gate.redeem(sold.secret, house.everybody, nonce="a", datetime=AN_HOUR_AGO)
    house.evening.cancel_order(sold.order)
    answer = gate.redeem(sold.secret, house.everybody, nonce="a", datetime=AN_HOUR_AGO)
    assert (answer.status_code, answer.json()["reason"]) == (400, "canceled")
    (stands,) = answer.json()["position"]["checkins"]
    assert stands["device_id"] == gate.number
    assert datetime.fromisoformat(stands["datetime"]) == datetime.fromisoformat(AN_HOUR_AGO)


def test_a_cancelled_ticket_of_a_paid_order_is_unknown(house: House, device: Devices) -> None:
    gate = device()
    sold, _ = house.evening.order([house.floor, house.floor])
    house.evening.cancel(sold)
    answer = gate.redeem(sold.secret, house.everybody)
    assert (answer.status_code, answer.json()["reason"]) == (404, "invalid")


def test_a_later_delivery_is_refused_whatever_its_time_says(house: House, device: Devices) -> None:
    here, there = device(), device()
    (sold,) = house.evening.order([house.floor])
    here.redeem(sold.secret, house.everybody, nonce="a")
    answer = there.redeem(sold.secret, house.everybody, nonce="b", datetime=AN_HOUR_AGO)
    assert (answer.status_code, answer.json()["reason"]) == (400, "already_redeemed")
    assert _entries(there, sold.position) == [(here.number, "entry")]


def test_the_door_says_when_it_was(house: House, device: Devices) -> None:
    gate = device()
    fields = {"item": house.floor, "valid_until": AN_HOUR_AGO}
    (sold,) = house.evening.order([fields])
    now = gate.redeem(sold.secret, house.everybody)
    earlier = (datetime.fromisoformat(AN_HOUR_AGO) - timedelta(minutes=1)).isoformat()
    then = gate.redeem(sold.secret, house.everybody, datetime=earlier)
    assert (now.status_code, now.json()["reason"]) == (400, "invalid_time")
    assert then.status_code == 201
    (entry,) = gate.ticket(sold.position)["checkins"]
    assert datetime.fromisoformat(entry["datetime"]) == datetime.fromisoformat(earlier)


def test_force_admits_twice_and_a_nonce_keeps_it_from_a_third_time(
    house: House, device: Devices
) -> None:
    here, there = device(), device()
    (sold,) = house.evening.order([house.floor])
    here.redeem(sold.secret, house.everybody, nonce="a")
    for _ in range(2):
        answer = there.redeem(sold.secret, house.everybody, nonce="b", force=True)
        assert answer.status_code == 201
    assert sorted(_entries(here, sold.position)) == [
        (here.number, "entry"),
        (there.number, "entry"),
    ]


def test_secrets_are_case_sensitive(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    answer = gate.redeem(sold.secret.upper(), house.everybody)
    assert (answer.status_code, answer.json()["reason"]) == (404, "invalid")


def test_a_simulated_redemption_leaves_no_trace(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    assert gate.redeem(sold.secret, house.everybody, simulate=True).status_code == 201
    assert house.evening.check_ins() == []


@pytest.mark.parametrize(
    ("made", "reason"), [("unpaid", "unpaid"), ("blocked", "blocked"), ("elsewhere", "product")]
)
def test_an_exit_is_refused_like_an_entry(
    made: str, reason: str, house: House, device: Devices
) -> None:
    gate, doors = device(), house.evening.check_in_list("Balcony", [house.balcony])
    (sold,) = house.evening.order([house.floor], status="n" if made == "unpaid" else "p")
    if made == "blocked":
        house.evening.block(sold)
    list_of_it = doors if made == "elsewhere" else house.everybody
    answer = gate.redeem(sold.secret, list_of_it, type="exit")
    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


def test_a_refusal_is_a_failed_check_in_by_itself(house: House, device: Devices) -> None:
    here, there = device(), device()
    (sold,) = house.evening.order([house.floor])
    here.redeem(sold.secret, house.everybody, nonce="a")
    there.redeem(sold.secret, house.everybody, nonce="b", datetime=AN_HOUR_AGO)
    answer = there.failed(
        sold.secret, house.everybody, nonce="b", error_reason="already_redeemed", type="entry"
    )
    assert answer.status_code == 201
    (failed,) = house.evening.check_ins(successful="false")
    assert failed["device_id"] == there.number
    assert failed["error_reason"] == "already_redeemed"


def test_a_failed_check_in_that_is_sent_again_adds_nothing(house: House, device: Devices) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    for _ in range(2):
        fields = {"nonce": "c", "error_reason": "blocked", "datetime": AN_HOUR_AGO}
        assert gate.failed(sold.secret, house.everybody, **fields).status_code == 201
    (failed,) = house.evening.check_ins()
    assert failed["position"] == sold.position
    assert gate.ticket(sold.position)["checkins"] == []


def test_a_print_log_reaches_the_other_gate(house: House, device: Devices) -> None:
    here, there = device(), device()
    (sold,) = house.evening.order([house.floor])
    path = f"orderpositions/{sold.position}/printlog/"
    told = {"source": "scanner", "type": "other", "successful": False, "info": {"nonce": "b"}}
    assert there.post(path, **told).status_code == 201
    (read,) = here.ticket(sold.position)["print_logs"]
    assert (read["device_id"], read["info"]) == (there.number, {"nonce": "b"})


def test_an_entry_is_taken_back_by_its_nonce_on_the_same_device(
    house: House, device: Devices
) -> None:
    here, there = device(), device()
    (sold,) = house.evening.order([house.floor])
    here.redeem(sold.secret, house.everybody, nonce="a")
    assert there.annul("a", house.everybody).status_code == 404
    assert here.annul("a", house.everybody).status_code == 200
    assert here.ticket(sold.position)["checkins"] == []
    assert there.redeem(sold.secret, house.everybody, nonce="b").status_code == 201
