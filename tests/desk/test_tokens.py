import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.desk import tokens
from scanner.desk.errors import NameFault, Unclear
from scanner.facts import Fact
from scanner.platform.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    Unauthenticated,
    UpgradeRequired,
)
from scanner.platform.resources import Section
from scanner.ticketing import client
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Event
from scanner.wording.sentences import sentence
from tests.mock.api import SECTION, Api, Stage, set_up
from tests.mock.server import Ready

STALLS = "/events/1/sections/10"
BALCONY = "/events/1/sections/20"
TWIN = "/events/1/sections/30"


def event_of(*sections: tuple[str, str]) -> Event:
    made = tuple(Section(uri, name) for uri, name in sections)
    return Event("/events/1", "Dawn", "Published", None, None, made)


HOUSE = event_of((STALLS, "Stalls"), (BALCONY, "Balcony"))


@pytest.fixture
async def api(ready: Ready) -> AsyncIterator[TickeTing]:
    async with TickeTing(ready.url, ready.api_key) as connection:
        yield connection


@pytest.fixture
def stage(admin: Api) -> Stage:
    return set_up(admin)


def canned(answer: Callable[[httpx.Request], httpx.Response]) -> TickeTing:
    return TickeTing("http://api.test/", "key", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    "named",
    [
        "17",
        " 17 ",
        "/events/17",
        "events/17",
        "/events/17/",
        "https://api.ticketingevents.com/v3/events/17",
        "http://127.0.0.1:8080/events/17/",
    ],
)
def test_an_event_is_named_by_number_uri_or_address(named: str) -> None:
    assert tokens.event_uri(named) == "/events/17"


@pytest.mark.parametrize(
    "named",
    [
        "",
        "seventeen",
        "/events/",
        "/venues/17",
        "/events/17/tokens/1",
        "-17",
        "\u0661\u0667",
        "1/7",
    ],
)
def test_what_names_no_event_is_said(named: str) -> None:
    with pytest.raises(Unclear, match=NameFault.NO_EVENT):
        tokens.event_uri(named)


@given(named=st.text(max_size=40))
def test_an_event_uri_is_nothing_but_an_event_and_its_number(named: str) -> None:
    try:
        uri = tokens.event_uri(named)
    except Unclear:
        return
    head, _, number = uri.rpartition("/")
    assert (head, number.isascii() and number.isdigit()) == ("/events", True)


@pytest.mark.parametrize(
    ("named", "uri"),
    [
        ("Stalls", STALLS),
        ("stalls ", STALLS),
        ("BALCONY", BALCONY),
        ("20", BALCONY),
        ("/sections/20", BALCONY),
        (BALCONY, BALCONY),
        (f"https://api.test/v3{BALCONY}", BALCONY),
        ("/events/2/sections/5", "/events/2/sections/5"),
    ],
)
def test_a_section_is_named_by_name_number_or_uri(named: str, uri: str) -> None:
    assert tokens.section_uris(HOUSE, [named]) == (uri,)


def test_a_section_asked_for_twice_counts_once() -> None:
    wanted = ["Balcony", "stalls", "20", BALCONY, "STALLS"]
    assert tokens.section_uris(HOUSE, wanted) == (BALCONY, STALLS)


@pytest.mark.parametrize("named", ["Stall", "Stalls Left", "", "30"])
def test_an_unknown_section_is_answered_with_the_names_that_there_are(named: str) -> None:
    with pytest.raises(Unclear) as unknown:
        tokens.section_uris(HOUSE, [named])
    assert unknown.value.fact == Fact(
        NameFault.NO_SECTION,
        {"event": HOUSE.title, "section": named, "sections": "'Stalls', 'Balcony'"},
    )
    with pytest.raises(Unclear, match=NameFault.NO_SECTIONS):
        tokens.section_uris(event_of(), [named])


