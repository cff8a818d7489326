import asyncio

import pytest

from scanner.demo.venue_house import House, house
from scanner.tui.gate.venue_demo import GateView, TwoGates

SIZE = (161, 29)


@pytest.mark.venue
def test_two_gates_stand_side_by_side_and_the_second_refuses_the_screenshot() -> None:
    with house(1, "en") as made:
        left, right = asyncio.run(_shown(made))
        assert "Demo @ North" in left
        assert "Valid ticket" in left
        assert "Demo @ South" in right
        assert "Already admitted at North by Demo" in right


async def _shown(made: House) -> list[str]:
    """Return what both gates show once a screenshot was refused; then restore the internet."""
    app = TwoGates(made, "en")
    async with app.run_test(size=SIZE) as pilot, asyncio.timeout(60):
        while not app.refused:
            await pilot.pause(0.05)
        await pilot.pause(0.3)
        found = [_text(each) for each in app.query(GateView)]
        cut = not made.cable.connected
        await pilot.press("n")
        restored = made.cable.connected
        await pilot.press("q")
    assert (cut, restored) == (True, True)
    return found


def _text(view: GateView) -> str:
    return "\n".join(view.render_line(y).text for y in range(view.size.height))
