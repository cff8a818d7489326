"""Where this gate's ledger and the server differ, how each admission stands, and what to do."""

from datetime import datetime

from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store.acknowledged import Acknowledged
from scanner.store.differences import Difference, DifferenceKind
from scanner.store.double_entries import DoubleEntry
from scanner.store.ledger import Admission, State
from scanner.store.search import TicketView
from scanner.wording.catalogue import say
from scanner.wording.plain import moment, plain, recorded_time
from scanner.wording.sentences import Params, Sentence, sentence, shown

GRAVITY = (
    DifferenceKind.OTHER_GATE,
    DifferenceKind.ADMITTED_TWICE,
    DifferenceKind.PERHAPS_A_COPYS,
    DifferenceKind.MISSING_HERE,
    DifferenceKind.GONE_THERE,
    DifferenceKind.UNDONE,
    DifferenceKind.OTHER_UNDONE,
    DifferenceKind.MISSING_THERE,
    DifferenceKind.OTHER_MISSING,
)
"""The kinds, gravest first."""


def who_and_where(params: Params) -> dict[str, str]:
    """Return who let in a ticket, where and when, as sentences hold it."""
    return {
        "serial": shown(params.get("serial")),
        "guard": shown(params.get("guard")) or say("somebody"),
        "gate": shown(params.get("gate")) or say("a gate"),
        "time": recorded_time(params.get("at")) or "?",
    }


def _missing_here(params: Params) -> str:
    return say(
        "{serial}: the server has an admission by {guard} at {gate} at {time}, this gate has none",
        **who_and_where(params),
    )


def _other_gate(params: Params) -> str:
    return say(
        "{serial}: confirmed here, but the server names {guard} at {gate} at {time}",
        **who_and_where(params),
    )


def _admitted_twice(params: Params) -> str:
    return say(
        "{serial}: confirmed here, and admitted by {guard} at {gate} at {time} as well",
        **who_and_where(params),
    )


def todo(difference: Difference) -> str:
    """Say what to do, in one sentence."""
    return {
        DifferenceKind.MISSING_THERE: say("Nothing: it is looked up again in a minute."),
        DifferenceKind.OTHER_MISSING: say("Nothing: it is looked up again in a minute."),
        DifferenceKind.UNDONE: say("Nothing: the ticket admits again."),
        DifferenceKind.OTHER_UNDONE: say("Nothing: the ticket admits again."),
        DifferenceKind.GONE_THERE: say("Tell the supervisor: the server lacks this admission."),
        DifferenceKind.MISSING_HERE: say(
            "Tell the supervisor: these records are an old copy, or have a double."
        ),
        DifferenceKind.OTHER_GATE: say("Two were let in with one ticket: tell the supervisor."),
        DifferenceKind.ADMITTED_TWICE: say("Two were let in with one ticket: tell the supervisor."),
        DifferenceKind.PERHAPS_A_COPYS: say(
            "Tell the supervisor: compare with the copy's queue whether two were let in."
        ),
    }[difference.kind]


SENTENCES: dict[str, Sentence] = {
    "books.missing_there": "{serial}: confirmed here, and not at the server any more",
    "books.undone": "{serial}: confirmed here, and undone at the server",
    "books.gone_there": "{serial}: confirmed here; "
    "the server has no such admission, and no valid ticket",
    "books.missing_here": _missing_here,
    "books.other_gate": _other_gate,
    "books.admitted_twice": _admitted_twice,
    "books.perhaps_a_copys": "{serial}: confirmed here, "
    "but its answer was lost, and a copy of this gate may have sent it",
    "books.other_missing": "{serial}: admitted at another gate, and not at the server any more",
    "books.other_undone": "{serial}: admitted at another gate, and undone at the server",
}


SYMBOLS = {
    State.QUEUED: "◌",
    State.SENDING: "→",
    State.CONFIRMED: "✓",
    State.CONFLICT: "▲",
    State.REFUSED: "✗",
    State.UNDONE: "←",
    State.LOCAL: "↺",
}


