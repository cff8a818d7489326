"""One case for each row of the contract's error table, and other things wrong with a request."""

import socket

import httpx
import pytest

from tests.mock.api import Api, administrator, refused, set_up
from tests.mock.server import Ready

UNAUTHENTICATED = (401, {"message": "Your request could not be authenticated."})
RESTRICTED = (403, {"message": "You are restricted from accessing this resource."})
OUTDATED = (412, {"error": "Please upgrade your client to complete this request"})
NO_RESOURCE = (404, {"error": "There is presently no resource with the given URI."})
FAULT = (
    500,
    {
        "message": "There was a server error while excuting this request."
        " Please see system logs for details."
    },
)


def with_headers(ready: Ready, headers: dict[str, str], path: str = "/events") -> httpx.Response:
    return httpx.get(ready.url.rstrip("/") + path, headers=headers)


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}])
def test_a_request_without_a_key_is_not_authenticated(
    ready: Ready, headers: dict[str, str]
) -> None:
    response = with_headers(ready, {"X-Client-Version": "3.0.0", **headers})
    assert refused(response) == UNAUTHENTICATED


def test_an_invalid_key_is_restricted(ready: Ready) -> None:
    assert refused(Api(ready.url, "0" * 32).get("/events")) == RESTRICTED


def test_a_key_without_the_right_is_restricted(api: Api) -> None:
    assert refused(api.person().post("/categories", {"name": "x"})) == RESTRICTED


@pytest.mark.parametrize("version", [None, "", "2.9.9", "2", "new", "v3.0.0", "-3.0.0"])
def test_a_client_below_the_minimum_version_is_told_to_upgrade(
    ready: Ready, version: str | None
) -> None:
    headers = {"X-API-Key": ready.api_key}
    if version is not None:
        headers["X-Client-Version"] = version
    assert refused(with_headers(ready, headers)) == OUTDATED


@pytest.mark.parametrize("version", ["3.0.0", "3", "3.1.3", "3.1.3-rc.10", "10.0.0"])
def test_a_client_of_the_minimum_version_or_later_is_served(ready: Ready, version: str) -> None:
    headers = {"X-API-Key": ready.api_key, "X-Client-Version": version}
    assert with_headers(ready, headers).status_code == 200


def test_the_key_is_checked_before_the_version_and_both_before_the_path(ready: Ready) -> None:
    assert with_headers(ready, {}, "/nowhere").status_code == 401
    assert with_headers(ready, {"X-API-Key": "wrong"}, "/nowhere").status_code == 403
    assert with_headers(ready, {"X-API-Key": ready.api_key}, "/nowhere").status_code == 412


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/no/such/thing"), ("GET", "/events/"), ("PATCH", "/events"), ("BREW", "/events")],
)
def test_an_unknown_endpoint_is_named(api: Api, method: str, path: str) -> None:
    text = f"The requested endpoint {path} does not exist on this server."
    assert refused(api.call(method, path)) == (404, {"message": text})


@pytest.mark.parametrize(
    "path",
    [
        "/events/1",
        "/events/x",
        "/events/1/tickets",
        "/events/1/tokens",
        "/events/9999999999999999999999/admissions",
        "/hosts/1",
        "/accounts/NO-12345678",
        "/orders/1",
    ],
)
def test_an_endpoint_without_such_a_resource_says_so(api: Api, path: str) -> None:
    assert refused(api.get(path)) == NO_RESOURCE


def test_a_fault_in_the_server_is_spelled_as_the_vendor_spells_it(api: Api) -> None:
    api.post("/_mock/faults", {"requests": 2})
    assert refused(api.get("/events")) == FAULT
    assert refused(api.get("/regions")) == FAULT
    assert api.get("/events").status_code == 200


