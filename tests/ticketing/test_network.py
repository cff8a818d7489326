"""What a venue's network does to a request, and what the client says of it."""

import asyncio
import json
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from scanner.ticketing import client
from scanner.ticketing.client import TickeTing
from scanner.ticketing.errors import (
    ApiError,
    Forbidden,
    Malformed,
    NotTheApi,
    ServerFault,
    TicketingError,
    TlsFailure,
    TooManyRequests,
    Unreachable,
)
from scanner.ticketing.resources import Page, Ticket
from tests.ticketing.network import JSON, LIMIT, Play, http, network
from tests.ticketing.sentences import assert_one_sentence

KEY = "0123456789abcdef" * 2
EVENT = "/events/1"
PAGE = {"total": 0, "page": 1, "records": 500, "entries": []}
PORTAL = b"<html><title>Free Wi-Fi</title></html>"
LATE = 0.2


async def ask(url: str, seconds: float = LIMIT) -> Page[Ticket]:
    async with TickeTing(url, KEY, timeout=seconds) as api:
        return await asyncio.wait_for(api.tickets(EVENT), 2 * LIMIT)


async def failure(play: Play) -> TicketingError:
    """The error of one request, which is always one sentence without the key."""
    async with network(play):
        with pytest.raises(TicketingError) as refused:
            await ask(play.url, LATE if play.hang else LIMIT)
    assert_one_sentence(str(refused.value), [KEY])
    return refused.value


async def answered(answer: bytes) -> Page[Ticket]:
    async with network(Play(answer)) as play:
        return await ask(play.url)


def page(**changes: object) -> bytes:
    return http(200, json.dumps(PAGE | changes).encode())


async def test_a_request_carries_key_and_version_and_asks_for_json() -> None:
    async with network(Play(page())) as play:
        await ask(play.url)
    (request,) = play.requests
    lines = request.decode().split("\r\n")
    assert lines[0] == "GET /v3/events/1/tickets?page=1&records=500 HTTP/1.1"
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
    assert headers["x-api-key"] == KEY
    assert headers["x-client-version"] == "3.0.0"
    assert headers["accept"] == JSON


async def test_this_machine_is_asked_directly_whatever_proxy_leads_out_of_the_house(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with network(Play(page())) as play:
        assert not (await ask(play.url)).entries
        assert not (await ask(play.url.replace("127.0.0.1", "localhost"))).entries


async def test_the_certificates_are_read_once_and_only_where_there_is_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[ssl.SSLContext] = []

    def create() -> ssl.SSLContext:
        read.append(ssl.create_default_context())
        return read[-1]

    client._trusted.cache_clear()
    monkeypatch.setattr("httpx.create_ssl_context", create)
    for url in ("http://127.0.0.1:9/", "https://one.example/", "https://two.example/"):
        async with TickeTing(url, KEY):
            assert len(read) == ("https" in url)
    client._trusted.cache_clear()


async def test_filters_are_sent_in_the_documented_form_and_only_those_given() -> None:
    since = datetime(2024, 2, 21, 14, 59, 18, 999, tzinfo=UTC)
    async with network(Play(page())) as play, TickeTing(play.url, KEY) as api:
        await api.tickets(EVENT, modified_since=since)
        await api.tokens(EVENT, is_global=True)
        await api.tokens(EVENT, is_global=False, page=3, records=7)
        await api.admissions(EVENT, redeemer="A&b", device="d 1", section="/events/1/sections/2")
    assert [request.split(b" ", 2)[1].decode() for request in play.requests] == [
        "/v3/events/1/tickets?page=1&records=500&modified_since=2024-02-21T14%3A59%3A18%2B00%3A00",
        "/v3/events/1/tokens?page=1&records=25&global=true",
        "/v3/events/1/tokens?page=3&records=7&global=false",
        "/v3/events/1/admissions?page=1&records=500"
        "&redeemer=A%26b&device=d+1&section=%2Fevents%2F1%2Fsections%2F2",
    ]


async def test_a_refused_connection_was_not_sent() -> None:
    async with network(Play()) as play:
        pass
    with pytest.raises(Unreachable) as refused:
        await ask(play.url)
    assert refused.value.sent is False
    assert "can't be reached" in str(refused.value)
    assert_one_sentence(str(refused.value))


async def test_a_host_that_does_not_exist_was_not_sent_to() -> None:
    with pytest.raises(Unreachable) as refused:
        await ask("http://no-such-host.invalid/v3/")
    assert refused.value.sent is False
    assert "no-such-host.invalid" in str(refused.value)


@pytest.mark.parametrize(
    "play",
    [
        Play(),
        Play(reset=True),
        Play(b"HTTP/1.1 200 OK\r\nContent-Le"),
        Play(http(200, b'{"total": 1, "pa', length=4000)),
        Play(http(200, b'{"total": 1, "pa', length=4000), reset=True),
        Play(b"SSH-2.0-OpenSSH_9.6\r\n"),
        Play(b"\x00" * 100_000),
    ],
    ids=["closed", "reset", "half a head", "half a body", "half a body, reset", "ssh", "noise"],
)
async def test_a_connection_that_breaks_may_have_been_sent(play: Play) -> None:
    error = await failure(play)
    assert isinstance(error, Unreachable)
    assert error.sent is True
    assert "broke off the connection" in str(error)


async def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LONGEST_CALL_SECONDS", 0.2)
    with pytest.raises(Unreachable, match="does not come to an end") as late:
        async with (
            network(Play(http(200, b"{", length=9), hang=True)) as play,
            TickeTing(play.url, KEY, timeout=LIMIT) as api,
        ):
            await api.tickets(EVENT)
    assert late.value.sent is True


@pytest.mark.parametrize("answer", [b"", http(200, b"{", length=9)], ids=["nothing", "half"])
async def test_an_answer_that_does_not_come_in_time_may_have_been_sent(answer: bytes) -> None:
    error = await failure(Play(answer, hang=True))
    assert isinstance(error, Unreachable)
    assert error.sent is True
    assert "does not answer in time" in str(error)


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
    assert type(await failure(Play(answer))) is NotTheApi


async def test_a_redirect_is_not_followed_so_the_key_goes_nowhere_else() -> None:
    async with network(Play(page())) as elsewhere:
        moved = http(302, b"", headers={"Location": elsewhere.url + "events/1/tickets"})
        assert isinstance(await failure(Play(moved)), NotTheApi)
    assert elsewhere.requests == []


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


async def test_an_answer_too_large_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "LARGEST_ANSWER", 1000)
    body = json.dumps(PAGE).encode()
    fitting = http(200, body + b" " * (1000 - len(body)))
    assert (await answered(fitting)).total == 0
    error = await failure(Play(http(200, body + b" " * (1001 - len(body)), length=10**12)))
    assert isinstance(error, NotTheApi)
    assert "too large" in str(error)


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


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder: Path = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", "req", "-x509", *made, *subject, *files], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(
    self_signed: ssl.SSLContext,
) -> None:
    async with network(Play(page()), self_signed) as play:
        with pytest.raises(TlsFailure) as refused:
            await ask(play.url.replace("http://", "https://"))
    assert refused.value.sent is False
    assert play.requests == []
    assert "is not private" in str(refused.value)
    assert_one_sentence(str(refused.value), [KEY])


async def test_a_server_without_tls_is_not_spoken_to_as_if_it_had_some() -> None:
    async with network(Play(page(), at_once=True)) as play:
        with pytest.raises(TlsFailure) as refused:
            await ask(play.url.replace("http://", "https://"))
    assert refused.value.sent is False
