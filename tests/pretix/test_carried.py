"""Another gate's admission at pretix: told under its own nonce, by this device."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from scanner.platform.resources import Admission
from scanner.platform.server_time import ServerTime
from scanner.store import carried, sessions, ticket_writes, tickets
from scanner.store.carried_forms import Carried
from scanner.store.database import SqlConnection, open_database, transaction
from scanner.store.journal import nonce_of
from scanner.store.ledger import State
from scanner.store.tickets import CachedSection
from scanner.store.writer import Writer
from scanner.sync.carried import CarriedOutbox, attributed
from scanner.sync.replay import Replay
from tests.pretix.evening import (
    BASE,
    EIGHT,
    FLOOR,
    GRANTED,
    NAME,
    PATH,
    REDEEM,
    SECRET,
    WRITTEN,
    check_in,
    check_in_list,
    gate,
    refused,
    serve,
)
from tests.pretix.stand_in import StandIn
from tests.store.worlds import NOW, SESSION

SOUTH = "9z9z south"
NONCE = nonce_of(5, EIGHT.isoformat(), PATH.uri, SOUTH, SECRET)
SECTION = PATH.section_uri(FLOOR)
ONE = Carried(NONCE, "USOUTH", 5, SECRET, PATH.uri, SECTION, "Ana", SOUTH, EIGHT, override=False)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file, session = tmp_path / "gate.sqlite3", replace(SESSION, event=PATH.uri)
    conn = open_database(file)
    with transaction(conn):
        sessions.open_session(conn, session)
    with transaction(conn):
        tickets.belong_to(conn, session)
        tickets.write_sections(conn, [CachedSection(SECTION, "Floor", None, permitted=True)])
        ticket_writes.finish_pull(conn, synced=NOW, watermark=NOW)
    conn.close()
    with Writer(file) as opened:
        yield opened


async def delivered(pretix: StandIn, writer: Writer) -> dict[State, int]:
    def put(conn: SqlConnection) -> None:
        with transaction(conn):
            carried.put(conn, [ONE])

    await writer.run_on_cache(put)
    async with gate(pretix) as platform:
        await Replay(platform, CarriedOutbox(writer), ServerTime(lambda: NOW)).run_once()
    return await writer.run_on_cache(carried.counts)


async def test_it_is_told_with_its_own_nonce_and_time_and_listed_as_its_own_gates(
    pretix: StandIn, writer: Writer
) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = GRANTED
    assert await delivered(pretix, writer) == {State.CONFIRMED: 1}
    (told,) = [each.body for each in pretix.asked if each.path.endswith("redeem/")]
    assert (told["nonce"], told["datetime"]) == (NONCE, WRITTEN)
    listed = Admission(SECRET, None, NAME, EIGHT, own=True)
    later = replace(listed, admitted=EIGHT + timedelta(microseconds=1))
    mine, its = await writer.run_on_cache(partial(attributed, listed=[later, listed]))
    assert mine == later
    assert (its.device, its.redeemer, its.own) == (SOUTH, "Ana", False)


async def test_its_refusal_counts_while_the_list_admits_its_product_and_else_it_waits(
    pretix: StandIn, writer: Writer
) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = refused("canceled", check_in(1, "2026-05-01T19:00:00Z", device=99))
    pretix.routes[f"GET {BASE}/checkinlists/"] = [
        check_in_list(all_products=False, limit_products=[2])
    ]
    assert await delivered(pretix, writer) == {State.QUEUED: 1}
    pretix.routes[f"GET {BASE}/checkinlists/"] = [check_in_list()]
    assert await delivered(pretix, writer) == {State.REFUSED: 1}
