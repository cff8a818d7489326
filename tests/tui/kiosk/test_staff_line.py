from datetime import timedelta

import pytest

from scanner.facts import Fact
from scanner.scanning.errors import ScannerFault
from scanner.scanning.scan_source import SourceState
from scanner.tui.kiosk.posters import staff_line, troubles
from scanner.wording.notices import Notice
from tests.tui.ports import NOW, STATUS


@pytest.mark.parametrize(
    ("by_hand", "told"),
    [
        (False, "◌ NOT READING: Eye is not there; plug it in."),
        (True, "◌ NO HAND SCANNER: Eye is not there; plug it in."),
    ],
)
def test_a_lost_hand_scanner_does_not_pass_for_the_camera(by_hand: bool, told: str) -> None:
    lost = SourceState(False, Fact(ScannerFault.ABSENT, {"name": "Eye"}), by_hand)
    now = NOW + timedelta(seconds=1)
    assert troubles(STATUS, lost, None, NOW, now) == [
        Notice(told.format("Eye is not there; plug it in."))
    ]


def test_a_muted_lane_says_so_to_staff() -> None:
    assert "MUTED" in staff_line(STATUS, NOW, 80, muted=True).plain
    assert "MUTED" not in staff_line(STATUS, NOW, 80).plain