def test_the_server_can_be_asked_to_cut_pages_and_names_and_to_answer_stray_404s(
    api: Api, ready: Ready
) -> None:
    def faults(**how: int) -> dict[str, int]:
        found: dict[str, int] = api.post("/_mock/faults", how).json()
        return found

    gate = api.gate(ready.tokens[0].code)
    tickets = f"{ready.event}/tickets"
    try:
        faults(page_records=2, name_characters=6, strays=1)
        assert len(gate.entries(tickets, records=50)) == 2
        assert len(gate.entries(tickets, records=1)) == 1
        serial = gate.entries(tickets)[0]["serial"]
        sent = {"redeemer": "Lee", "device": "7k3q north-1", "serials": [serial]}
        (made,) = gate.post(f"{ready.event}/admissions", sent).json()
        assert (made["redeemer"], made["device"]) == ("Lee", "7k3q n")
        token = f"/tokens/{ready.tokens[0].code}"
        assert refused(api.get(token)) == (
            404,
            {"message": f"The requested endpoint {token} does not exist on this server."},
        )
        assert api.get(token).status_code == 200
    finally:
        left = faults(page_records=0, name_characters=0)
    assert left == {"requests": 0, "strays": 0, "page_records": 0, "name_characters": 0}


def test_missing_arguments_are_named_with_commas(api: Api) -> None:
    text = "The following arguments are required, but have not been supplied: name, contact, email."
    assert refused(api.post("/hosts", {"name": "", "email": None})) == (400, {"error": text})


def test_a_page_beyond_the_last_does_not_exist(api: Api, ready: Ready) -> None:
    text = "The specified page does not exist for the given records per page"
    response = api.get(f"{ready.event}/tickets", page=4, records=20)
    assert refused(response) == (404, {"error": text})


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", ""])
def test_a_page_below_one_is_not_positive(api: Api, page: str) -> None:
    response = api.get("/events", page=page)
    assert refused(response) == (404, {"error": "Please specify a positive integer page number"})


@pytest.mark.parametrize("records", ["-1", "many", "1e3", "9" * 40])
def test_senseless_records_are_refused(api: Api, records: str) -> None:
    text = "The following arguments have invalid values: records."
    assert refused(api.get("/events", records=records)) == (400, {"error": text})


def test_unknown_query_parameters_are_ignored(api: Api) -> None:
    assert api.get("/events", colour="blue", page=1).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 100_000, b"[]", b'"text"', b"nil"],
)
def test_a_body_that_is_no_json_object_is_refused(ready: Ready, raw: bytes) -> None:
    headers = {"X-API-Key": ready.api_key, "X-Client-Version": "3.0.0"}
    response = httpx.post(f"{ready.url}hosts", content=raw, headers=headers)
    assert response.status_code == 400
    assert list(response.json()) == ["error"]


def test_a_body_of_senseless_size_is_refused_and_the_server_lives(ready: Ready, api: Api) -> None:
    response = httpx.post(
        f"{ready.url}hosts", content=b" " * 5_000_000, headers=api.headers, timeout=20
    )
    assert response.status_code == 413
    assert api.get("/events").status_code == 200


def test_values_of_the_wrong_kind_are_named(api: Api) -> None:
    body = {"name": ["x"], "contact": "y", "email": "z"}
    text = "The following arguments have invalid values: name."
    assert refused(api.post("/hosts", body)) == (400, {"error": text})


def test_a_hostile_host_header_changes_nothing(ready: Ready) -> None:
    head = f"GET /events HTTP/1.1\r\nHost: [\r\nX-API-Key: {ready.api_key}\r\n"
    with socket.create_connection(("127.0.0.1", ready.port), timeout=10) as raw:
        raw.sendall(f"{head}X-Client-Version: 3.0.0\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(100).startswith((b"HTTP/1.1 200", b"HTTP/1.1 400"))


def test_every_answer_carries_the_date(ready: Ready) -> None:
    assert "date" in administrator(ready).get("/events").headers


def test_what_has_failed_has_changed_nothing(api: Api) -> None:
    stage = set_up(api, sections=2)
    items = {stage.sections[0]: 5, stage.sections[1]: 1000}
    assert api.post("/orders", {"items": items}).status_code == 400
    assert api.get(f"{stage.event}/tickets", records=0).json() == {"total": 0}
