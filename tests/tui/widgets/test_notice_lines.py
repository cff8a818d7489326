from scanner.tui.widgets.notice_lines import NoticeLines
from scanner.wording.notices import Notice

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


def test_what_two_rows_do_not_hold_ends_in_an_ellipsis() -> None:
    found = rows(30, LONG)
    assert len(found) == 2
    assert found[1].rstrip().endswith("…")
    assert {len(row) for row in found} == {30}


def test_each_notice_begins_a_row() -> None:
    found = rows(60, LONG, "■ HELD")
    assert [row[1] for row in found] == ["○", " ", "■"]
