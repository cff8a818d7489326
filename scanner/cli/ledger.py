"""`scanner queue`, `sync` and `replay`: the ledger and the API, in words."""

from collections.abc import Awaitable, Callable
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from scanner.cli import queue_files
from scanner.cli.errors import Expects, unfit
from scanner.cli.output import print_json, print_line, print_table
from scanner.cli.pin import pin_of
from scanner.cli.queue_files import QueueDone
from scanner.cli.settings import Json, Overwrite, database, load, open_made
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.app.records import Form
    from scanner.config import Config
    from scanner.facts import Fact, Value
    from scanner.store.acknowledged import SeenTo
    from scanner.store.differences import Difference
    from scanner.store.ledger import Admission, State
    from scanner.sync.engine import Engine

T = TypeVar("T")

_TO_BE_SEEN_TO = 3
"""The exit code of a delivery after which somebody has to look at a conflict, won or lost, at a
refusal, or at a double entry."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    queues = typer.Typer(invoke_without_command=True, callback=queue)
    queue_files.register(queues)
    app.add_typer(queues, name="queue", epilog="Example: scanner queue --state conflict")
    app.command(epilog="Example: scanner sync")(sync)
    app.command(epilog="Example: scanner replay")(replay)


def queue(
    context: typer.Context,
    *,
    state: Annotated[
        str | None,
        typer.Option(help="Only those queued, sending, confirmed, conflict, refused or undone."),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write them to this file instead, whose name ends in .csv or .json; "
            "- prints what a CSV file would hold.",
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """List this gate's admissions and re-entries, oldest first, and whether each was sent.

    Only a file counts as an export, after which a dead token's patrons may be forgotten: nobody
    knows who has read what was printed.
    """
    if context.invoked_subcommand:
        return
    from scanner.admission.verdict import Kind
    from scanner.store import differences
    from scanner.store.acknowledged import read_acknowledged, read_doubles
    from scanner.store.ledger import State
    from scanner.store.passages import listed
    from scanner.wording.books import double_account, double_step, todo
    from scanner.wording.sentences import sentence

    states = [each.value for each in State]
    if state is not None and state not in states:
        raise unfit("--state", Expects.CHOICE, choices=", ".join(states))
    if export:
        _export(State(state) if state else None, export, overwrite=overwrite)
        return
    with closing(open_made(load())) as reader:
        found = listed(reader, State(state) if state else None)
        seen_to, doubles = read_acknowledged(reader), read_doubles(reader)
        differing = {} if state else {each.serial: each for each in differences.read(reader)}
    if as_json:
        last = {each.serial: each for each in found if each.kind is Kind.ADMITTED}
        for each in found:
            differs = differing.pop(each.serial, None) if last.get(each.serial) is each else None
            twice = [double.fact for double in doubles.open if double.row == each.journal]
            facts = {"difference": _difference(differs), "double_entries": _messages(twice)}
            print_json({**_facts(each, seen_to), **facts})
        for differs in differing.values():  # of which this ledger has no admission
            print_json(_unrecorded(differs))
        return
    _print_table(found, seen_to)
    for differs in differing.values():
        print_line(f"{sentence(differs.fact)}. {todo(differs)}")
    for double in doubles.entries:
        done = doubles.done.get(double.noted)
        told = double_account(double, done)
        print_line(f"{say('Double entry')}: {told}. {double_step(done)}")


def _export(state: "State | None", named: str, *, overwrite: bool) -> None:
    from pathlib import Path

    from scanner.app.records import Records
    from scanner.cli.output import Done, print_text, tell
    from scanner.facts import Fact
    from scanner.gate import Gate
    from scanner.keystore import open_keystore
    from scanner.store.anchor import keyed
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    forms: dict[str, Form] = {".csv": "csv", ".json": "json"}
    target = Path(named)
    form = "csv" if named == "-" else forms.get(target.suffix.lower())
    if form is None:
        raise unfit("--export", Expects.ENDING, choices=".csv, .json")
    config = load()
    open_made(config).close()
    with Writer(database(config)) as writer, keyed(writer, open_keystore(config.home), utc_now):
        records = Records(writer, Gate(writer), pin_of(config), utc_now)
        if named == "-":
            print_text(records.export_text(state, form).replace("\r\n", "\n"), end="")
            return
        records.export(state, form, target, overwrite=overwrite)
    tell(Fact(Done.EXPORTED, {"file": target}))


def sync(
    *,
    accept_shrink: Annotated[
        bool,
        typer.Option("--accept-shrink", help="Believe a list that lacks much of the last one."),
    ] = False,
) -> None:
    """From the server to this gate: fetch new tickets and other gates' admissions. Sends nothing.

    A gate whose screen is open does it by itself.
    """
    from scanner.cli.output import Done, bar, remind, tell
    from scanner.facts import Fact

    async def work(engine: "Engine") -> None:
        with bar(say("Fetching tickets")) as show:
            await engine.pull(show, accept_shrink=accept_shrink)

    config = load()
    with_engine(config, work)
    from scanner.sync import left_out
    from scanner.sync.status import read_status

    with closing(open_made(config)) as reader:
        found = read_status(reader)
    synced: dict[str, Value] = {"tickets": found.tickets, "sections": ", ".join(found.sections)}
    differences = (each.fact for each in found.differences)
    for fact in (*left_out.facts(found.left_out), *found.encounters, *differences):
        remind(fact)
    tell(Fact(Done.SYNCED, synced))
    if found.doubt:
        remind(found.doubt)


def replay() -> None:
    """From this gate to the server: send the queued admissions. Fetches no tickets.

    A gate whose screen is open does it by itself. What was sent before a failure, and whose answer
    is not known, is settled too.
    """
    from scanner.cli.errors import CliFault
    from scanner.cli.output import Done, bar, remind, tell
    from scanner.errors import ScannerError
    from scanner.facts import Fact
    from scanner.store import carried, differences
    from scanner.store.acknowledged import read_doubles
    from scanner.store.differences import LET_IN_TWICE
    from scanner.store.ledger import State, counts

    config = load()
    with closing(open_made(config)) as reader:
        before, for_others = counts(reader), carried.settled_and_open(reader)
        total = before[State.QUEUED] + before[State.SENDING]

        async def work(engine: "Engine") -> bool:
            with bar(say("Sending")) as show:

                def progress() -> None:
                    now = counts(reader)
                    show(total - now[State.QUEUED] - now[State.SENDING], total)

                return await engine.replay(progress)

        if not with_engine(config, work):
            raise ScannerError(CliFault.DELIVERING_ELSEWHERE)
        after, carried_on = counts(reader), carried.settled_and_open(reader)
        differing = [each for each in differences.read(reader) if each.kind in LET_IN_TWICE]
        doubles = read_doubles(reader).open
        twice = [*(each.fact for each in differing), *(each.fact for each in doubles)]
    settled = (State.CONFIRMED, State.CONFLICT, State.REFUSED)
    told: dict[str, Value] = {
        state.value: max(0, after[state] - before[state]) for state in settled
    }
    waiting = after[State.QUEUED] + after[State.SENDING]
    tell(Fact(Done.DELIVERED, {**told, "waiting": waiting}))
    if sent := carried_on[0] - for_others[0]:
        tell(Fact(QueueDone.SENT, {"sent": sent, "waiting": carried_on[1]}))
    for fact in twice:
        remind(fact)
    if told[State.CONFLICT] or told[State.REFUSED] or twice:
        raise typer.Exit(_TO_BE_SEEN_TO)


def with_engine(
    config: "Config", work: Callable[["Engine"], Awaitable[T]], *, records: bool = True
) -> T:
    """Do one piece of a gate's background work; with `records`, the ledger is written too."""
    import asyncio

    from scanner.app.assembly import apply_names, make_engine
    from scanner.keystore import open_keystore
    from scanner.priority import Priority
    from scanner.store.anchor import keyed
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    keys = open_keystore(config.home)

    async def run(writer: Writer) -> T:
        engine = make_engine(config, writer, keys, Priority())
        try:
            return await work(engine)
        finally:
            await engine.close()

    with (
        Writer(database(config)) as writer,
        keyed(writer, keys, utc_now, create=False) if records else nullcontext(),
    ):
        apply_names(config, writer)
        return asyncio.run(run(writer))


