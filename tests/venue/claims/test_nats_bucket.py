"""The seam to the engine, at a real node."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from nats.aio.client import Client

from scanner.venue.claims import nats_bucket
from scanner.venue.claims.bucket import Entry, Taken, Unanswered
from scanner.venue.claims.nats_bucket import NatsBucket
from scanner.venue.client import connect
from scanner.venue.members.dialling import address, options
from scanner.venue.requests import ask_to_open
from tests.venue.nodes import Nodes

KEY, OTHER = "a" * 64, "b" * 64


class Gate:
    """A gate's connection, with its own rights, and an event's bucket over it."""

    def __init__(self, client: Client, event: str) -> None:
        self.client: Client | None = client
        self.heard: list[bool] = []
        self.bucket = NatsBucket(lambda: self.client, event, self.heard.append)


Test = Callable[[Gate], Coroutine[Any, Any, None]]
_EVENTS = iter(f"{number:016x}" for number in range(100))


@pytest.fixture
def run(one_node: Nodes) -> Callable[[Test], None]:
    def runs(test: Test) -> None:
        async def go() -> None:
            event, own = next(_EVENTS), one_node.membership("north")
            given = options(own.ca, own.seed, own.jwt or "")
            client = await connect([address(each) for each in own.nodes], **given)
            try:
                await ask_to_open(client, one_node.key, event, [])
                async with asyncio.timeout(20):
                    await test(Gate(client, event))
            finally:
                await client.close()

        asyncio.run(go())

    return runs


def test_a_key_is_written_over_the_revision_that_was_read_alone(
    run: Callable[[Test], None],
) -> None:
    async def test(gate: Gate) -> None:
        assert await gate.bucket.get(KEY) is None
        first = await gate.bucket.put(KEY, b"one", 0)
        with pytest.raises(Taken):
            await gate.bucket.put(KEY, b"two", 0)
        second = await gate.bucket.put(KEY, b"two", first)
        with pytest.raises(Taken):
            await gate.bucket.put(KEY, b"three", first)
        assert await gate.bucket.get(KEY) == Entry(KEY, b"two", second)
        assert (await gate.bucket.extent()).last == second
        assert gate.heard == [True] * len(gate.heard)

    run(test)


def test_a_watch_begins_with_all_that_there_is(run: Callable[[Test], None]) -> None:
    async def test(gate: Gate) -> None:
        watch = gate.bucket.watch(0)
        assert await anext(watch) == []
        revisions = [await gate.bucket.put(f"{number:064x}", b"x", 0) for number in range(300)]
        found: list[Entry] = []
        while len(found) < len(revisions):
            found += await anext(watch)
        assert [each.revision for each in found] == revisions
        assert len(await anext(gate.bucket.watch(0))) == len(revisions)
        (newest,) = await anext(gate.bucket.watch(revisions[-2]))
        assert newest == Entry(f"{299:064x}", b"x", revisions[-1])

    run(test)


def test_a_watch_that_hears_nothing_breaks(
    run: Callable[[Test], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_bucket, "_MISSED_SECONDS", 0.2)

    async def test(gate: Gate) -> None:
        watch = gate.bucket.watch(0)
        await anext(watch)
        assert gate.client
        await gate.client.close()
        with pytest.raises(Unanswered):
            await anext(watch)

    run(test)


def test_without_a_connection_there_is_no_answer(run: Callable[[Test], None]) -> None:
    async def test(gate: Gate) -> None:
        gate.client = None
        for asked in (gate.bucket.get(KEY), gate.bucket.put(KEY, b"", 0), gate.bucket.extent()):
            with pytest.raises(Unanswered):
                await asked

    run(test)


def test_a_bucket_that_nobody_opened_gives_no_answer(run: Callable[[Test], None]) -> None:
    async def test(gate: Gate) -> None:
        missing = NatsBucket(lambda: gate.client, "f" * 16, gate.heard.append)
        for asked in (missing.get(KEY), missing.put(KEY, b"", 0), missing.extent()):
            with pytest.raises(Unanswered):
                await asked

    run(test)
