"""`scanner status`: how this gate stands, in words and for programs."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.ledger import with_engine
from scanner.cli.output import print_json, print_line
from scanner.cli.pin import pin_of
from scanner.cli.settings import Json, load, open_made
from scanner.wording.catalogue import number, say, say_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.admission.ticket import Unclaimed
    from scanner.config import Config
    from scanner.facts import Fact
    from scanner.store.acknowledged import Acknowledged
    from scanner.store.double_entries import DoubleEntry
    from scanner.sync.engine import Engine

_PROBE_SECONDS = 2.0

LONGEST_VALUE = 2000
"""Characters of a line: a token may permit many sections."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner status --json")(status)


def status(
    *,
    head: Annotated[
        bool,
        typer.Option(
            "--head",
            help="Only the journal's head. Kept elsewhere, it proves later with "
            "`scanner audit --head` that nothing was lost here.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say how this gate stands: its tickets, its queue, and whether the API can be reached."""
    from scanner.admission.names import tagged
    from scanner.platform.route import unencrypted
    from scanner.store import journal, venue_dues, venue_heads
    from scanner.store.sessions import read_session
    from scanner.sync import left_out
    from scanner.sync.status import read_status
    from scanner.venue.members import membership
    from scanner.wording.books import state_word
    from scanner.wording.plain import day_and_time, plain
    from scanner.wording.sentences import in_english, sentence, shown

    def told_as_json(fact: "Fact | None") -> dict[str, object] | None:
        return {"message": in_english(fact), **fact.as_json()} if fact else None

    config = load()
    joined = membership.read(config.home)
    with closing(open_made(config)) as reader:
        row, digest = journal.head(reader)
        if head:
            print_line(digest.hex())
            return
        found, session = read_status(reader), read_session(reader)
        unclaimed = venue_dues.count_unclaimed(reader) if joined else 0
        at_other_gates = venue_heads.findings(reader) if joined else []
    online = _online(config)
    exposed = unencrypted(session.api) if session else None
    warnings = [*found.encounters, *at_other_gates, *([exposed] if exposed else [])]
    wrong_pins = pin_of(config).wrong_tries()
    counts = {state.value: count for state, count in found.counts.items()}
    last_sync = found.synced.isoformat() if found.synced else None
    if as_json:
        facts = {
            "tickets": found.tickets,
            **counts,
            "last_sync": last_sync,
            "online": online,
            "tag": found.tag,
            "left_out": [each.as_json() for each in found.left_out],
            "doubt": told_as_json(found.doubt),
            "wrong_pins": wrong_pins,
            "warnings": [told_as_json(each) for each in warnings],
            "differences": [each.fact.as_json() for each in found.differences],
            "double_entries": [_double(each, found.doubles.done) for each in found.doubles.entries],
            "venue": joined
            and {"name": joined.name, "policy": config.unclaimed.value, "unclaimed": unclaimed},
            "journal": row,
            "head": digest.hex(),
        }
        print_json(facts)
        return
    told = [(say("Event"), found.title or say("none: open a session with `scanner open`"))]
    if found.name:
        at = say("{name} at {device}", name=shown(found.name), device=shown(found.device))
        told.append((say("Gate"), at))
        if not found.at_list:  # a platform of lists has names of its own for devices
            told.append((say("Sent as"), shown(tagged(found.tag, found.device or ""))))
        told.append((say("Admits to"), ", ".join(map(shown, found.sections)) or say("no section")))
    if found.closed:
        told.append((say("Closed"), sentence(found.closed.fact)))
    told += [
        (say("Tickets"), number(found.tickets)),
        (
            say("Admitted"),
            ", ".join(f"{n} {state_word(state)}" for state, n in found.counts.items()),
        ),
        (say("Last sync"), day_and_time(found.synced) if found.synced else say("never")),
        (say("Journal"), say("row {row}, head {head}", row=row, head=digest.hex())),
        ("API", say("can be reached") if online else say("can't be reached")),
        *((say("Left out"), sentence(fact)) for fact in left_out.facts(found.left_out)),
        *((say("Differs"), sentence(each.fact)) for each in found.differences),
        *((say("Double entry"), sentence(each.fact)) for each in found.doubles.open),
    ]
    if joined:
        told.append((say("Venue"), _venue(joined.name, config.unclaimed, unclaimed)))
    if found.doubt:
        told.append((say("Doubt"), sentence(found.doubt)))
    told += [(say("Note"), sentence(fact)) for fact in warnings]
    if wrong_pins:
        told.append(("PIN", say("{count} wrong since it was last right", count=wrong_pins)))
    wide = max(10, *(len(label) for label, _ in told))
    for label, value in told:
        print_line(f"{label:<{wide}} {plain(value, LONGEST_VALUE)}")


def _venue(name: str, policy: "Unclaimed", unclaimed: int) -> str:
    """Say which venue it is, what happens while the others can't be asked, and what is open."""
    from scanner.wording.sentences import shown
    from scanner.wording.ticket_notice import policy_word

    count = say_count("{count} not claimed", "{count} not claimed", unclaimed)
    does = say("where no other gate can be asked: {policy}", policy=policy_word(policy))
    return f"{shown(name)}: {count}; {does}"


def _double(each: "DoubleEntry", done: "Mapping[int, Acknowledged]") -> dict[str, object]:
    """Return a double entry for a program."""
    from scanner.wording.sentences import in_english

    seen_to = done.get(each.noted)
    return {
        "message": in_english(each.fact),
        **each.fact.as_json(),
        "acknowledged_note": seen_to.note if seen_to else None,
        "acknowledged_by": seen_to.by if seen_to else None,
    }


def _online(config: "Config") -> bool:
    """Ask the API, for two seconds at most."""
    from scanner.errors import ScannerError

    async def ask(engine: "Engine") -> bool:
        try:
            await engine.probe()
        except ScannerError:
            return False
        return True

    return with_engine(
        config.model_copy(update={"timeout_seconds": min(_PROBE_SECONDS, config.timeout_seconds)}),
        ask,
        records=False,
    )
