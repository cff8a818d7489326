"""What becomes of admissions that are sent to a platform."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.admission.names import is_same_device, is_same_name, tag_of
from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Code, Fact
from scanner.platform.paged_list import PageSize
from scanner.platform.resources import Admission as Listed
from scanner.platform.resources import Receipt
from scanner.platform.server_time import ServerTime
from scanner.store.ledger import Admission, State, Waiting

LOOK_UP_RECORDS = 25
"""Asked for where one ticket is looked up, which has one admission or few."""


class SettleReason(Code):
    """Why an admission came to its state."""

    ADMITTED_BEFORE = "sync.admitted_before"
    ADMITTED_BY_COPY = "sync.admitted_by_copy"
    UNKNOWN_TICKET = "sync.unknown_ticket"
    WITHDRAWN = "sync.withdrawn"
    NOT_PERMITTED = "sync.not_permitted"
    NOT_GRANTED = "sync.not_granted"
    MAY_ARRIVE = "sync.may_arrive"
    NO_ANSWER = "sync.no_answer"
    NEVER_SENT = "sync.never_sent"
    BATCH_REFUSED = "sync.batch_refused"
    BATCH_TOO_LARGE = "sync.batch_too_large"
    NO_REQUESTS = "sync.no_requests"
    NO_REASON = "sync.no_reason"
    UNDONE = "sync.undone"
    HANDED_OVER = "sync.handed_over"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that an admission comes to, why, and who was first, if anybody."""

    state: State
    reason: Fact | None = None
    other: EarlierAdmission | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a platform said to a batch.

    Attributes:
        granted: the serials that it granted to this gate.
        settled: those that it granted not, and said what became of them.
        declined: those that a complete answer did not grant; why is to be looked up.
        unclear: those of an answer that can't be read to its end.
        split: why nothing of the batch was taken, which is to be sent in smaller ones.
    """

    granted: Sequence[str] = ()
    settled: Sequence[tuple[str, Outcome]] = ()
    declined: Sequence[str] = ()
    unclear: Sequence[str] = ()
    split: Fact | None = None

    @property
    def open(self) -> list[str]:
        """What is to be looked up."""
        return [*self.declined, *self.unclear]

    def by(self, keys: Mapping[str, str]) -> "Reply":
        """Return the same by what names each of the batch, instead of by its serial."""
        return Reply(
            [keys[each] for each in self.granted],
            [(keys[serial], found) for serial, found in self.settled],
            [keys[each] for each in self.declined],
            [keys[each] for each in self.unclear],
            self.split,
        )

    def __add__(self, other: "Reply") -> "Reply":
        return Reply(
            [*self.granted, *other.granted],
            [*self.settled, *other.settled],
            [*self.declined, *other.declined],
            [*self.unclear, *other.unclear],
        )

    def __bool__(self) -> bool:
        return bool(self.granted or self.settled or self.declined or self.unclear)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is known here when one admission is looked up.

    Attributes:
        refusal: why the platform may have refused it, from the ticket's own status.
        shared: whether a copy of this gate is known to have used its tag.
        size: what is known of the server's pages.
        server_time: notes the server's time, and tells it.
    """

    refusal: Fact
    shared: bool
    size: PageSize
    server_time: ServerTime


def is_under_our_name(sent: Admission | Waiting, found: Receipt) -> bool:
    """Tell whether the API attributes an admission to the device that `sent` was made at.

    A platform that tells devices apart itself knows best, but for what another gate delivered for
    this one: that has the time which this gate gave it, to the microsecond. Of names, the guard's
    counts only where the device's has no tag: a server may have changed either.
    """
    if found.own is not None:
        return found.own or (isinstance(found, Listed) and found.admitted == sent.at)
    if not is_same_device(sent.device, found.device):
        return False
    return bool(tag_of(sent.device)) or is_same_name(sent.redeemer, found.redeemer)
