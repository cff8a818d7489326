"""`scanner venue serve`, `scanner venue status`: a node, and how the venue is."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.output import print_json, print_line, print_table, remind, tell
from scanner.cli.service import PANEL, PrintOnly, Uninstall, install_service, remove_service
from scanner.cli.settings import Json, load
from scanner.facts import Fact
from scanner.venue.members.membership import CLIENT_PORT
from scanner.wording.catalogue import decimal, number, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scanner.config import Config
    from scanner.venue.node.serving import Serving
    from scanner.venue.node.status import CopyState, GateState, StreamState, VenueState

NEEDS_CARE = 3
"""The exit code of `scanner venue status` where somebody has to see to something."""

_LARGEST_PORT = 65_435
"""So that the nodes' own port, 100 above, is one too."""


def register(app: typer.Typer) -> None:
    """Add the commands to those of the venue."""
    app.command(epilog="Example: scanner venue serve")(serve)
    app.command(epilog="Example: scanner venue status")(status)


def serve(
    *,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST",
            help="What others call this computer; without it, its addresses on its networks. With "
            "127.0.0.1 the venue stays on this computer.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=1, max=_LARGEST_PORT, help="Where gates connect; nodes do at 100 above it."
        ),
    ] = CLIENT_PORT,
    replaces: Annotated[
        str | None,
        typer.Option(
            metavar="NODE",
            help="At the first start: take the place of a node that is lost for good.",
            show_default=False,
        ),
    ] = None,
    install: Annotated[
        bool,
        typer.Option(
            "--install",
            help="Write the service that starts this node with the machine.",
            rich_help_panel=PANEL,
        ),
    ] = False,
    uninstall: Uninstall = False,
    print_only: PrintOnly = False,
) -> None:
    """Run a node of the venue on this computer, until Ctrl+C.

    One node is enough for a small house; of three, one may fail. Whoever made the venue can serve;
    other computers become nodes by `scanner venue join NAME.node`.
    """
    from scanner.cli.errors import Usage, UsageError

    if install and uninstall:
        raise UsageError(Usage.EXCLUDES, name="--uninstall", other="--install")
    if install or uninstall:
        _service(_flags(address, port), remove=uninstall, print_only=print_only)
        return
    from scanner.venue.extra import require

    config = load()
    require()
    if replaces is not None:
        import asyncio

        from scanner.venue.node.replacing import replace

        asyncio.run(replace(config.home, replaces))
    _serve(config.home, address, port)


def _flags(address: str | None, port: int) -> list[str]:
    named = [] if address is None else [f"--address={address}"]
    return named if port == CLIENT_PORT else [*named, f"--port={port}"]


def _serve(home: "Path", address: str | None, port: int) -> None:
    import asyncio

    from scanner.venue.discovery import interfaces_to
    from scanner.venue.node.config import ANYWHERE, ROUTE_PORT_ABOVE
    from scanner.venue.node.node import Node, Place
    from scanner.venue.node.serving import Serving

    alone = interfaces_to([address]) if address else None
    place = Place(alone[0] if alone else ANYWHERE, port, port + ROUTE_PORT_ABOVE)
    node = Node.of(home, place)
    asyncio.run(_until_ended(Serving(node, tell, address)))


async def _until_ended(serving: "Serving") -> None:
    """Serve until a signal ends it."""
    import asyncio
    import contextlib
    import signal

    from scanner import systemd

    task = asyncio.ensure_future(
        serving.run(
            ready=lambda: systemd.notify(systemd.READY),
            alive=lambda: systemd.notify(systemd.ALIVE),
        )
    )
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    systemd.notify(systemd.STOPPING)


def _service(flags: list[str], *, remove: bool, print_only: bool) -> None:
    import getpass
    from pathlib import Path

    from scanner.venue.node import unit

    root = Path("/")
    if remove:
        remove_service([unit.place()], root, unit.NextSteps.REMOVED)
        return
    files = unit.files([sys.executable, "-m", "scanner", "venue", "serve", *flags])
    install_service(files, root, unit.next_steps(getpass.getuser()), print_only=print_only)


