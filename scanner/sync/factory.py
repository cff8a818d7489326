"""Making the background work from the settings."""

from datetime import timedelta
from typing import TYPE_CHECKING

from scanner.config import Config, Confirmation
from scanner.gate import Gate
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.credentials import Keys
from scanner.sync.engine import Engine, Pace
from scanner.sync.offline import OfflineEngine
from scanner.sync.server_first import ServerFirst

if TYPE_CHECKING:
    from scanner.ticketing.client import TickeTing


def make_engine(config: Config, writer: Writer, keys: Keys) -> Engine:
    """Make a gate's background work; it begins with `Engine.run`."""
    pace = Pace(
        changes=config.sync_interval,
        whole=timedelta(seconds=config.full_sync_seconds),
        records=config.page_records,
    )

    def connect(url: str, key: str) -> "TickeTing":
        # Only now, in the background: reading it takes a tenth of a start, and offline there is
        # nothing to connect to.
        from scanner.ticketing.client import TickeTing

        pause = writer.priority.step_aside
        return TickeTing(url, key, timeout=config.timeout_seconds, pause=pause)

    return Engine(writer, keys, utc_now, connect, pace)


def make_gate(config: Config, writer: Writer, background: Engine | OfflineEngine) -> Gate:
    """Make the gate; it tells the background work of its verdicts, and asks first if set so."""
    confirms = None
    if config.confirmation is Confirmation.SERVER_FIRST and isinstance(background, Engine):
        confirms = ServerFirst(background, writer)
    gate = Gate(writer, confirms)
    gate.subscribe(background.on_verdict)
    return gate


def make_background(
    config: Config, writer: Writer, keys: Keys, *, network: bool
) -> Engine | OfflineEngine:
    """Make a gate's background work, or what stands in for it where there is to be no network."""
    return make_engine(config, writer, keys) if network else OfflineEngine(writer.file)
