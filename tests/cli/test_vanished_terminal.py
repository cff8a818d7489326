"""A terminal that is gone: with a signal, or without, as one that does not control the program."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.cli.program import Program
from tests.cli.terminal import LIMIT_SECONDS, Terminal, loose_terminal, terminal
from tests.mock.server import Ready


@pytest.mark.parametrize("take", [loose_terminal, terminal], ids=["without a signal", "SIGHUP"])
def test_a_gate_ends_well_when_its_terminal_is_gone_and_the_next_start_says_so(
    program: Program, server: Ready, take: Callable[..., AbstractContextManager[Terminal]]
) -> None:
    program.open_at(server)
    words = ("gate", "--camera", "none", "--no-network")
    with take(program, *words, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("No ticket was shown yet.")
        gate.vanish()
        assert gate.process.wait(LIMIT_SECONDS) == 0
    with terminal(program, *words, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("The terminal was closed at")
        if take is terminal:
            gate.process.kill()
            gate.process.wait(LIMIT_SECONDS)
            return_after_a_kill(program, *words)
            return
        gate.settle()
        gate.press(b"\x11")
        gate.wait_for("Quit the gate?")
        gate.settle()
        assert not gate.ended()
        gate.press(b"y")
        gate.wait_until(gate.ended)
        assert gate.process.returncode == 0


def return_after_a_kill(program: Program, *words: str) -> None:
    """Start again, once more, and see that this was said at the first of the two."""
    with terminal(program, *words, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("The gate ended without being quit:")
        gate.press(b"\x11")
        gate.wait_for("Quit the gate?")
        gate.press(b"y")
        gate.wait_until(gate.ended)
    assert not list(program.home.glob("*.run-*"))


def test_a_first_start_ends_well_when_its_terminal_is_gone(program: Program) -> None:
    with loose_terminal(program, "gate", SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("1 of 7")
        gate.vanish()
        assert gate.process.wait(LIMIT_SECONDS) == 0