def test_a_name_that_two_sections_bear_is_answered_with_their_uris() -> None:
    twins = event_of((STALLS, "Stalls"), (TWIN, "STALLS"), (BALCONY, "10"))
    with pytest.raises(Unclear) as ambiguous:
        tokens.section_uris(twins, ["stalls"])
    said = sentence(ambiguous.value.fact)
    assert f"give the URI: 'Stalls': {STALLS}, 'STALLS': {TWIN}." in said
    with pytest.raises(Unclear, match=f"{NameFault.SECTION_AMBIGUOUS} section=10 "):
        tokens.section_uris(twins, ["10"])
    assert tokens.section_uris(twins, [TWIN]) == (TWIN,)


async def test_a_token_is_found_by_code_number_uri_and_address(
    api: TickeTing, ready: Ready, admin: Api
) -> None:
    for body in admin.entries(f"{ready.event}/tokens"):
        number = body["self"].rsplit("/", 1)[-1]
        ways = (body["code"], body["code"].lower(), number, body["self"], ready.url + body["self"])
        for named in ways:
            found = await tokens.find(api, ready.event, named)
            assert (found.uri, found.code) == (body["self"], body["code"])
            assert (found.is_global, list(found.sections)) == (body["global"], body["sections"])


async def test_a_code_is_found_on_a_later_page(api: TickeTing, ready: Ready) -> None:
    api.page_size.records = 2
    for token in ready.tokens:
        assert (await tokens.find(api, ready.event, token.code)).code == token.code
    with pytest.raises(Unclear):
        await tokens.find(api, ready.event, "NOTATOKN")


async def test_a_code_is_found_where_the_api_gives_fewer_records_than_asked_for() -> None:
    def token(number: int) -> dict[str, object]:
        uri = f"/events/1/tokens/{number}"
        return {"self": uri, "code": f"CODE000{number}", "global": False, "sections": []}

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        entries = [token(page)] if page <= 3 else []
        return httpx.Response(
            200, json={"total": "3", "page": page, "records": 1, "entries": entries}
        )

    async with canned(answer) as api:
        assert (await tokens.find(api, "/events/1", "CODE0003")).uri == "/events/1/tokens/3"
        with pytest.raises(Unclear):
            await tokens.find(api, "/events/1", "CODE0009")


async def test_a_list_that_shrinks_while_it_is_read_ends_the_search() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] != "1":
            said = "The specified page does not exist for the given records per page"
            return httpx.Response(404, json={"error": said})
        entry = {"self": "/events/1/tokens/1", "code": "AAAAAAA1", "global": True, "sections": []}
        return httpx.Response(
            200, json={"total": 101, "page": 1, "records": 100, "entries": [entry]}
        )

    async with canned(answer) as api:
        with pytest.raises(Unclear):
            await tokens.find(api, "/events/1", "CODE0009")


async def test_eight_digits_are_a_code_before_they_are_a_number() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        body = {"self": "/events/1/tokens/7", "global": False, "sections": []}
        if request.url.path.endswith("/tokens"):
            listed = [{**body, "code": "12345678"}]
            page = {"total": 1, "page": 1, "records": 100, "entries": listed}
            return httpx.Response(200, json=page)
        return httpx.Response(200, content=json.dumps({**body, "code": "ZZZZZZZZ"}))

    async with canned(answer) as api:
        assert (await tokens.find(api, "/events/1", "12345678")).code == "12345678"
        assert (await tokens.find(api, "/events/1", "87654321")).code == "ZZZZZZZZ"
    assert asked == ["/events/1/tokens"] * 3 + ["/events/1/tokens/87654321"]


@pytest.mark.parametrize("named", ["NOTATOKN", "a word", "", "../1"])
async def test_what_names_no_token_is_said_without_repeating_it(
    named: str, api: TickeTing, ready: Ready
) -> None:
    with pytest.raises(Unclear, match=NameFault.NO_TOKEN) as caught:
        await tokens.find(api, ready.event, named)
    assert named not in caught.value.fact.params.values()


