"""What each party of a venue may say and hear on its nodes; whatever is not listed is refused.

A subject is a word of dots; `*` stands for one part, `>` for the rest. A part can't be matched by
how it begins, so that a list of all buckets is `*`, with those streams denied that hold others'.
"""

from dataclasses import dataclass

JOIN = "venue.join"
"""Where a node makes a gate's credentials, of whoever was invited."""
OPEN = "venue.open"
"""Where a node prepares an event's bucket and consumers."""

_API = "$JS.API"
_OTHERS = ("ADMISSIONS", "RESULTS")
"""Streams that hold what is for one gate: they are read by consumers of one name alone."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects that a user may publish and subscribe to; without any, all of its account's.

    Attributes:
        publish: allowed to be said.
        subscribe: allowed to be heard.
        not_publish: refused, though `publish` allows it.
    """

    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()
    not_publish: tuple[str, ...] = ()


EVERYTHING = Permissions()
"""A node's, and a manager's while a command runs: only who holds the authority can make such."""


def inbox(public: str) -> str:
    """Return the prefix of a party's inbox, which nobody else can listen to."""
    return f"_INBOX_{public}"


def invited(public: str) -> Permissions:
    """Return what an invitation allows: to ask for a gate's credentials."""
    return Permissions(publish=(JOIN,), subscribe=(f"{inbox(public)}.>",))


def gate(public: str) -> Permissions:
    """Return what a gate may do: read and claim, deliver for others; it can't administer.

    It makes no stream, bucket or shared consumer and removes none, reads no other gate's results,
    and says nothing in another gate's name.
    """
    return Permissions(
        publish=(
            OPEN,
            "$KV.*.>",
            f"admissions.*.*.{public}",
            "results.*",
            "tickets.>",
            f"heads.{public}",
            f"{_API}.INFO",
            f"{_API}.STREAM.NAMES",
            f"{_API}.STREAM.INFO.*",
            f"{_API}.STREAM.MSG.GET.*",
            f"{_API}.CONSUMER.INFO.*.*",
            f"{_API}.CONSUMER.CREATE.*",
            f"{_API}.CONSUMER.CREATE.*.*.$KV.*.>",
            f"{_API}.CONSUMER.CREATE.TICKETS.*.tickets.>",
            f"{_API}.CONSUMER.CREATE.HEADS.*.heads.>",
            f"{_API}.CONSUMER.CREATE.RESULTS.{public}.results.{public}",
            f"{_API}.CONSUMER.MSG.NEXT.ADMISSIONS.*",
            f"{_API}.CONSUMER.MSG.NEXT.RESULTS.{public}",
            "$JS.ACK.ADMISSIONS.>",
            f"$JS.ACK.RESULTS.{public}.>",
            "$JS.FC.>",
        ),
        subscribe=(f"{inbox(public)}.>",),
        not_publish=tuple(
            f"{_API}.{call}.{stream}"
            for stream in _OTHERS
            for call in ("STREAM.MSG.GET", "CONSUMER.CREATE")
        ),
    )