def next_step(admission: Admission, done: Acknowledged | None = None) -> str:
    """Say what to do, in one sentence; `done` is what somebody has done about it."""
    if done:
        return say("Nothing more: somebody has handled it.")
    if admission.state is State.QUEUED and admission.faults:
        return say("The API failed on it; it is tried again, last of all.")
    return {
        State.QUEUED: say("Nothing: it is sent when the API can be reached."),
        State.SENDING: say("Nothing: its outcome is being looked up."),
        State.CONFIRMED: say("Nothing: the API has it."),
        State.CONFLICT: say("Two were let in with one ticket: tell the supervisor."),
        State.REFUSED: say("The API does not accept it: tell the supervisor."),
        State.UNDONE: say("Nothing: it was undone at the server; the ticket admits again."),
        State.LOCAL: say("Nothing: it is kept here; the API is not told of it."),
    }.get(admission.state, "")


def account(admission: Admission, done: Acknowledged | None = None) -> str:
    """Say who let a patron in on their word, why it came to its state, and what was done then."""
    override = {"note": admission.override_note, "by": admission.override_by}
    overridden = admission.override_note and admission.kind is Kind.ADMITTED  # else its reason
    told = (
        _handled(done) if done else "",
        sentence(admission.reason) if admission.reason else "",
        sentence(Fact(Reason.OVERRIDDEN, override)) if overridden else "",
    )
    return " · ".join(part for part in told if part)


def double_account(double: DoubleEntry, done: Acknowledged | None = None) -> str:
    """Say at which two gates a ticket was let in, and what was done then."""
    return " · ".join([*([_handled(done)] if done else []), sentence(double.fact)])


def double_step(done: Acknowledged | None = None) -> str:
    """Say what to do about a double entry, in one sentence."""
    if done:
        return say("Nothing more: somebody has handled it.")
    return say("Two were let in with one ticket: tell the supervisor.")


def _handled(done: Acknowledged) -> str:
    return say("Handled by {name}: {note}", name=shown(done.by), note=shown(done.note))


def state_word(state: State | None) -> str:
    """Name a state, or all of them."""
    if state is None:
        return say("all")
    return {
        State.QUEUED: say("queued"),
        State.SENDING: say("sending"),
        State.CONFIRMED: say("confirmed"),
        State.CONFLICT: say("conflict"),
        State.REFUSED: say("refused"),
        State.UNDONE: say("undone"),
        State.LOCAL: say("kept here"),
    }.get(state, state.value)


def ticket_rows(view: TicketView, name: str, now: datetime) -> list[tuple[str, str]]:
    """Say what is known of a ticket, in rows of two; the owner's `name` where it may be shown."""
    rows = [(say("Section"), plain(view.found.section, 60))]
    if name:
        rows.append((say("Owner"), name))
    rows.append((say("Status"), _status(view)))
    admitted = [
        *([_admitted(view.other, now)] if view.other else []),
        *([f"{_admitted(view.own, now)} ({state_word(view.own_state)})"] if view.own else []),
    ]
    rows += [(say("Admitted"), each) for each in admitted or [say("not yet")]]
    moved = [
        *((each, say("Came again")) for each in view.again),
        *((each, say("Left")) for each in view.exits),
    ]
    return rows + [(what, moment(each, now)) for each, what in sorted(moved)]


def _status(view: TicketView) -> str:
    if not view.listed:
        return say("taken off the list")
    return {
        TicketStatus.ISSUED: say("issued"),
        TicketStatus.REDEEMED: say("admitted, says the server"),
        TicketStatus.CANCELLED: say("cancelled"),
        TicketStatus.TRANSFERRED: say("transferred"),
        TicketStatus.UNPAID: say("not paid"),
        TicketStatus.BLOCKED: say("blocked"),
        TicketStatus.REVOKED: say("revoked"),
        TicketStatus.REISSUED: say("replaced by a new code"),
        TicketStatus.UNAPPROVED: say("not approved yet"),
        TicketStatus.OTHER: say("not valid"),
    }[view.status]


def _admitted(first: EarlierAdmission, now: datetime) -> str:
    known = [
        moment(first.at, now) if first.at else "",
        say("at {gate}", gate=plain(first.device)) if first.device else "",
        say("by {guard}", guard=plain(first.redeemer)) if first.redeemer else "",
    ]
    return " ".join(part for part in known if part) or say("at another gate")
