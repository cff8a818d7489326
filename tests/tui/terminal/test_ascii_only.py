import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scanner.admission.verdict import LIGHTS, Kind
from scanner.tui.terminal.ascii_only import is_ascii, to_ascii, wanted
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("C", "M", "Z"))))
def test_every_text_becomes_ascii_of_the_same_width(text: str) -> None:
    shown = to_ascii(text)
    assert shown.isascii()
    assert cell_len(shown) == cell_len(text)


@pytest.mark.parametrize(
    ("setting", "term", "expected"),
    [("ascii", "xterm", True), ("unicode", "linux", False), ("auto", "linux", True)],
)
def test_the_setting_or_the_terminal_decides(
    setting: str, term: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    assert wanted(setting) == expected


@pytest.mark.parametrize("kind", LIGHTS)
async def test_the_whole_screen_is_ascii_where_it_must_be(stand: Stand, kind: Kind) -> None:
    stand.judge.verdict = VERDICTS[kind]
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.change("characters", "ascii")
        stand.source.see(SERIAL)
        await pilot.pause()
        drawn = "".join(
            segment.text for strip in app.screen._compositor.render_strips() for segment in strip
        )
        filtered = to_ascii(drawn.replace("\n", ""))
        assert filtered.isascii()
        assert is_ascii(app)
        app.change("characters", "unicode")
        assert not is_ascii(app)
        assert seen(app)
