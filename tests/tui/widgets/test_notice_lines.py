import pytest

from scanner.facts import Fact
from scanner.scanning.errors import CameraFault
from scanner.tui.widgets.notice_lines import NoticeLines
from scanner.wording.catalogue import LANGUAGES, choose_language, say
from scanner.wording.notices import Notice
from scanner.wording.sentences import sentence

LONG = "○ OFFLINE since 20:14, admitting goes on: The ticketing API at 127.0.0.1 can't be reached."


def rows(columns: int, *texts: str) -> list[str]:
    lines = NoticeLines()
    lines.notices = tuple(Notice(text) for text in texts)
    return [row.plain for row in lines.rows(columns)]


def test_a_short_notice_takes_one_row_and_fills_it() -> None:
    assert rows(20, "■ HELD") == [" ■ HELD" + 13 * " "]


def test_a_long_notice_goes_on_in_a_second_row_and_hides_nothing() -> None:
    found = rows(60, LONG)
    assert len(found) == 2
    assert found[1].startswith("   ")
    assert {len(row) for row in found} == {60}
    assert " ".join(" ".join(found).split()) == LONG


@pytest.mark.parametrize("code", LANGUAGES)
def test_on_a_phone_a_third_row_says_what_the_camera_waits_for(code: str) -> None:
    choose_language(code)
    why = sentence(Fact(CameraFault.BROWSER_OFF))
    words = say("NO CAMERA, type serials with i: {why}", why=why)
    choose_language("en")
    found = rows(43, f"◌ {words}")
    assert "".join(" ".join(found).split()) == "".join(f"◌{words}".split())


@pytest.mark.parametrize(("columns", "most"), [(60, 2), (30, 3)])
def test_what_its_rows_do_not_hold_ends_in_an_ellipsis(columns: int, most: int) -> None:
    found = rows(columns, LONG + " " + LONG)
    assert len(found) == most
    assert found[-1].rstrip().endswith("…")
    assert {len(row) for row in found} == {columns}


def test_each_notice_begins_a_row() -> None:
    found = rows(60, LONG, "■ HELD")
    assert [row[1] for row in found] == ["○", " ", "■"]
