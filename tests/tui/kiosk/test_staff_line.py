from datetime import timedelta

import pytest

from scanner.scanning.source_state import SourceState
from scanner.tui.kiosk.staff_line import troubles
from scanner.wording.notices import Notice
from tests.tui.ports import NOW, STATUS


@pytest.mark.parametrize(
    ("by_hand", "told"),
    [(False, "◌ NOT READING: Eye is away."), (True, "◌ NO HAND SCANNER: Eye is away.")],
)
def test_a_lost_hand_scanner_does_not_pass_for_the_camera(by_hand: bool, told: str) -> None:
    lost = SourceState(running=False, sentence="Eye is away.", by_hand=by_hand)
    now = NOW + timedelta(seconds=1)
    assert troubles(STATUS, lost, None, NOW, now) == [Notice(told)]
