import re

import pytest

from tests.mock.api import Api, Stage, refused, set_up
from tests.mock.server import Ready

NONE_VALID = (
    400,
    {"error": "None of the provided ticket serials grants admission to this event"},
)


def serials(api: Api, stage: Stage) -> list[str]:
    return [ticket["serial"] for ticket in api.entries(f"{stage.event}/tickets", records=500)]


def batch(chosen: list[str], device: str = "door-1", redeemer: str = "Ana") -> dict[str, object]:
    return {"redeemer": redeemer, "device": device, "serials": chosen}


def gate_for(api: Api, stage: Stage, *sections: str) -> Api:
    return api.gate(api.made(f"{stage.event}/tokens", {"sections": list(sections)})["code"])


def test_an_admission_has_the_fields_and_forms_of_the_contract(api: Api) -> None:
    stage = set_up(api, tickets=1)
    first = serials(api, stage)[0]
    response = gate_for(api, stage, *stage.sections).post(
        f"{stage.event}/admissions", batch([first])
    )
    (granted,) = response.json()
    assert granted["self"].startswith(f"{stage.event}/admissions/")
    assert (granted["redeemer"], granted["device"]) == ("Ana", "door-1")
    assert granted["ticket"] == first
    assert granted["section"]["self"] == stage.sections[0]
    assert re.fullmatch(r"/accounts/[A-Z]{2}-[A-Z0-9]{8}", granted["patron"]["self"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", granted["admitted"])


def test_of_a_batch_those_that_can_be_are_granted_and_each_once(api: Api) -> None:
    stage = set_up(api, tickets=2)
    gate = gate_for(api, stage, stage.sections[0])
    permitted, used, foreign, _ = serials(api, stage)
    gate.post(f"{stage.event}/admissions", batch([used]))
    asked = [permitted, used, foreign, "DAWIER-BACK75580348", "", permitted]
    response = gate.post(f"{stage.event}/admissions", batch(asked))
    assert [granted["ticket"] for granted in response.json()] == [permitted]


def test_when_none_is_valid_nothing_is_granted(api: Api, ready: Ready) -> None:
    stage = set_up(api, tickets=1)
    gate = gate_for(api, stage, stage.sections[0])
    mine, not_permitted = serials(api, stage)
    elsewhere = api.entries(f"{ready.event}/tickets")[0]["serial"]
    path = f"{stage.event}/admissions"
    assert refused(gate.post(path, batch([not_permitted, elsewhere, "x"]))) == NONE_VALID
    assert gate.post(path, batch([mine])).status_code == 201
    assert refused(gate.post(path, batch([mine]))) == NONE_VALID


@pytest.mark.parametrize("status", ["Cancelled", "Transferred"])
def test_a_ticket_that_is_not_issued_grants_nothing(api: Api, status: str) -> None:
    stage = set_up(api, sections=1, tickets=1)
    (serial,) = serials(api, stage)
    api.post(f"/_mock/tickets/{serial}", {"status": status})
    assert refused(api.post(f"{stage.event}/admissions", batch([serial]))) == NONE_VALID


def test_a_batch_needs_redeemer_device_and_serials(api: Api) -> None:
    stage = set_up(api)
    text = (
        "The following arguments are required, but have not been supplied:"
        " redeemer, device, serials."
    )
    body: dict[str, object] = {"redeemer": "", "serials": []}
    assert refused(api.post(f"{stage.event}/admissions", body)) == (400, {"error": text})
    wrongs: tuple[object, ...] = ("one", [1], [None], {"a": "b"})
    for wrong in wrongs:
        body = {"redeemer": "Ana", "device": "door-1", "serials": wrong}
        assert api.post(f"{stage.event}/admissions", body).status_code == 400


def test_only_gates_of_the_event_and_its_host_admit(api: Api, ready: Ready) -> None:
    stage = set_up(api, tickets=1)
    body = batch(serials(api, stage))
    for other in (api.person(), api.gate(ready.tokens[0].code)):
        assert other.post(f"{stage.event}/admissions", body).status_code == 403
        assert other.get(f"{stage.event}/admissions").status_code == 403


def test_admissions_are_found_by_every_filter_and_by_several(api: Api) -> None:
    stage = set_up(api, tickets=3)
    a1, a2, a3, b1, b2, _ = serials(api, stage)
    path = f"{stage.event}/admissions"
    api.made(path, batch([a1, b1], device="Pixel 6 Pro", redeemer="Zoë"))
    api.made(path, batch([a2, b2], device="door-2", redeemer="Zoë"))
    patron = api.get(path, ticket=a1).json()["entries"][0]["patron"]
    section = stage.sections[0].rsplit("/", 1)[-1]

    def found(**query: object) -> list[str]:
        return [admission["ticket"] for admission in api.entries(path, **query)]

    assert found() == [a1, b1, a2, b2]
    assert found(redeemer="Zoë") == [a1, b1, a2, b2]
    assert found(redeemer="zo") == []
    assert found(device="Pixel 6 Pro") == [a1, b1]
    assert found(ticket=b2) == [b2]
    assert found(ticket=a3) == []
    assert found(section=section) == [a1, a2]
    assert found(section="/events/1/sections/2") == []
    assert found(patron=patron["number"]) == [a1, b1, a2, b2]
    assert found(patron=patron["self"]) == [a1, b1, a2, b2]
    assert found(patron="NO-00000000") == []
    assert found(device="door-2", section=section) == [a2]
    assert found(page=2, records=3) == [b2]
    assert api.get(path, device="door-2", records=0).json() == {"total": 2}


def test_a_gate_lists_the_admissions_of_its_sections(api: Api) -> None:
    stage = set_up(api, tickets=1)
    mine, other = serials(api, stage)
    path = f"{stage.event}/admissions"
    api.made(path, batch([mine, other]))
    gate = gate_for(api, stage, stage.sections[0])
    assert [admission["ticket"] for admission in gate.entries(path)] == [mine]


def test_the_referee_sees_every_admission(api: Api) -> None:
    stage = set_up(api, tickets=1)
    api.made(f"{stage.event}/admissions", batch(serials(api, stage)))
    everything = api.get("/_mock/admissions").json()
    assert {entry["ticket"] for entry in everything} >= set(serials(api, stage))
    mine = [entry for entry in everything if entry["self"].startswith(stage.event)]
    assert len(mine) == 2
