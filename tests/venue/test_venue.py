from pathlib import Path

from scanner.admission.verdict import Kind
from tests.store.worlds import SERIALS
from tests.venue.nodes import Nodes
from tests.venue.whole_gates import venue_gate


def test_one_ticket_at_two_gates_is_let_in_at_the_first(tmp_path: Path, one_node: Nodes) -> None:
    with (
        venue_gate(tmp_path / "n", one_node.membership("north")) as north,
        venue_gate(tmp_path / "s", one_node.membership("south")) as south,
    ):
        for gate in (north, south):
            gate.wait_connected()
        first, second = north.present(SERIALS[0]), south.present(SERIALS[0])
        assert first.verdict.kind is Kind.ADMITTED
        assert first.notice is None
        assert second.verdict.kind is Kind.ALREADY_ADMITTED
        assert second.verdict.first
        assert second.verdict.first.redeemer == "Ana"