def _difference(found: "Difference | None") -> "dict[str, object] | None":
    """Return a difference of the books for a program."""
    from scanner.wording.books import todo
    from scanner.wording.catalogue import english
    from scanner.wording.sentences import sentence

    if found is None:
        return None
    with english():
        return {**found.fact.as_json(), "text": sentence(found.fact), "todo": todo(found)}


def _messages(found: "list[Fact]") -> list[dict[str, object]]:
    from scanner.wording.sentences import in_english

    return [{"message": in_english(each), **each.as_json()} for each in found]


def _unrecorded(found: "Difference") -> dict[str, object]:
    """Return a difference about a ticket of which this ledger has no admission."""
    from scanner.wording.sentences import in_english

    return {
        "serial": found.serial,
        "state": None,
        "reason": in_english(found.fact),
        **found.fact.as_json(),
        "admitted_at": found.there.at.isoformat() if found.there.at else None,
        "attempts": 0,
        "difference": _difference(found),
    }


def _facts(each: "Admission", known: "SeenTo") -> dict[str, object]:
    from scanner.wording.sentences import in_english

    done = known.get((each.journal, each.state))
    return {
        "serial": each.serial,
        "kind": each.kind.value,
        "state": each.state.value,
        "reason": in_english(each.reason) if each.reason else None,
        "code": each.reason.code if each.reason else None,
        "params": each.reason.as_json()["params"] if each.reason else None,
        "admitted_at": each.at.isoformat(),
        "attempts": each.attempts,
        "override_note": each.override_note,
        "override_by": each.override_by,
        "acknowledged_note": done.note if done else None,
        "acknowledged_by": done.by if done else None,
    }


def _print_table(found: "list[Admission]", known: "SeenTo") -> None:
    from scanner.wording.books import account, state_word
    from scanner.wording.plain import day_and_time

    rows = [
        (
            each.serial,
            state_word(each.state),
            day_and_time(each.at),
            str(each.attempts),
            account(each, known.get((each.journal, each.state))),
        )
        for each in found
    ]
    heads = (say("Serial"), say("State"), say("Admitted at"), say("Tries"), say("Reason"))
    print_table(heads, rows)
