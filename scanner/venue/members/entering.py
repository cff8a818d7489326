"""A computer becomes a member of a venue: by an invitation's file, its picture or its text."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from scanner.venue.errors import Unreachable, VenueError, VenueFault
from scanner.venue.members import authority, invitation, membership
from scanner.venue.members.dialling import register
from scanner.venue.members.invitation import Invited
from scanner.venue.members.membership import Membership

_MARK = "SCANNER-"


def invited_by(given: str) -> Invited:
    """Read the invitation that a person gave: its text, or the name of a file that has it.

    Raises:
        VenueError: it is none, or can't be read.
        ScannerError: a picture can't be read at all.
    """
    if _MARK in given:
        return invitation.read(given)
    return invitation.read_file(Path(given.strip()).expanduser())


def enter(
    home: Path, invited: Invited, gate: str, *, as_node: bool, replace: bool = False
) -> Membership:
    """Become a member, and keep that; where no node answers, it registers when it first meets one.

    Args:
        home: the gate's data folder.
        invited: the invitation.
        gate: this gate's name, as the venue shows it.
        as_node: keep the venue's authority, where the invitation has it.
        replace: leave the venue that this gate belongs to.

    Raises:
        VenueError: it belongs to one already, is not let in, or can't keep it.
    """
    if found := membership.read(home):
        _may_replace(home, found, invited, replace=replace)
    joined = authority.join(invited, gate, datetime.now(UTC))
    if joined.jwt is None:
        with suppress(Unreachable):
            joined = asyncio.run(register(joined))
    membership.keep(home, joined, invited.authority if as_node else None)
    return joined


def _may_replace(home: Path, found: Membership, invited: Invited, *, replace: bool) -> None:
    """Refuse what was hardly meant; what administers a venue is never thrown away by joining."""
    if membership.read_authority(home) and invited.authority is None:
        raise VenueError(VenueFault.ADMINISTERS, name=found.name, gate=found.gate)
    if replace:
        return
    if found.venue == invited.venue:
        raise VenueError(VenueFault.MEMBER, name=found.name, gate=found.gate)
    raise VenueError(VenueFault.ALREADY, name=found.name)
