"""A token that is dead by the API's own words takes patrons' data with it."""

from pathlib import Path

import pytest

from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.paths import search_file
from scanner.platform.errors import NoSuchToken
from scanner.store.journal import JournalNote
from scanner.store.migrate import cache_file
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.errors import TokenDead
from tests.sync.house import House
from tests.sync.test_engine import Proxied, _open, proxied


@pytest.mark.parametrize("way", ["delivered", "exported", "waiting"])
async def test_a_dead_token_takes_tickets_and_names_once_nothing_needs_them(
    house: House, way: str
) -> None:
    await _open(house)
    admitted, other = house.tickets(0)[:2]
    search_file(house.writer.file).write_text(other)
    assert house.present(admitted).verdict.admits
    engine = Engine(house.writer, house.keys, utc_now, proxied, Pace())
    try:
        if way == "delivered":
            await engine.replay()
        if way == "exported":
            Gate(house.writer).note(Fact(JournalNote.EXPORTED, {"count": 1}), utc_now()).result()
        Proxied.refusal = NoSuchToken(status=404)
        with pytest.raises(TokenDead):
            await engine.pull()
        cache = cache_file(house.writer.file)
        parts = (cache, Path(f"{cache}-wal"))
        kept = any(other.encode() in each.read_bytes() for each in parts)
        assert kept is (way == "waiting")
        assert search_file(house.writer.file).exists() is (way == "waiting")
        assert bool(house.read("SELECT * FROM ticket")) is (way == "waiting")
        Proxied.refusal = None
        await engine.pull()
        assert house.present(other).verdict.admits
        assert house.present(admitted).verdict.kind is Kind.ALREADY_ADMITTED
    finally:
        Proxied.refusal = None
        await engine.close()
