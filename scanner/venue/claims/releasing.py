"""A supervisor's word frees a ticket that a gate holds, such as one that died at it."""

from scanner.admission.claim import Claim, ClaimState, Done, Entrant, Step, Wish, step
from scanner.store.venue_claims import Mirrored
from scanner.venue.claims.bucket import Unanswered
from scanner.venue.claims.claimant import Claimant
from scanner.venue.errors import Unreachable, VenueError, VenueFault
from scanner.venue.members.dialling import dial, register
from scanner.venue.members.membership import Membership
from scanner.venue.sealing import VenueKey
from scanner.venue.subjects import event_name


async def free(claimant: Claimant, right: str, serial: str) -> Entrant:
    """Free a ticket's claim; returns who had it.

    A gate whose own records have that admission claims it again as soon as it looks.

    Raises:
        VenueError: nobody holds it.
        Unanswered: the engine did not answer; it may be free, or may be yet.
    """
    holder: Entrant | None = None

    def decide(found: Claim | None) -> Step:
        nonlocal holder
        holder = found.entered if found and found.state is ClaimState.HELD else None
        return step(serial, found, Wish.RELEASE, holder) if holder else Done()

    await claimant.swap(right, decide)
    if holder is None:
        raise VenueError(VenueFault.NOT_HELD, serial=serial)
    return holder


async def release(membership: Membership, event: str, right: str, serial: str) -> Entrant:
    """Free a ticket's claim at the venue's engine; returns who had it.

    Args:
        membership: of the gate that asks.
        event: the session's, by its URI.
        right: see `scanner.store.tickets.right_of`.
        serial: the ticket's.

    Raises:
        Unreachable: no node answers, or its engine does not.
        VenueError: the nodes do not let this gate in, or nobody holds the ticket.
    """
    from scanner.venue.claims.nats_bucket import NatsBucket

    if membership.jwt is None:
        membership = await register(membership)
    key = VenueKey(membership.secret)
    client = await dial(membership)
    try:
        bucket = NatsBucket(lambda: client, event_name(key, event), _heard)
        return await free(Claimant(bucket, key, _mirrored), right, serial)
    except Unanswered as error:
        raise Unreachable from error
    finally:
        await client.close()


def _heard(_: bool) -> None:
    """Nobody follows how well the engine answers a command."""


def _mirrored(_: str) -> Mirrored | None:
    """Ask the engine first: the local copy may be old."""
    return None
