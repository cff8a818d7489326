import pytest

from scanner.admission.door import Notice, Unjudged
from scanner.admission.verdict import Kind
from scanner.tui.widgets.verdict_panel import VerdictPanel, told_rows
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen, settled

MARKED = "LOOK CLOSELY: the organiser has marked this ticket."
ASK = "Student ticket: ask for the card."
WHOLE = Notice(True, ASK, frozenset(Unjudged))


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (160, 50)])
@pytest.mark.parametrize("kind", [Kind.ADMITTED, Kind.ALREADY_ADMITTED])
async def test_what_the_organiser_wants_is_told_above_the_verdict(
    stand: Stand, kind: Kind, size: tuple[int, int]
) -> None:
    stand.judge.verdict, stand.judge.notice = VERDICTS[kind], WHOLE
    app = stand.app()
    async with app.run_test(size=size) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        rows = seen(app).splitlines()
        panel = app.screen.query_one(VerdictPanel)
        first = panel.region.y
        assert rows[first].startswith(f" ▲ {MARKED}")
        assert rows[first + 1].startswith(f" ▲ {ASK}")
        style = panel.render_line(0)._segments[0].style
        assert style
        assert style.bgcolor
        assert style.bgcolor.name == "#ffd60a"
        assert ("Not checked here" in seen(app)) is (kind is Kind.ADMITTED)


async def test_what_was_not_judged_is_told_in_other_colours_and_a_verdict_without_tells_nothing(
    stand: Stand,
) -> None:
    stand.judge.notice = Notice(unjudged=frozenset({Unjudged.QUESTIONS}))
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert "▲ Not asked here: the organiser's questions without an answer." in seen(app)
        style = app.screen.query_one(VerdictPanel).render_line(0)._segments[0].style
        assert style
        assert style.bgcolor
        assert style.bgcolor.name == "#000000"
        stand.judge.notice = None
        stand.source.see("DAWIER-BACK75580001")
        await settled(app, pilot)
        assert "▲" not in seen(app)


async def test_it_is_told_on_the_screens_beside_the_gates(stand: Stand) -> None:
    stand.judge.notice = WHOLE
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w")
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert f"▲ {MARKED}" in seen(app).splitlines()[2]


@pytest.mark.parametrize(("most", "rows"), [(9, 4), (3, 3), (0, 3)])
def test_each_line_has_a_row_however_little_room_there_is(most: int, rows: int) -> None:
    told = told_rows([MARKED, f"{ASK} {ASK} {ASK}", "last"], 80, most)
    assert len(told) == rows
    assert told[0] == f" ▲ {MARKED}"
    assert told[-1] == " ▲ last"
    assert any(each.endswith("…") for each in told) is (rows < 4)


def test_a_text_that_tries_to_command_the_terminal_is_shown_as_words() -> None:
    from scanner.wording.ticket_notice import LONGEST_TEXT, notice_lines

    (line,) = notice_lines(Notice(text="\x1b[2JHELLO\n" * 999), admits=True)
    assert line.startswith("[2JHELLO")
    assert "\x1b" not in line
    assert len(line) <= LONGEST_TEXT
