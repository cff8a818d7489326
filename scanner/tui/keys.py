"""The keys of the gate and those that only training has: one table, so no key means two things.

What a key does at a gate, it does in training too, or says there that it does nothing. Training's
own acts have keys that do nothing at a gate.
"""

from dataclasses import replace

from textual.binding import Binding


def _by_action(*bindings: Binding) -> dict[str, Binding]:
    return {each.action: each for each in bindings}


AT_THE_GATE = _by_action(
    Binding("i,slash", "type_serial", "Type", key_display="i /", tooltip="Type a serial"),
    Binding("l", "let_in", "Let in", tooltip="Let in the patron whose light was never shown"),
    Binding("r", "try_now", "Try now", tooltip="Sync and send without waiting", show=False),
    Binding("question_mark", "help", "Help", key_display="?"),
    Binding("f", "open('find')", "Find", tooltip="Find a ticket by serial or name"),
    Binding(
        "u", "open('look_up')", "Look up", tooltip="Look up a ticket; nobody is let in", show=False
    ),
    Binding(
        "o",
        "open('override')",
        "Override",
        tooltip="Let in, or in again, with the PIN",
    ),
    Binding("w", "open('queue')", "Queue", tooltip="What became of the admissions"),
    Binding("t", "open('statistics')", "Statistics"),
    Binding("s", "open('settings')", "Settings"),
    Binding(
        "k", "open('token')", "New token", tooltip="Open the gate with another token", show=False
    ),
    Binding("n", "toggle_network", "Network", tooltip="Cut / restore network"),
    Binding("p", "picture", "Picture", tooltip="Show or hide what the camera sees"),
    Binding("m", "mute", "Mute", tooltip="Sound off and on"),
    Binding("plus,equals_sign", "volume(1)", "Louder", key_display="+", show=False),
    Binding("minus", "volume(-1)", "Quieter", key_display="-", show=False),
    Binding("q", "ask_quit", "Quit", tooltip="Quit, after a question; Ctrl+Q too"),
)
"""By what they do."""

ON_BOTH = (
    Binding("l", "answer('LET_IN')", "Let in", tooltip="Let in; only after a green light"),
    Binding("o", "answer('SUPERVISOR')", "Supervisor", tooltip="Call the supervisor"),
    Binding("f", "search", "Find", tooltip="Find a ticket by its owner's name"),
    Binding("i,slash", "type_serial", "Type", tooltip="Type a serial", show=False),
    Binding("question_mark", "help", "Help", key_display="?"),
    Binding("q", "ask_leave", "Stop", tooltip="Leave, after a question; the run does not count"),
)
"""Training's acts on keys that do the same at a gate."""

ONLY_IN_TRAINING = (
    Binding("x", "ask_reason", "Turn away", tooltip="Turn away; then the reason's number"),
    Binding(
        "g", "answer('SEND')", "Send on", tooltip="Send to the gate of the ticket's own section"
    ),
    Binding("h", "hand_scanner", "Scanner", tooltip="Take the hand scanner, where nothing is read"),
    Binding("c", "answer('CARRY_ON')", "Carry on", show=False),
    Binding("space", "skip", "Next", key_display="Space", tooltip="Don't wait for the next patron"),
)
"""Training's own acts: these keys do nothing at a gate."""


def gate_keys(*actions: str) -> list[Binding]:
    """Return the gate's bindings for these actions, in this order."""
    return [AT_THE_GATE[each] for each in actions]


def only_at_a_gate() -> list[Binding]:
    """Return the gate's keys that training lacks, with an action that says so."""
    shared = {key for each in ON_BOTH for key in each.key.split(",")}
    return [
        replace(each, action=f"only_at_a_gate({each.description!r})", show=False)
        for each in AT_THE_GATE.values()
        if not shared & set(each.key.split(","))
    ]
