import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wording.plain import plain, plain_cell, plain_html, plain_json, plain_line


@given(st.text(alphabet=st.characters()), st.integers(2, 60))
def test_nothing_that_steers_a_terminal_is_left(text: str, longest: int) -> None:
    shown = plain(text, longest)
    assert len(shown) <= longest
    assert not [c for c in shown if unicodedata.category(c)[0] == "C"]
    assert "\n" not in shown
    shown.encode()  # no half of a surrogate pair


def test_terminal_commands_lose_their_escape() -> None:
    assert plain("\x1b[2J\x1b]0;owned\x07Floor\r\n\x9b31m") == "[2J ]0;owned Floor 31m"


def test_text_that_turns_round_or_hides_is_straightened() -> None:
    assert plain("Gate\u202eA\u200b B\ufeff") == "Gate A B"


def test_a_pile_of_accents_is_cut_and_a_name_keeps_its_own() -> None:
    assert plain("Nguyễn Đình Dũng") == "Nguyễn Đình Dũng"
    assert len(plain("e" + "\u0301\u0302\u0303" * 40)) <= 3


def test_a_long_text_ends_in_an_ellipsis_and_nothing_is_an_empty_text() -> None:
    assert plain("word " * 100, 12) == "word word w…"
    assert plain(None) == ""


def test_a_line_keeps_its_columns_and_loses_what_steers() -> None:
    assert plain_line("Event      A\x1b[2J\u202eB\n") == "Event      A [2J B "


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "  =1+1",
        "\u3000=1+1",
        "\u200b=1+1",
        "\t=1+1",
        "\r\n=1+1",
        "\uff1d1+1",
        " \uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
        "+1",
        "-1",
        "\u22121",
        "@SUM(A1)",
        "|calc",
        "%0A",
        "x;=1+1",
        "x; \uff1d1+1",
    ],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    made = plain_cell(cell)
    for part in made.split(";"):
        first = unicodedata.normalize("NFKC", part).strip()[:1]
        assert first not in set("=+-@|%\u2212"), made


@given(st.text(alphabet=st.characters() | st.sampled_from("=+-@;' \t\uff1d\u3000")))
def test_no_text_becomes_a_formula_in_a_cell(text: str) -> None:
    for part in str(plain_cell(text)).split(";"):
        assert not unicodedata.normalize("NFKC", part).strip().startswith(("=", "+", "-", "@"))


def test_a_cell_that_is_no_formula_stays_as_it_is() -> None:
    for cell in ("Floor", "DAWIER-BACK75580348", "2026-11-28T20:00:00+00:00", "", 7, 1.5, None):
        assert plain_cell(cell) == cell
    assert plain_cell("x" * 1000) == "x" * 1000
    assert plain_cell({"a": [1, -2]}) == '{"a": [1, -2]}'


def test_a_page_takes_a_text_for_nothing_but_a_text() -> None:
    assert plain_html("<b>&'\"\x1b\u202e") == "&lt;b&gt;&amp;&#x27;&quot;"


@given(st.text(alphabet=st.characters()))
def test_json_is_printable_ascii_and_reads_back(text: str) -> None:
    written = plain_json({"name": text})
    assert all(" " <= each <= "~" for each in written)
    assert json.loads(written) == {"name": text}
