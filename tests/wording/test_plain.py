import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from scanner.wording.plain import plain


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
