"""Whether this gate can ask its venue: a row of `scanner doctor`."""

import socket
from contextlib import closing

from scanner.config import Config
from scanner.desk.doctor import Finding, Health
from scanner.facts import Code, Fact
from scanner.venue.errors import NeedsExtra, VenueError
from scanner.venue.extra import require
from scanner.venue.members import membership

_KNOCK_SECONDS = 1.0
"""For one node: a LAN answers in milliseconds."""


class VenueFound(Code):
    """What was found of the venue."""

    WHAT = "doctor.venue"
    NONE = "doctor.venue_none"
    ANSWERS = "doctor.venue_answers"
    AWAY = "doctor.venue_away"
    UNNAMED = "doctor.venue_unnamed"


_WHAT = Fact(VenueFound.WHAT)


def venue(config: Config) -> Finding:
    """Say whether this gate belongs to a venue, and whether one of the nodes that it knows answers.

    Only that something listens there is tried; `scanner venue status` asks it.
    """
    try:
        joined = membership.read(config.home)
        if joined is None:
            return Finding(_WHAT, Health.OK, Fact(VenueFound.NONE))
        require()
    except NeedsExtra as error:
        return Finding(_WHAT, Health.BROKEN, error.fact, "pip install 'scanner[venue]'")
    except VenueError as error:
        return Finding(_WHAT, Health.BROKEN, error.fact, "scanner venue leave")
    known = {"name": joined.name, "policy": config.unclaimed.value}
    if not joined.nodes:
        return Finding(
            _WHAT, Health.WARNING, Fact(VenueFound.UNNAMED, known), "scanner venue status"
        )
    for node in joined.nodes:
        if _listens(node):
            return Finding(_WHAT, Health.OK, Fact(VenueFound.ANSWERS, {**known, "node": node}))
    return Finding(_WHAT, Health.WARNING, Fact(VenueFound.AWAY, known), "scanner venue status")


def _listens(node: str) -> bool:
    """Tell whether something listens at "host:port"."""
    host, _, port = node.rpartition(":")
    try:
        with closing(socket.create_connection((host.strip("[]"), int(port)), _KNOCK_SECONDS)):
            return True
    except (OSError, ValueError):
        return False
