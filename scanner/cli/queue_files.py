"""`scanner queue export` and `import`: a gate's queue on a stick, to another gate of its venue."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.output import remind, tell
from scanner.cli.settings import Overwrite, database, load, open_made
from scanner.facts import Code, Fact

if TYPE_CHECKING:
    from scanner.venue.carrying.stick import Stick


class QueueDone(Code):
    """How it ended."""

    EXPORTED = "venue.queue_exported"
    IMPORTED = "venue.queue_imported"
    SENDS = "venue.queue_sends"
    SENT = "venue.queue_sent"


File = Annotated[Path, typer.Argument(metavar="FILE", help="The queue's file.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("export", epilog="Example: scanner queue export north.queue")(export_queue)
    app.command("import", epilog="Example: scanner queue import north.queue")(import_queue)


def export_queue(*, file: File, overwrite: Overwrite = False) -> None:
    """Write what waits here to a file that another gate of the venue can import and send.

    It is sealed for the venue's gates and signed by this one. What this gate has sent for others is
    in it too, so that they learn what became of it.
    """
    from scanner.paths import export

    with _stick() as stick:
        done = stick.export()
    export(file, done.content, overwrite=overwrite)
    tell(
        Fact(
            QueueDone.EXPORTED,
            {
                "file": file,
                "number": done.number,
                "admissions": done.admissions,
                "outcomes": done.outcomes,
            },
        )
    )


def import_queue(*, file: File) -> None:
    """Take in what another gate of the venue has exported, to be sent from here.

    Twice does no harm. What this gate's token does not permit waits for one that does.
    """
    with _stick() as stick:
        done = stick.take_in(file)
    found = {
        "gate": done.file.name,
        "number": done.file.number,
        **done.taken._asdict(),
        "applied": len(done.applied.moved),
    }
    tell(Fact(QueueDone.IMPORTED, found))
    if done.taken.new:
        remind(Fact(QueueDone.SENDS))


@contextmanager
def _stick() -> "Iterator[Stick]":
    from functools import partial

    from scanner.keystore import open_keystore
    from scanner.store.anchor import keyed
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now
    from scanner.sync.deliveries import replay_lock
    from scanner.venue.errors import NoVenue
    from scanner.venue.extra import require
    from scanner.venue.members import membership

    config = load()
    own = membership.read(config.home)
    if own is None:
        raise NoVenue
    require()
    from scanner.venue.carrying.stick import Stick

    open_made(config).close()
    file = database(config)
    with Writer(file) as writer, keyed(writer, open_keystore(config.home), utc_now):
        yield Stick(own, writer, utc_now, partial(replay_lock, file))
