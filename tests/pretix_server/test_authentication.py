from collections.abc import Callable

import httpx

from tests.pretix_server.conftest import House
from tests.pretix_server.raw_device import HARDWARE, RawDevice

Devices = Callable[[], RawDevice]


def _initialise(house: House, token: str) -> httpx.Response:
    address = f"{house.evening.organiser.url}/api/v1/device/initialize"
    body = {"token": token, **HARDWARE}
    return httpx.post(address, json=body, trust_env=False, timeout=60)


def test_a_device_token_opens_once(house: House) -> None:
    made = house.evening.organiser.device("once only")
    first, second = (_initialise(house, made.token) for _ in range(2))
    assert first.status_code == 200
    assert first.json()["device_id"] == made.number
    assert len(first.json()["api_token"]) == 64
    assert second.status_code == 400
    assert second.json() == {"token": ["This initialization token has already been used."]}


def test_an_unknown_device_token_is_told_apart_from_a_used_one(house: House) -> None:
    answer = _initialise(house, "unheardof")
    assert answer.status_code == 400
    assert answer.json() == {"token": ["Unknown initialization token."]}


def test_a_revoked_device_is_told_so_by_a_body_of_its_own(house: House, device: Devices) -> None:
    organiser = house.evening.organiser
    made = organiser.device("to be revoked")
    gate = RawDevice.initialised(house.evening, made)
    (sold,) = house.evening.order([house.floor])
    assert gate.get("orders/").status_code == 200
    organiser.revoke(made)
    for answer in (gate.get("orders/"), gate.redeem(sold.secret, house.everybody)):
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Device access has been revoked."}
    gate.api.close()


def test_an_unknown_key_is_not_a_revoked_one(device: Devices) -> None:
    gate = device()
    gate.api.headers["Authorization"] = "Device nonsense"
    answer = gate.get("orders/")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid token."})


def test_a_scanner_may_not_read_failed_check_ins(device: Devices) -> None:
    answer = device().get("checkins/")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Request denied by device security profile."}


def test_a_device_that_lost_its_event_is_not_told_of_the_ticket(
    house: House, device: Devices
) -> None:
    gate = device()
    (sold,) = house.evening.order([house.floor])
    limited = {"all_events": False, "limit_events": []}
    house.evening.organiser.api.patch(f"devices/{gate.number}/", json=limited).raise_for_status()
    answer = gate.redeem(sold.secret, house.everybody)
    assert answer.status_code == 400
    assert "status" not in answer.json()
    assert "lists" in answer.json()
