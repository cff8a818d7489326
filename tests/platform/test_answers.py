"""From an HTTP answer to a value or an error, whoever has answered."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from scanner.platform.errors import (
    ApiError,
    ApiFault,
    Forbidden,
    Malformed,
    NoSuchToken,
    NotFound,
    NotTheApi,
    Restricted,
    ServerFault,
    TooManyRequests,
    Unauthenticated,
)
from tests.platform.network import JSON, KEY, PAGE, Play, answered, failure, http, page

PORTAL = b"<html><title>Free Wi-Fi</title></html>"


@pytest.mark.parametrize(
    "answer",
    [
        http(200, PORTAL, "text/html; charset=utf-8"),
        http(200, PORTAL, None),
        http(200, PORTAL, JSON),
        http(403, PORTAL, "text/html"),
        http(404, b"not found", "text/plain"),
        http(511, b"", None).replace(b"511", b"200"),
        http(302, PORTAL, "text/html", headers={"Location": "http://portal.example/login"}),
        http(307, b"", headers={"Location": "https://127.0.0.1/v3/"}),
        http(301, b""),
        http(200, b'{"total": 1, "entries": [', JSON),
        http(200, b"\xff\xfe\x00", JSON),
        http(200, b"[" * 200_000, JSON),
        http(200, b'{"total": ' + b"9" * 5000 + b"}", JSON),
        http(200, b"not gzip", JSON, headers={"Content-Encoding": "gzip"}),
    ],
    ids=[
        "portal",
        "portal, no kind",
        "portal, wrong kind",
        "portal that forbids",
        "proxy's 404",
        "empty",
        "redirect to a log-in",
        "redirect to https",
        "redirect to nowhere",
        "cut short",
        "no text",
        "deep",
        "long number",
        "bad compression",
    ],
)
async def test_what_is_not_the_api_is_told_as_such(answer: bytes) -> None:
    error = await failure(Play(answer))
    assert type(error) is NotTheApi
    assert error.fact.code in (ApiFault.NOT_THE_API, ApiFault.UNREADABLE)


@pytest.mark.parametrize("kind", ["text/html", "text/plain", JSON, None])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 511])
async def test_a_proxys_fault_is_the_servers_whatever_its_page_says(
    status: int, kind: str | None
) -> None:
    error = await failure(Play(http(status, b"<html>Bad Gateway</html>", kind)))
    assert type(error) is ServerFault
    assert error.status == status


@pytest.mark.parametrize("body", [b"", b"slow down", b'{"error": "Too many requests."}'])
@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("99999999999999999999", 86_400.0),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        (None, None),
    ],
)
async def test_a_request_too_many_says_how_long_to_wait(
    told: str | None, seconds: float | None, body: bytes
) -> None:
    headers = {"Retry-After": told} if told is not None else {}
    kind = JSON if body.startswith(b"{") else "text/plain"
    error = await failure(Play(http(429, body, kind, headers=headers)))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0), (10**7, 86_400.0)])
async def test_the_time_to_wait_until_is_by_the_servers_own_clock(
    ahead: int, seconds: float
) -> None:
    now = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    until = format_datetime(now + timedelta(seconds=ahead), usegmt=True)
    headers = {"Retry-After": until, "Date": format_datetime(now, usegmt=True)}
    answer = http(429, b"{}", headers=headers)
    error = await failure(Play(answer))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == seconds


async def test_a_server_that_is_down_for_a_while_says_until_when() -> None:
    now = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    until = format_datetime(now + timedelta(seconds=40), usegmt=True)
    headers = {"Retry-After": until, "Date": format_datetime(now, usegmt=True)}
    error = await failure(Play(http(503, b"<html>", "text/html", headers=headers)))
    assert isinstance(error, ServerFault)
    assert error.retry_after == 40


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (404, "The provided code does not belong to any event token", NoSuchToken),
        (404, "There is presently no resource with the given URI.", NotFound),
        (404, "Not Found", NotFound),
        (403, "You are restricted from accessing this resource.", Restricted),
        (403, "Forbidden by administrative rules", Forbidden),
        (401, "The provided code does not belong to any event token", Unauthenticated),
    ],
)
async def test_only_the_apis_own_words_mean_what_they_say(
    status: int, said: str, kind: type[ApiError]
) -> None:
    error = await failure(Play(http(status, json.dumps({"error": said}).encode())))
    assert type(error) is kind


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    """This computer's own zone is far from UTC."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("Tue, 06 May 2031 07:08:09 GMT", datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("Tue, 06 May 2031 09:08:09 +0200", datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("Tue, 06 May 2031 07:08:09", datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("Tue, 06 May 2031 07:08:09 -0000", datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
async def test_the_servers_time_is_read_in_utc_or_is_unknown(
    date: str | None, read: datetime | None, in_tokyo: None
) -> None:
    headers = {"Date": date} if date is not None else {}
    answer = http(200, json.dumps(PAGE).encode(), headers=headers)
    assert (await answered(answer)).server_time == read


async def test_numbers_of_a_page_may_be_texts() -> None:
    found = await answered(page(total="1234", page="2", records="500"))
    assert (found.total, found.page, found.records) == (1234, 2, 500)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "list"),
        ("text", "list"),
        (None, "list"),
        ({}, "total"),
        (PAGE | {"total": "many"}, "total"),
        (PAGE | {"total": -1}, "total"),
        (PAGE | {"total": 1.5}, "total"),
        (PAGE | {"total": True}, "total"),
        (PAGE | {"total": 2**60}, "total"),
        (PAGE | {"page": None}, "page"),
        (PAGE | {"records": []}, "records"),
        (PAGE | {"entries": {}}, "entries"),
        (PAGE | {"entries": "none"}, "entries"),
    ],
)
async def test_json_of_another_shape_names_the_field_that_is_wrong(
    body: object, field: str
) -> None:
    error = await failure(Play(http(200, json.dumps(body).encode())))
    assert isinstance(error, Malformed)
    assert error.field == field


async def test_an_entry_that_cannot_be_read_is_set_aside_and_the_rest_lives() -> None:
    good = {"serial": "DAWIER-BACK75580348", "status": "Issued", "section": {"self": "/sections/2"}}
    found = await answered(page(total=3, entries=[{**good, "serial": None}, good, "ticket"]))
    assert [ticket.serial for ticket in found.entries] == [good["serial"]]
    assert [(fault.position, fault.field) for fault in found.faults] == [
        (0, "serial"),
        (2, "ticket"),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "You may not. Ask Ana!"}, "You may not. Ask Ana!"),
        ({"message": "You may not."}, "You may not."),
        ({"error": "", "message": "You may not."}, "You may not."),
        ({"error": {"code": 5}}, ""),
        (["You may not."], ""),
        ({}, ""),
        ({"error": "\x1b[2J" + "no " * 500}, ("[2J" + "no " * 500)[:299].strip()),
        (
            {"error": f"Key {KEY} is bad; see /tokens/A0F9GG8D."},
            "Key (key) is bad; see /tokens/(code)",
        ),
    ],
)
async def test_the_apis_words_are_kept_from_either_form_and_made_harmless(
    body: object, said: str
) -> None:
    error = await failure(Play(http(403, json.dumps(body).encode())))
    assert type(error) is Forbidden
    assert error.said == said


@pytest.mark.parametrize("status", [402, 405, 410, 413, 418, 451])
async def test_a_status_that_nobody_documents_is_still_the_apis_error(status: int) -> None:
    error = await failure(Play(http(status, b'{"error": "No"}')))
    assert type(error) is ApiError
    assert error.status == status
