"""A new computer takes the place of a node that is lost, with its name and an empty store.

That is safe only while all others are there and level: what was acknowledged may be at the lost
node and at one other, and an empty node's vote must not outweigh that one.
"""

from pathlib import Path

from scanner.venue.errors import NoVenue
from scanner.venue.members.membership import folder, read, read_authority
from scanner.venue.node.administration import state_of
from scanner.venue.node.config import NodeFiles
from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.node import take_name
from scanner.venue.node.status import VenueState


async def replace(home: Path, lost: str) -> None:
    """Make this home's node the one that is lost; it was no node before.

    Args:
        home: of a computer that joined as a node, and has not served.
        lost: the lost node's name.

    Raises:
        NoVenue: the home belongs to none.
        NodeError: it is no node's, or was one already; or the others are not there and level; or
            that node is not lost.
        Unreachable: no node answers.
        OSError, VenueError: something can't be kept.
    """
    if (membership := read(home)) is None:
        raise NoVenue
    if (authority := read_authority(home)) is None:
        raise NodeError(NodeFault.NOT_A_NODE, name=membership.name)
    check(await state_of(membership, authority), lost)
    take_name(NodeFiles(folder(home) / "node"), lost, authority.node_count)


def check(state: VenueState, lost: str) -> None:
    """Check that a node may be replaced now.

    Raises:
        NodeError: it may not.
    """
    up = {each.name for each in state.nodes or ()}
    copies = [copy for stream in state.streams for copy in stream.copies]
    known = up | {copy.node for copy in copies}
    if lost in up:
        raise NodeError(NodeFault.NOT_LOST, node=lost)
    led = bool(state.streams) and all(each.leader for each in state.streams)
    if led and lost not in known:  # without a leader, nobody tells of who is away
        raise NodeError(NodeFault.UNKNOWN, node=lost, nodes=", ".join(sorted(known)))
    level = all(each.level for each in copies if each.node != lost)
    if len(up) < state.count - 1 or not (led and level):
        raise NodeError(NodeFault.OTHERS_NOT_LEVEL)
