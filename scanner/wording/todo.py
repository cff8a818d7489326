"""What a guard or a supervisor does about an admission, by its state."""

from scanner.store.ledger import Admission, State
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence

SYMBOLS = {
    State.QUEUED: "◌",
    State.SENDING: "→",
    State.CONFIRMED: "✓",
    State.CONFLICT: "▲",
    State.REFUSED: "✗",
    State.UNDONE: "←",
}


def todo(admission: Admission) -> str:
    """Say what to do, in one sentence."""
    if admission.state is State.QUEUED and admission.faults:
        return say("The API failed on it; it is tried again, last of all.")
    return {
        State.QUEUED: say("Nothing: it is sent when the API can be reached."),
        State.SENDING: say("Nothing: its outcome is being looked up."),
        State.CONFIRMED: say("Nothing: the API has it."),
        State.CONFLICT: say("Two were let in with one ticket: tell the supervisor."),
        State.REFUSED: say("The API does not accept it: tell the supervisor."),
        State.UNDONE: say("Nothing: it was undone at the server; the ticket admits again."),
    }.get(admission.state, "")


def reason(admission: Admission) -> str:
    """Return why it came to its state, fit to show."""
    return sentence(admission.reason) if admission.reason else ""


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
    }.get(state, state.value)
