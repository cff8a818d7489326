"""A terminal that is gone without a signal, as one is that does not control the program."""

from tests.cli.program import Program
from tests.cli.terminal import LIMIT_SECONDS, loose_terminal
from tests.mock.server import Ready


def test_a_gate_ends_well_when_its_terminal_is_gone(program: Program, server: Ready) -> None:
    program.open_at(server)
    words = ("gate", "--camera", "none", "--no-network")
    with loose_terminal(program, *words, SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("No ticket was shown yet.")
        gate.vanish()
        assert gate.process.wait(LIMIT_SECONDS) == 0


def test_a_first_start_ends_well_when_its_terminal_is_gone(program: Program) -> None:
    with loose_terminal(program, "gate", SCANNER_LANGUAGE="en") as gate:
        gate.wait_for("1 of 6")
        gate.vanish()
        assert gate.process.wait(LIMIT_SECONDS) == 0
