"""One table of keys: what training teaches is what the gate does."""

from textual.binding import Binding

from scanner.tui.gate.app import GateApp
from scanner.tui.gate.screen import GateScreen
from scanner.tui.training.play import PlayScreen
from scanner.tui.widgets.key_line import AT_THE_GATE, ON_BOTH, ONLY_IN_TRAINING, only_at_a_gate


def keys(*bindings: Binding) -> set[str]:
    return {key for each in bindings for key in each.key.split(",")}


def bound(owner: type[GateApp] | type[GateScreen] | type[PlayScreen]) -> set[str]:
    return keys(*(each for each in owner.BINDINGS if isinstance(each, Binding)))


def test_every_key_of_the_gate_is_in_the_table() -> None:
    assert bound(GateApp) | bound(GateScreen) == keys(*AT_THE_GATE.values()) | {"ctrl+q"}


def test_trainings_own_acts_have_keys_that_do_nothing_at_the_gate() -> None:
    at_the_gate = keys(*AT_THE_GATE.values())
    assert not keys(*ONLY_IN_TRAINING) & at_the_gate
    assert keys(*ON_BOTH) <= at_the_gate
    answers_to_questions = {"escape", "y", *"123456"}
    own = bound(PlayScreen) - answers_to_questions
    assert own == at_the_gate | keys(*ONLY_IN_TRAINING)


def test_what_training_lacks_is_said_there_and_what_it_has_is_not() -> None:
    assert keys(*only_at_a_gate()) == keys(*AT_THE_GATE.values()) - keys(*ON_BOTH)
