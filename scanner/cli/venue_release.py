"""`scanner venue release`: a supervisor frees a ticket that a gate holds."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from scanner.cli import venue
from scanner.cli.output import Done, tell
from scanner.cli.settings import database, load, open_made
from scanner.facts import Fact
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.config import Config


class _Ticket(NamedTuple):
    event: str
    right: str
    serial: str


def register(_: typer.Typer) -> None:
    """Add the command to those of the venue."""
    venue.app.command(epilog="Example: scanner venue release DAWIER-BACK75580348")(release)


def release(
    *,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The ticket's code, or its serial.")],
) -> None:
    """Free a ticket that another gate holds, after a supervisor's PIN, such as one that died.

    Any gate lets it in then. Where the other gate's records have the admission after all, both
    gates are told of a double entry.
    """
    import asyncio

    from scanner.cli.pin import check_pin, pin_of
    from scanner.keystore import open_keystore
    from scanner.store import journal
    from scanner.store.anchor import keyed
    from scanner.store.database import SqlConnection, transaction
    from scanner.store.journal import JournalNote
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now
    from scanner.venue.errors import NoVenue
    from scanner.venue.extra import require
    from scanner.venue.members import membership

    config = load()
    joined = membership.read(config.home)
    if joined is None:
        raise NoVenue
    require()
    from scanner.admission.names import without_tag
    from scanner.venue.claims import releasing

    ticket = _ticket(config, code)
    by = check_pin(pin_of(config), say("PIN"))
    held = asyncio.run(releasing.release(joined, ticket.event, ticket.right, ticket.serial))
    known = {"serial": ticket.serial, "guard": held.redeemer, "gate": without_tag(held.device)}

    def note(conn: SqlConnection) -> None:
        with transaction(conn):
            freed = Fact(JournalNote.CLAIM_RELEASED, {**known, "by": by})
            journal.note(conn, freed, utc_now(), "supervisor")

    with (
        Writer(database(config)) as writer,
        keyed(writer, open_keystore(config.home), utc_now),
    ):
        writer.submit(note).result()
    tell(Fact(Done.CLAIM_RELEASED, known))


def _ticket(config: "Config", code: str) -> _Ticket:
    """Find the ticket of a code in this gate's list.

    Raises:
        VenueError: there is none.
        NoSession: this gate is open for no event.
    """
    from scanner.admission.code_form import parse
    from scanner.store import sessions, tickets
    from scanner.sync.errors import NoSession
    from scanner.venue.errors import VenueError, VenueFault

    with closing(open_made(config)) as reader:
        standing = sessions.read_standing(reader)
        if not standing.event:
            raise NoSession
        serial, _ = tickets.find_serial(reader, parse(standing.form, code))
        if serial is None:
            raise VenueError(VenueFault.NO_TICKET, ticket=code)
        return _Ticket(standing.event, tickets.right_of(reader, serial), serial)
