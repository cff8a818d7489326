import asyncio
from dataclasses import replace

import pytest

from scanner.admission.verdict import Kind
from scanner.app.platforms import provider_of
from scanner.facts import Fact
from scanner.platform.access import Request
from scanner.platform.errors import (
    AccessFault,
    ApiFault,
    KeyNeeded,
    TicketingError,
    Unreachable,
    WrongCode,
)
from scanner.store.journal import JournalNote
from scanner.sync.clock import utc_now
from scanner.sync.errors import NameTaken, OtherEvent
from scanner.sync.opening import (
    Opened,
    check_name,
    open_gate,
)
from scanner.sync.pull import Pull
from scanner.sync.status import Encountered
from tests.sync.house import House


def test_opening_brings_the_session_its_sections_and_every_permitted_ticket(house: House) -> None:
    opened: Opened = house.open()
    assert opened.session.event == house.server.event
    assert len(opened.sections) == 2
    assert opened.tickets == len(house.tickets(0)) + len(house.tickets(1))
    assert opened.warnings == ()


def test_a_ticket_of_a_section_that_the_token_lacks_is_pointed_there(house: House) -> None:
    house.open()
    verdict = house.present(house.tickets(2)[0]).verdict
    assert verdict.kind is Kind.WRONG_SECTION
    assert verdict.section


def test_names_of_patrons_in_other_sections_are_not_kept(house: House) -> None:
    house.open()
    kept = house.read(
        "SELECT count(ticket.name) FROM ticket JOIN section ON section.id = section"
        " WHERE NOT permitted"
    )
    assert kept == [(0,)]


def test_a_wrong_code_is_said_and_opens_nothing(house: House) -> None:
    with pytest.raises(WrongCode):
        house.open("NOTACODE")
    assert house.read("SELECT count(*) FROM session") == [(0,)]


async def test_address_key_code_and_name_are_each_checked_without_a_session(house: House) -> None:
    server, taken = house.server, house.tickets(0)[:1]
    batch = {"redeemer": "Kim", "device": "7k3q north", "serials": taken}
    house.anybody.made(f"{server.event}/admissions", batch)
    code, key = server.tokens[-1].code, server.api_key
    right = Request(server.url, code, "Lee", "north", key)
    await provider_of().check_server(right)
    await provider_of().check_server(replace(right, code="NOTACODE"))
    for other in ("ab" * 16, None):
        with pytest.raises(KeyNeeded):
            await provider_of().check_server(replace(right, key=other))
    with pytest.raises(TicketingError):
        await provider_of().check_server(replace(right, api=f"{server.url}no/such/"))
    await provider_of().authenticate(right)
    with pytest.raises(WrongCode):
        await provider_of().authenticate(replace(right, code="NOTACODE"))
    await check_name(replace(right, device="south"), provider_of(), set())
    await check_name(
        right, provider_of(), {"7k3q"}
    )  # this installation's own, whose ledger is gone
    with pytest.raises(NameTaken) as refused:
        await check_name(right, provider_of(), set())
    assert refused.value.fact.params == {"device": "north", "redeemer": "Kim"}
    assert house.read("SELECT count(*) FROM session") == [(0,)]


def test_without_a_key_to_ask_with_the_sentence_says_how_to_get_one(house: House) -> None:
    with pytest.raises(KeyNeeded, match=AccessFault.KEY_NEEDED):
        house.open(key=False)


def test_an_unreachable_api_opens_nothing_and_leaves_the_old_session(house: House) -> None:
    house.open()
    house.cable.cut()
    with pytest.raises(Unreachable):
        house.open(house.server.tokens[1].code)
    assert house.read("SELECT device FROM session") == [("north",)]
    assert house.present(house.tickets(0)[0]).verdict.admits


def test_a_device_name_that_another_gate_has_used_is_warned_of(house: House) -> None:
    event = house.server.event
    batch = {"redeemer": "Kim", "device": "north", "serials": house.tickets(0)[:1]}
    house.anybody.made(f"{event}/admissions", batch)
    assert house.open().warnings == (Fact(Encountered.NAMESAKE, {"name": "north"}),)
    assert house.open(device="south").warnings == ()


def test_the_key_and_the_code_never_reach_the_database(house: House) -> None:
    house.open()
    code = house.server.tokens[-1].code
    stored = [each.read_bytes() for each in house.writer.file.parent.iterdir()]
    assert any(b"/sections/" in each for each in stored)
    assert not any(code.encode() in each for each in stored)
    assert house.keys.held["gate"]


def test_what_other_gates_admitted_before_is_known_at_once(house: House) -> None:
    taken = house.tickets(0)[0]
    batch = {"redeemer": "Kim", "device": "south", "serials": [taken]}
    house.anybody.made(f"{house.server.event}/admissions", batch)
    house.open()
    verdict = house.present(taken).verdict
    assert verdict.kind is Kind.ALREADY_ADMITTED
    assert verdict.first
    assert verdict.first.device == "south"


def test_a_narrower_token_counts_at_once_even_where_the_first_pull_breaks_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.open()
    monkeypatch.setattr(Pull, "everything", _broken_off)
    with pytest.raises(Unreachable):
        house.open(house.server.tokens[2].code)
    assert house.present(house.tickets(0)[0]).verdict.kind is Kind.WRONG_SECTION


async def _broken_off(*_: object) -> None:
    raise Unreachable(ApiFault.TIMEOUT, host="api.example")


def test_another_sections_token_raises_no_alarm_about_the_section_before(house: House) -> None:
    house.open(house.server.tokens[1].code)
    ours, theirs = (each for each in house.tickets(0)[:2])
    assert house.present(ours).verdict.admits
    asyncio.run(_delivered(house))
    batch = {"redeemer": "Kim", "device": "south", "serials": [theirs]}
    house.anybody.made(f"{house.server.event}/admissions", batch)
    house.open(house.server.tokens[1].code)
    for code in (house.server.tokens[2].code, house.server.tokens[1].code):
        house.open(code)
        assert house.read("SELECT serial, kind FROM difference") == []
    notes = house.read(
        f"SELECT params FROM journal WHERE reason = '{JournalNote.SESSION}' ORDER BY id"
    )
    assert len(notes) == 3  # the first opening took nobody's place
    assert '"name":"Lee","device":"north"' in str(notes[0])


def test_another_events_token_opens_nothing_unless_that_is_meant(house: House) -> None:
    house.open()
    token = house.server.tokens[1].code
    here = Request(house.url, token, "Lee", "north", house.server.api_key, event="/events/1")
    before = house.read("SELECT * FROM session"), dict(house.keys.held)
    with pytest.raises(OtherEvent) as refused:
        asyncio.run(open_gate(here, provider_of(), house.writer, house.keys, utc_now))
    assert refused.value.fact.params["event"]
    assert (house.read("SELECT * FROM session"), dict(house.keys.held)) == before
    meant = replace(here, event=None)
    assert asyncio.run(open_gate(meant, provider_of(), house.writer, house.keys, utc_now)).tickets


async def _delivered(house: House) -> None:
    engine = house.engine()
    await engine.replay()
    await engine.close()
