"""What a venue's network does to a request, and what the client says of it."""

import json
import socket
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from scanner.facts import Fact
from scanner.platform import connection
from scanner.platform.errors import ApiFault, NotTheApi, TlsFailure, Unreachable
from scanner.ticketing.client import TickeTing
from scanner.wording.sentences import in_english
from tests.platform.network import (
    EVENT,
    JSON,
    KEY,
    LIMIT,
    PAGE,
    Play,
    answered,
    ask,
    failure,
    http,
    network,
    page,
)
from tests.ticketing.sentences import assert_one_sentence


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

    connection._trusted.cache_clear()
    monkeypatch.setattr("httpx.create_ssl_context", create)
    for url in ("http://127.0.0.1:9/", "https://one.example/", "https://two.example/"):
        async with TickeTing(url, KEY):
            assert len(read) == ("https" in url)
    connection._trusted.cache_clear()


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
    assert refused.value.fact == Fact(ApiFault.NOT_CONNECTED, {"host": "127.0.0.1"})
    assert_one_sentence(in_english(refused.value.fact))


async def test_a_host_that_does_not_exist_was_not_sent_to() -> None:
    with pytest.raises(Unreachable) as refused:
        await ask("http://no-such-host.invalid/v3/")
    assert refused.value.sent is False
    assert refused.value.fact.params == {"host": "no-such-host.invalid"}


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
    assert error.fact.code is ApiFault.BROKEN_OFF


async def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_CALL_SECONDS", 0.2)
    with pytest.raises(Unreachable, match=ApiFault.NEVER_ENDS) as late:
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
    assert error.fact.code is ApiFault.TIMEOUT


async def test_a_redirect_is_not_followed_so_the_key_goes_nowhere_else() -> None:
    async with network(Play(page())) as elsewhere:
        moved = http(302, b"", headers={"Location": elsewhere.url + "events/1/tickets"})
        assert isinstance(await failure(Play(moved)), NotTheApi)
    assert elsewhere.requests == []


async def test_an_answer_too_large_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LARGEST_ANSWER", 1000)
    body = json.dumps(PAGE).encode()
    fitting = http(200, body + b" " * (1000 - len(body)))
    assert (await answered(fitting)).total == 0
    error = await failure(Play(http(200, body + b" " * (1001 - len(body)), length=10**12)))
    assert isinstance(error, NotTheApi)
    assert error.fact.code is ApiFault.TOO_LARGE


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
    assert refused.value.fact.code is ApiFault.TLS
    assert_one_sentence(in_english(refused.value.fact), [KEY])


async def test_a_server_without_tls_is_not_spoken_to_as_if_it_had_some() -> None:
    async with network(Play(page(), at_once=True)) as play:
        with pytest.raises(TlsFailure) as refused:
            await ask(play.url.replace("http://", "https://"))
    assert refused.value.sent is False


@pytest.mark.parametrize(
    ("error", "code", "sent"),
    [
        (httpx.ConnectError("refused"), ApiFault.NOT_CONNECTED, False),
        (httpx.ConnectTimeout("late"), ApiFault.CONNECT_TIMEOUT, False),
        (httpx.PoolTimeout("late"), ApiFault.CONNECT_TIMEOUT, False),
        (httpx.WriteTimeout("late"), ApiFault.TIMEOUT, True),
        (httpx.ReadTimeout("late"), ApiFault.TIMEOUT, True),
        (httpx.ReadError("reset"), ApiFault.BROKEN_OFF, True),
        (httpx.RemoteProtocolError("ssh"), ApiFault.BROKEN_OFF, True),
    ],
)
async def test_only_what_failed_before_the_request_left_counts_as_not_sent(
    error: httpx.HTTPError, code: ApiFault, sent: bool
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    async with TickeTing("http://127.0.0.1:9/", KEY, transport=httpx.MockTransport(fail)) as api:
        with pytest.raises(Unreachable) as refused:
            await api.tickets(EVENT)
    assert (refused.value.fact.code, refused.value.sent) == (code, sent)


@pytest.mark.parametrize(
    ("proxy", "code"),
    [
        ("socks5://127.0.0.1:9", ApiFault.NO_SOCKS),
        ("socks://127.0.0.1:9/", ApiFault.NO_SOCKS),
        ("ftp://127.0.0.1:9", ApiFault.BAD_PROXY),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_named(
    proxy: str, code: ApiFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Unreachable) as raised:
        TickeTing("https://api.example/v3/", None)
    assert raised.value.fact.code == code


async def test_a_proxy_that_lets_nothing_through_is_named_and_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with network(Play(http(407, b"who are you?", "text/plain"))) as play:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{play.port}")
        async with TickeTing("https://api.example/v3/", None) as api:
            with pytest.raises(Unreachable) as raised:
                await api.events()
    assert raised.value.fact.code == ApiFault.PROXY
    assert not raised.value.sent


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_away_is_named_and_nothing_was_sent(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{taken.getsockname()[1]}")
        async with TickeTing(f"{scheme}://api.example/v3/", None) as api:
            with pytest.raises(Unreachable) as raised:
                await api.events()
    assert raised.value.fact.code == ApiFault.PROXY_AWAY
    assert not raised.value.sent
