"""`scanner venue`: makes a venue, joins one, leaves it, shuts a gate out."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import venue_serve
from scanner.cli.asking import agreed
from scanner.cli.errors import Expects, unfit
from scanner.cli.output import remind, save_qr, tell
from scanner.cli.settings import Overwrite, load
from scanner.facts import Code, Fact, Value
from scanner.wording.catalogue import say
from scanner.wording.plain import plain

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.venue.members.invitation import Invited


class VenueDone(Code):
    """How a command about the venue ended, and what is to be done next."""

    MADE = "venue.made"
    NEXT_GATES = "venue.next_gates"
    NEXT_NODE = "venue.next_node"
    NEXT_NODES = "venue.next_nodes"
    KEEP_SECRET = "venue.keep_secret"  # noqa: S105 - a fact's name
    JOINED = "venue.joined"
    JOINED_NODE = "venue.joined_node"
    REGISTERS_LATER = "venue.registers_later"
    LEFT = "venue.left"
    SEE_TO = "venue.see_to"
    EXPELLED = "venue.expelled"
    NEW_INVITATION = "venue.new_invitation"
    IF_A_NODE = "venue.if_a_node"
    KEPT = "venue.kept"


Gate = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="GATE",
        help="This gate's name in the venue; without it, the name that the gate was opened with, "
        "or the computer's.",
        show_default=False,
    ),
]

app = typer.Typer(
    no_args_is_help=True,
    help="The gates of one house agree on every ticket, without the internet.",
)


def register(to: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: scanner venue init Arena --nodes 3")(init)
    app.command(epilog="Example: scanner venue join Arena.join")(join)
    app.command(epilog="Example: scanner venue leave")(leave)
    app.command(epilog="Example: scanner venue expel north-2")(expel)
    venue_serve.register(app)
    to.add_typer(app, name="venue", epilog="Example: scanner venue init Arena")


def init(
    *,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The venue's name: its files are called so too.")
    ],
    nodes: Annotated[
        int,
        typer.Option(
            metavar="1|3|5",
            help="How many computers will run a node: with 3, one may fail; with 5, two.",
        ),
    ] = 1,
    address: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]",
            help="Where a node will be; give it once for each. Others are found on the network.",
            show_default=False,
        ),
    ] = None,
    gate: Gate = None,
    overwrite: Overwrite = False,
) -> None:
    """Make a venue, with this computer as its manager and first member.

    Writes NAME.join and the same as a picture, NAME.png, for the other gates; for several nodes
    NAME.node too. Who has NAME.join can join; who has NAME.node can administer the venue.
    """
    from datetime import UTC, datetime

    from scanner.paths import export
    from scanner.venue.errors import VenueError, VenueFault
    from scanner.venue.extra import require
    from scanner.venue.members import membership

    require()
    from scanner.venue.members import authority, invitation

    config = load()
    home = config.home
    if found := membership.read(home):
        raise VenueError(VenueFault.EXISTS, name=found.name)
    if not invitation.is_name(name):
        raise VenueError(VenueFault.UNFIT_NAME)
    if nodes == 2:  # noqa: PLR2004 - what people would think of first
        raise VenueError(VenueFault.TWO_NODES)
    if nodes not in (1, 3, 5):
        raise unfit("--nodes", Expects.CHOICE, choices="1, 3, 5")
    at = [invitation.node_address(each) for each in address or ()]
    now = datetime.now(UTC)
    made = authority.make_venue(name, nodes, at, now)
    _write_invitation(made, overwrite=overwrite)
    if nodes > 1:
        content = invitation.as_file(invitation.write(made))
        export(Path(f"{name}.node"), content, overwrite=overwrite)
    membership.keep(home, authority.join(made, gate or _own_name(config), now), made.authority)
    tell(Fact(VenueDone.MADE, {"name": name}))
    tell(Fact(VenueDone.NEXT_NODES if nodes > 1 else VenueDone.NEXT_NODE, _files(name)))
    tell(Fact(VenueDone.NEXT_GATES, _files(name)))
    remind(Fact(VenueDone.KEEP_SECRET))


def join(
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="The invitation: a file NAME.join or NAME.node, a picture of its QR, or - to "
            "read it from standard input.",
        ),
    ],
    gate: Gate = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Leave the venue that this gate belongs to.")
    ] = False,
) -> None:
    """Make this computer a gate of a venue, or with NAME.node one of its nodes."""
    from scanner.venue.extra import require

    require()
    from scanner.venue.members import invitation
    from scanner.venue.members.entering import enter

    config = load()
    if source == "-":
        invited = invitation.read(sys.stdin.read())
    else:
        invited = invitation.read_file(Path(source))
    joined = enter(config.home, invited, gate or _own_name(config), as_node=True, replace=replace)
    told = {"name": joined.name, "gate": joined.gate}
    tell(Fact(VenueDone.JOINED_NODE if invited.authority else VenueDone.JOINED, told))
    if joined.jwt is None:
        remind(Fact(VenueDone.REGISTERS_LATER))


def leave(
    *,
    with_authority: Annotated[
        bool,
        typer.Option("--with-authority", help="Also where this computer can administer the venue."),
    ] = False,
) -> None:
    """Leave the venue: from now on this gate decides alone."""
    from scanner.venue.errors import NoVenue, VenueError, VenueFault
    from scanner.venue.members import membership

    home = load().home
    found = membership.read(home)
    if found is None:
        raise NoVenue
    if membership.read_authority(home) and not with_authority:
        raise VenueError(VenueFault.HOLDS_AUTHORITY, name=found.name)
    membership.remove(home)
    tell(Fact(VenueDone.LEFT, {"name": found.name}))
    remind(Fact(VenueDone.SEE_TO))


def expel(
    *,
    gate: Annotated[str, typer.Argument(metavar="GATE", help="The gate's name, or its key.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Shut a gate out for good, such as a stolen laptop; the others go on.

    The invitation is replaced too, since that laptop may have it: NAME.join and NAME.png are
    written anew. Works where the venue was made, and at its nodes.
    """
    import asyncio
    from datetime import UTC, datetime

    from scanner.venue.errors import NoVenue, VenueError, VenueFault
    from scanner.venue.extra import require
    from scanner.venue.members import membership

    require()
    from scanner.venue.members.expelling import expel as shut_out

    home = load().home
    own, authority = membership.read(home), membership.read_authority(home)
    if own is None:
        raise NoVenue
    if authority is None:
        raise VenueError(VenueFault.NO_AUTHORITY, name=own.name)
    question = say(
        "Expel {gate} from {name}, and replace the invitation?",
        gate=plain(gate),
        name=plain(own.name),
    )
    if not yes and not agreed(question):
        tell(Fact(VenueDone.KEPT), err=True)
        raise typer.Exit(1)
    done = asyncio.run(shut_out(own, authority, gate, datetime.now(UTC)))
    membership.keep(home, done.membership, done.authority)
    _write_invitation(done.invited, overwrite=True)
    tell(Fact(VenueDone.EXPELLED, {"gate": done.gate.gate or gate, "name": own.name}))
    tell(Fact(VenueDone.NEW_INVITATION, _files(own.name)))
    remind(Fact(VenueDone.IF_A_NODE))


def _write_invitation(invited: "Invited", *, overwrite: bool) -> None:
    """Write NAME.join and NAME.png into the current folder, for gates."""
    from dataclasses import replace

    from scanner.paths import export
    from scanner.venue.members import invitation

    text = invitation.write(replace(invited, authority=None))
    export(Path(f"{invited.name}.join"), invitation.as_file(text), overwrite=overwrite)
    save_qr(Path(f"{invited.name}.png"), text, overwrite=overwrite)


def _files(name: str) -> dict[str, Value]:
    """Return a venue's files as a shell takes them."""
    kinds = {"join": "join", "node": "node", "picture": "png"}
    return {what: shlex.quote(f"{name}.{ending}") for what, ending in kinds.items()}


def _own_name(config: "Config") -> str:
    """Return what this gate is called where nobody says: as it was opened, or as the computer."""
    import platform
    from contextlib import closing

    from scanner.cli.settings import database
    from scanner.store.database import open_reader
    from scanner.store.sessions import read_session

    if database(config).exists():
        with closing(open_reader(database(config))) as reader:
            if session := read_session(reader):
                return session.device
    return config.device or platform.node().split(".")[0] or "gate"
