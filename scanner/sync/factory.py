"""Makes the background work from the settings."""

from datetime import timedelta

from scanner.config import Config
from scanner.priority import Priority
from scanner.store.writer import Writer
from scanner.sync.api import Client
from scanner.sync.clock import utc_now
from scanner.sync.credentials import Keys
from scanner.sync.engine import Engine, Pace


def make_engine(
    config: Config, writer: Writer, keys: Keys, priority: Priority | None = None
) -> Engine:
    """Make a gate's background work; it begins with `Engine.run`.

    `priority` is what the gate and its screen claim: the work gives way to them.
    """
    priority = priority or Priority()
    pace = Pace(
        changes=config.sync_interval,
        whole=timedelta(seconds=config.full_sync_seconds),
        records=config.page_records,
    )

    def connect(url: str, key: str) -> Client:
        # Imported here, in the background: it takes a tenth of a start, and a gate that stays
        # offline never needs it.
        from scanner.ticketing.client import TickeTing

        return TickeTing(url, key, timeout=config.timeout_seconds, pause=priority.step_aside)

    return Engine(writer, keys, utc_now, connect, pace, priority=priority)