async def test_a_token_of_another_event_is_not_taken_for_one_of_this(
    api: TickeTing, ready: Ready, stage: Stage, admin: Api
) -> None:
    other = admin.entries(f"{stage.event}/tokens")[0]
    with pytest.raises(Unclear, match=f"{NameFault.TOKEN_OF_ANOTHER_EVENT} event={stage.event}"):
        await tokens.find(api, ready.event, other["self"])
    with pytest.raises(Unclear):
        await tokens.find(api, ready.event, other["code"])
    with pytest.raises(NotFound):
        await tokens.find(api, ready.event, other["self"].rsplit("/", 1)[-1])


async def test_a_token_is_issued_updated_and_revoked(
    api: TickeTing, stage: Stage, admin: Api
) -> None:
    event = await api.event(stage.event)
    names = [section.name for section in event.sections]
    made = await tokens.issue(api, event, [names[0].upper(), stage.sections[0]])
    assert (made.is_global, made.sections) == (False, (stage.sections[0],))
    changed = await tokens.update(api, event, made, [names[1]])
    assert (changed.uri, changed.code) == (made.uri, made.code)
    assert changed == await api.token(stage.event, made.identifier)
    assert changed.sections == (stage.sections[1],)
    await tokens.revoke(api, stage.event, made)
    assert admin.get(made.uri).status_code == 404
    assert admin.get(f"/tokens/{made.code}").status_code == 404


async def test_the_api_refuses_no_sections_and_sections_of_another_event(
    api: TickeTing, ready: Ready, stage: Stage
) -> None:
    event = await api.event(stage.event)
    with pytest.raises(BadRequest, match="have not been supplied: sections"):
        await tokens.issue(api, event, [])
    token = await tokens.issue(api, event, [stage.sections[0]])
    for wanted in ([], [ready.tokens[0].sections[0]]):
        with pytest.raises(BadRequest):
            await tokens.issue(api, event, wanted)
        with pytest.raises(BadRequest):
            await tokens.update(api, event, token, wanted)


async def test_the_global_token_can_be_neither_changed_nor_revoked(
    api: TickeTing, ready: Ready
) -> None:
    event = await api.event(ready.event)
    token = await tokens.find(api, ready.event, ready.tokens[0].code)
    with pytest.raises(Conflict, match="global admission token cannot be modified"):
        await tokens.update(api, event, token, ["VIP"])
    with pytest.raises(Conflict, match="global admission token cannot be modified"):
        await tokens.revoke(api, ready.event, token)


async def test_each_refusal_of_the_api_has_its_own_kind(
    api: TickeTing, ready: Ready, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ready.tokens[1].code
    person = admin.person()
    async with TickeTing(ready.url, person.key) as other:
        with pytest.raises(Forbidden):
            await tokens.find(other, ready.event, code)
    async with TickeTing(ready.url, None) as nobody:
        with pytest.raises(Unauthenticated):
            await tokens.find(nobody, ready.event, code)
    with pytest.raises(NotFound):
        await tokens.find(api, "/events/1", code)
    monkeypatch.setattr(client, "CLIENT_VERSION", "2.9.0")
    async with TickeTing(ready.url, ready.api_key) as outdated:
        with pytest.raises(UpgradeRequired):
            await tokens.find(outdated, ready.event, code)


async def test_sections_of_one_name_at_the_api_are_told_apart_by_uri(
    api: TickeTing, stage: Stage, admin: Api
) -> None:
    for _ in range(2):
        admin.made(f"{stage.event}/sections", {"name": "Pit", **SECTION})
    event = await api.event(stage.event)
    with pytest.raises(Unclear, match=f"{NameFault.SECTION_AMBIGUOUS} section=pit "):
        await tokens.issue(api, event, ["pit"])
    made = await tokens.issue(api, event, [event.sections[-1].uri])
    assert made.sections == (event.sections[-1].uri,)
