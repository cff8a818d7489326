"""Every call that the client has, over HTTP, against the stand-in for the API."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from scanner.platform.connection import address
from scanner.platform.errors import ApiFault, BadRequest, NotFound, NotTheApi, TicketingError
from scanner.platform.resources import Owner, Page, Receipt
from scanner.ticketing import models
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Ticket
from tests.mock.api import Api, Stage, set_up, unique
from tests.mock.server import Ready


@pytest.fixture
def stage(api: Api) -> Stage:
    return set_up(api, tickets=3)


def administrator(ready: Ready) -> TickeTing:
    return TickeTing(ready.url, ready.api_key)


async def gate_of(ready: Ready, stage: Stage, *sections: str) -> TickeTing:
    """A client with the key of a new token for these sections."""
    async with administrator(ready) as api:
        token = await api.issue_token(stage.event, sections)
        return TickeTing(ready.url, (await api.token_grant(token.code)).key)


async def serials(api: TickeTing, stage: Stage) -> list[str]:
    return [ticket.serial for ticket in (await api.tickets(stage.event)).entries]


async def test_a_code_is_exchanged_for_key_event_and_sections(ready: Ready) -> None:
    async with administrator(ready) as api:
        for token in ready.tokens:
            grant = await api.token_grant(token.code)
            assert re.fullmatch(r"[0-9a-f]{32}", grant.key)
            assert grant.event == ready.event
            assert grant.sections == set(token.sections)
            assert grant.key not in repr(grant)


async def test_an_event_comes_with_its_sections_by_whole_uri(ready: Ready, stage: Stage) -> None:
    async with administrator(ready) as api:
        event = await api.event(stage.event)
    assert (event.uri, event.title, event.status) == (stage.event, stage.title, "Draft")
    assert tuple(section.uri for section in event.sections) == stage.sections
    assert [section.capacity for section in event.sections] == [50, 50]
    assert all(section.name.startswith("Section ") for section in event.sections)
    assert event.start
    assert event.start.startswith("2034-06-07")


async def test_events_are_listed_in_pages(ready: Ready, stage: Stage) -> None:
    async with administrator(ready) as api:
        first = await api.events(records=1)
        second = await api.events(records=1, page=2)
    assert (first.total, first.page, first.records, second.page) == (second.total, 1, 1, 2)
    assert first.total >= 2
    assert first.entries[0].uri != second.entries[0].uri
    assert first.faults == ()


async def test_tickets_are_those_of_the_tokens_sections(ready: Ready, stage: Stage) -> None:
    async with await gate_of(ready, stage, stage.sections[0]) as gate:
        page = await gate.tickets(stage.event)
    assert (page.total, len(page.entries), page.faults) == (3, 3, ())
    for ticket in page.entries:
        assert re.fullmatch(r"[0-9A-Z]{6}-[0-9A-Z]{12}", ticket.serial)
        assert (ticket.section, ticket.status, ticket.redeemed) == (
            stage.sections[0],
            "Issued",
            None,
        )
        assert ticket.section_name
        assert isinstance(ticket.owner, Owner)
        assert ticket.owner.number
        assert ticket.owner.uri == f"/accounts/{ticket.owner.number}"


async def test_pages_of_tickets_make_the_whole_list(ready: Ready, stage: Stage) -> None:
    async with administrator(ready) as api:
        pages = [await api.tickets(stage.event, page=n, records=4) for n in (1, 2)]
        whole = await serials(api, stage)
    assert [len(page.entries) for page in pages] == [4, 2]
    assert sorted(t.serial for page in pages for t in page.entries) == sorted(whole)


async def test_a_long_page_is_read_with_pauses(
    ready: Ready, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_PIECE", 2)
    stage, pauses = set_up(api, sections=1, tickets=7), 0

    async def pause() -> None:
        nonlocal pauses
        pauses += 1

    async with administrator(ready) as client:
        token = await client.issue_token(stage.event, stage.sections)
        key = (await client.token_grant(token.code)).key
    async with TickeTing(ready.url, key, pause=pause) as client:
        page = await client.tickets(stage.event)
    assert len(page.entries) == page.total == 7
    before_the_text, before_and_between_pieces = 1, 1 + 4
    assert pauses == before_the_text + before_and_between_pieces


async def test_the_servers_time_comes_with_a_page_in_utc(ready: Ready, stage: Stage) -> None:
    async with administrator(ready) as api:
        page = await api.tickets(stage.event)
    assert page.server_time
    assert page.server_time.tzinfo is UTC
    assert abs(page.server_time - datetime.now(UTC)) < timedelta(minutes=1)


async def test_only_what_changed_since_a_time_is_listed(
    ready: Ready, api: Api, stage: Stage
) -> None:
    async with await gate_of(ready, stage, *stage.sections) as gate:
        changed = (await serials(gate, stage))[0]
        api.post(f"/_mock/tickets/{changed}", {"status": "Cancelled"})

        async def since(at: datetime) -> Page[Ticket]:
            return await gate.tickets(stage.event, modified_since=at)

        now = datetime.now(UTC)
        assert (await since(now + timedelta(hours=1))).entries == ()
        page = await since(now - timedelta(hours=1))
    assert [t.status for t in page.entries if t.serial == changed] == ["Cancelled"]


async def test_a_batch_names_those_that_were_granted(ready: Ready, stage: Stage) -> None:
    async with await gate_of(ready, stage, stage.sections[0]) as gate:
        one, two, _ = await serials(gate, stage)
        granted = await gate.admit(
            stage.event, redeemer="Zoë", device="door-1", serials=[one, two, one, "no such"]
        )
    assert [each.serial for each in granted.admissions] == [one, two]
    assert granted.faults == ()
    assert granted.server_time
    assert granted.admissions[0] == Receipt(one, "Zoë", "door-1")


async def test_a_batch_sent_again_is_granted_once(ready: Ready, stage: Stage) -> None:
    async with await gate_of(ready, stage, *stage.sections) as gate:
        one, two, *_ = await serials(gate, stage)
        door = {"redeemer": "Ana", "device": "door-1"}
        await gate.admit(stage.event, serials=[one], **door)
        again = await gate.admit(stage.event, serials=[one, two], **door)
        assert [each.serial for each in again.admissions] == [two]
        with pytest.raises(BadRequest):
            await gate.admit(stage.event, serials=[one, two], **door)


async def test_admissions_are_found_by_every_filter(ready: Ready, api: Api, stage: Stage) -> None:
    section = stage.sections[0]
    async with await gate_of(ready, stage, *stage.sections) as gate:
        one, two, three, *_ = await serials(gate, stage)
        odd = "Pixel 6 & Pro? #1 ñ"
        await gate.admit(stage.event, redeemer="Zoë", device=odd, serials=[one])
        await gate.admit(stage.event, redeemer="Ana", device="door-2", serials=[two, three])
        patron = api.get(f"{stage.event}/admissions").json()["entries"][0]["patron"]["number"]

        async def found(**filters: str) -> list[str]:
            page = await gate.admissions(stage.event, **filters)  # type: ignore[arg-type] # texts
            assert page.total == len(page.entries)
            return [each.serial for each in page.entries]

        assert await found() == [one, two, three]
        assert await found(redeemer="Zoë") == [one]
        assert await found(device=odd) == [one]
        assert await found(ticket=two) == [two]
        assert await found(patron=patron) == [one, two, three]
        assert await found(patron="NO-00000000") == []
        assert await found(section=section.rsplit("/", 1)[-1]) == [one, two, three]
        assert await found(redeemer="Ana", ticket=one) == []
        second = await gate.admissions(stage.event, page=2, records=2)
        assert [each.serial for each in second.entries] == [three]


async def test_a_ticket_that_was_redeemed_says_when(ready: Ready, stage: Stage) -> None:
    async with await gate_of(ready, stage, *stage.sections) as gate:
        one = (await serials(gate, stage))[0]
        await gate.admit(stage.event, redeemer="Ana", device="door-1", serials=[one])
        (admission,) = (await gate.admissions(stage.event, ticket=one)).entries
        since = datetime.now(UTC) - timedelta(hours=1)
        page = await gate.tickets(stage.event, modified_since=since)
    (ticket,) = [each for each in page.entries if each.serial == one]
    assert ticket.status == "Redeemed"
    assert ticket.redeemed
    assert ticket.redeemed == admission.admitted


async def test_tokens_are_issued_listed_read_changed_and_revoked(
    ready: Ready, stage: Stage
) -> None:
    floor, balcony = stage.sections
    async with administrator(ready) as api:
        token = await api.issue_token(stage.event, [floor])
        assert re.fullmatch(r"[0-9A-Z]{8}", token.code)
        assert (token.is_global, token.sections) == (False, (floor,))
        assert token.uri == f"{stage.event}/tokens/{token.identifier}"
        assert token.code not in repr(token)
        assert await api.token(stage.event, token.identifier) == token
        everything = await api.tokens(stage.event)
        assert [each.is_global for each in everything.entries] == [True, False]
        assert (await api.tokens(stage.event, is_global=True)).entries == everything.entries[:1]
        assert (await api.tokens(stage.event, is_global=False)).entries == (token,)
        assert (await api.tokens(stage.event, page=2, records=1)).entries == (token,)
        await api.update_token(stage.event, token.identifier, [balcony])
        assert (await api.token(stage.event, token.identifier)).sections == (balcony,)
        await api.revoke_token(stage.event, token.identifier)
        with pytest.raises(NotFound):
            await api.token(stage.event, token.identifier)


async def test_a_person_starts_reads_and_ends_a_session(ready: Ready, api: Api) -> None:
    name = unique("patron")
    account = {"username": name, "password": "correct horse", "firstName": "Jo", "lastName": "Doe"}
    number = api.made("/accounts", account)["self"].rsplit("/", 1)[-1]
    async with administrator(ready) as client:
        session = await client.start_session(name, "correct horse")
    assert session.key not in repr(session)
    assert session.account
    assert session.account.username == name
    assert session.account.number == number
    assert session.started
    async with TickeTing(ready.url, session.key) as person:
        assert await person.active_session() == session
        await person.end_session()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.example/v3/", "https://api.example/v3/"),
        ("https://api.example/v3", "https://api.example/v3/"),
        ("  api.example ", "https://api.example/"),
        ("http://127.0.0.1:8000?x=1#y", "http://127.0.0.1:8000/"),
        ("https://bücher.example/v3", "https://xn--bcher-kva.example/v3/"),
    ],
)
def test_an_address_is_brought_into_one_form(text: str, url: str) -> None:
    assert str(address(text)) == url


@pytest.mark.parametrize(
    "text",
    ["", " ", "ftp://api.example", "https://", "http:///v3", "http://x:99999999", "http://x:0"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NotTheApi, match=ApiFault.BAD_ADDRESS):
        address(text)


async def test_what_is_typed_in_cannot_leave_its_place_in_the_address(ready: Ready) -> None:
    async with administrator(ready) as api:
        for code in ("../events", "x/../../events", "a?b=c", "a#b", "%2e%2e", "", " ", "é"):
            with pytest.raises(NotFound):
                await api.token_grant(code)


@pytest.mark.parametrize("code", ["A" * 100_000, "\ud800"], ids=["long", "half a pair"])
async def test_what_fits_into_no_address_is_refused_in_words(ready: Ready, code: str) -> None:
    async with administrator(ready) as api:
        with pytest.raises(TicketingError):
            await api.token_grant(code)
        with pytest.raises(TicketingError):
            await api.admissions(ready.event, device=code)


@pytest.mark.parametrize("key", ["ключ", "a\nb", "a\x00b", "\ud800"], ids=ascii)
def test_a_key_that_fits_into_no_header_is_refused_in_words(key: str) -> None:
    with pytest.raises(TicketingError) as refused:
        TickeTing("https://api.example/v3/", key)
    assert key not in str(refused.value)
