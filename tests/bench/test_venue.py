import asyncio
from pathlib import Path
from time import perf_counter

import pytest

from scanner.bench.figure import Figure
from scanner.bench.venue import gates, leaf, verdicts
from scanner.demo.relay import Relay
from scanner.demo.venue_nodes import HERE


async def test_a_line_delays_in_both_directions_and_counts_what_comes_back() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(echo, HERE, 0)
    line = Relay(server.sockets[0].getsockname()[1], 0.02)
    await line.open()
    reader, writer = await asyncio.open_connection(HERE, line.port)
    begun = perf_counter()
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    assert perf_counter() - begun >= 0.04
    assert line.bytes_back == 5
    await line.cut()
    with pytest.raises(OSError):
        await asyncio.open_connection(HERE, line.port)
    writer.close()
    server.close()


@pytest.mark.venue
def test_claims_are_measured_against_bare_creates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "TICKETS", 1000)
    found = [*verdicts.measure(tmp_path / "one", 50), *gates.measure(tmp_path / "many", 4, 2)]
    measured = [each for each in found if each.unit == "ms"]
    assert all(each.measured > 0 and each.work for each in measured)
    (unanswered,) = (each for each in found if not each.unit)
    assert unanswered == Figure(unanswered.what, "", 0, 0, 8)


@pytest.mark.venue
def test_a_site_behind_a_thin_line_claims_by_a_leaf_node(tmp_path: Path) -> None:
    found = {each.what: each.value for each in leaf.measure(tmp_path)}
    (once,) = (value for what, value in found.items() if what.endswith("one create, median"))
    assert once >= leaf.ROUND_TRIP_SECONDS * 1e3
