"""`scanner venue uplink`: sends what the venue's gates have queued, without a screen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from scanner.cli import venue
from scanner.cli.output import tell
from scanner.cli.queue_files import QueueDone
from scanner.cli.settings import database, load, open_made
from scanner.facts import Code, Fact, Value

if TYPE_CHECKING:
    from scanner.app.assembly import Assembly
    from scanner.store.writer import Writer

_LOOK_SECONDS = 0.5


class UplinkTold(Code):
    """What an uplink says while it works."""

    STATE = "venue.uplink_state"
    ENDED = "venue.uplink_ended"


def register(_: typer.Typer) -> None:
    """Add the command to those of the venue."""
    venue.app.command(epilog="Example: scanner venue uplink")(uplink)


def uplink() -> None:
    """Send what gates without internet have queued, such as over a phone's hotspot.

    It needs a token of its own, from `scanner open`, and sends for the sections that it permits.
    An open gate that is online does the same by itself. Ends by ctrl-C.
    """
    from scanner.app.assembly import assembled
    from scanner.keystore import open_keystore
    from scanner.store.sessions import read_session
    from scanner.store.writer import Writer
    from scanner.sync.errors import NoSession
    from scanner.venue.errors import NoVenue
    from scanner.venue.extra import require
    from scanner.venue.members import membership

    config = load()
    if membership.read(config.home) is None:
        raise NoVenue
    require()
    open_made(config).close()
    with Writer.verified(database(config)) as writer:
        if writer.submit(read_session).result() is None:
            raise NoSession
        with _ended_by_signals(), assembled(config, writer, open_keystore(config.home)) as made:
            made.background.start()
            try:
                for fact in _told(made, writer):
                    tell(fact)
            except KeyboardInterrupt:
                tell(Fact(UplinkTold.ENDED, {"sent": _counted(writer)[0]}))


def _told(made: "Assembly", writer: "Writer") -> Iterator[Fact]:
    """Yield how it stands whenever that is another, until interrupted."""
    before: tuple[bool, bool] | None = None
    sent, _ = _counted(writer)
    while True:
        status = made.background.status()
        now = (bool(status.venue and status.venue.connected), status.link.online)
        if now != before:
            before = now
            name = status.venue.name if status.venue else ""
            yield Fact(UplinkTold.STATE, {"name": name, "venue": now[0], "server": now[1]})
        count, waiting = _counted(writer)
        if count != sent:
            counts: dict[str, Value] = {"sent": count - sent, "waiting": waiting}
            sent = count
            yield Fact(QueueDone.SENT, counts)
        time.sleep(_LOOK_SECONDS)


def _counted(writer: "Writer") -> tuple[int, int]:
    from scanner.store import carried

    return writer.submit_to_cache(carried.settled_and_open).result()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have SIGTERM end what runs inside as ctrl-C does."""
    import signal

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