def status(*, as_json: Json = False) -> None:
    """How the venue is: its nodes, who leads, the copies, and which gates were seen when.

    Ends with 0 where all is well, with 3 where somebody has to see to something, and with 1 where
    no node answers.
    """
    import asyncio

    from scanner.venue.errors import NoVenue
    from scanner.venue.extra import require
    from scanner.venue.members import membership

    config = load()
    require()
    from scanner.venue.members.dialling import register
    from scanner.venue.node.administration import state_of
    from scanner.wording.sentences import in_english

    own = membership.read(config.home)
    if own is None:
        raise NoVenue
    if own.jwt is None:
        own = asyncio.run(register(own))
        membership.renew(config.home, own)
    state = asyncio.run(state_of(own, membership.read_authority(config.home)))
    found = _found_here(config)
    if as_json:
        told = [{"message": in_english(each), **each.as_json()} for each in found]
        print_json({**state.as_json(), "findings": told})
    else:
        _print(state)
        for each in found:
            remind(each)
    if state.needs_care or found:
        raise typer.Exit(NEEDS_CARE)


def _found_here(config: "Config") -> "list[Fact]":
    """Return what this gate has found wrong in other gates' journals, where it has a ledger."""
    from contextlib import closing

    from scanner.cli.settings import database
    from scanner.store.database import open_reader
    from scanner.store.venue_heads import findings

    if not database(config).exists():
        return []
    with closing(open_reader(database(config))) as reader:
        return findings(reader)


def _print(state: "VenueState") -> None:
    """Print a venue for a person."""
    from scanner.wording.plain import day_and_time, plain

    took = decimal(state.round_trip_seconds * 1000, 1)
    at = say("reached at {address} in {time} ms", address=state.address, time=took)
    print_line(f"{plain(state.name)}: {at}")
    for fact in state.facts:
        tell(fact)
    if state.nodes:
        yes = {True: say("yes"), False: say("no")}
        rows = [(each.name, each.version, yes[each.syncs]) for each in state.nodes]
        print_table((say("Node"), "nats-server", say("Syncs always")), rows)
    heads = (say("Kept for the gates"), say("Entries"), say("Leader"), say("Copies"))
    print_table(heads, _kept(state.streams))
    gates = [
        (
            each.name or each.public,
            day_and_time(each.seen) if each.seen else "-",
            _remark(each, state.gates),
        )
        for each in state.gates
    ]
    if gates:
        print_table((say("Gate"), say("Last seen"), ""), gates)


def _remark(gate: "GateState", gates: "Sequence[GateState]") -> str:
    """Say what is special about a gate."""
    if gate.expelled:
        return say("expelled")
    if gate.name and [each.name for each in gates if not each.expelled].count(gate.name) > 1:
        return say("another has this name too")
    return ""


def _kept(streams: "Sequence[StreamState]") -> list[tuple[str, str, str, str]]:
    """Return the rows of what the nodes keep: what, how much, who leads, and the copies."""
    from scanner.venue.provisioning import (
        ADMISSIONS,
        GATES,
        HEADS,
        RESULTS,
        TICKETS,
        bucket_stream,
        claims_bucket,
    )

    known = {
        ADMISSIONS: say("admissions to be sent by an uplink"),
        RESULTS: say("outcomes for the gates"),
        TICKETS: say("ticket lists"),
        HEADS: say("states of the gates' journals"),
        GATES: say("list of members"),
    }
    claims = [
        each.name for each in streams if each.name.startswith(bucket_stream(claims_bucket("")))
    ]
    for place, name in enumerate(claims, 1):
        many = len(claims) > 1
        known[name] = say("claims, event {number}", number=place) if many else say("claims")
    by_kind = sorted(streams, key=lambda each: each.name not in claims)
    return [
        (known.get(each.name, each.name), number(each.messages), each.leader or "-", _copies(each))
        for each in by_kind
    ]


def _copies(stream: "StreamState") -> str:
    """Say how many nodes have all of a stream, and who lacks some."""
    level = bool(stream.leader) + sum(each.level and not each.offline for each in stream.copies)
    told = say("{level} of {count} level", level=level, count=len(stream.copies) + 1)
    return ", ".join([told, *(_lacking(each) for each in stream.copies if _lacking(each))])


def _lacking(copy: "CopyState") -> str:
    """Say what a node's copy of a stream lacks; empty where it has all."""
    if copy.offline:
        return say("{node} away", node=copy.node)
    if copy.level:
        return ""
    return say("{node} {lag} behind", node=copy.node, lag=number(copy.lag))
