from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scanner.admission.verdict import LIGHTS, Kind
from scanner.tui.drawing import poster_layout
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY
from scanner.tui.drawing.poster import Poster
from scanner.tui.drawing.poster_layout import arrange
from scanner.wording.catalogue import LANGUAGES, choose_language, say
from scanner.wording.kiosk import patron_words
from scanner.wording.plain import plain
from scanner.wording.verdict import title

ALL = [*FACES.values(), CANNOT_RECORD, READY, CHECKING]
WORDS = st.text(max_size=150).map(plain)


@given(
    st.builds(Poster, st.sampled_from(ALL), WORDS, WORDS, WORDS, WORDS, WORDS),
    st.integers(0, 220),
    st.integers(0, 70),
)
def test_a_poster_never_leaves_its_room(poster: Poster, columns: int, rows: int) -> None:
    lines = arrange(poster, columns, rows)
    assert len(lines) <= rows
    assert all(cell_len(line.text) <= columns for line in lines)


@pytest.mark.parametrize("kind", LIGHTS)
@pytest.mark.parametrize("room", [(80, 12), (80, 16), (100, 22), (160, 36)])
def test_every_verdict_is_lettered_from_80_by_24_up(kind: Kind, room: tuple[int, int]) -> None:
    poster = Poster(FACES[kind], title(kind), "Why.", "What next.", "Small print")
    text = "\n".join(line.text for line in arrange(poster, *room))
    assert "█" in text
    assert "Why." in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_title_is_lettered_at_80_by_24_in_every_language(code: str) -> None:
    choose_language(code)
    titles = [title(kind) for kind in Kind]
    titles += [patron_words(kind).title for kind in LIGHTS]
    titles += [say("CANNOT RECORD"), say("READY"), say("CHECKING")]
    titles += [say("SHOW YOUR TICKET"), say("LANE CLOSED"), say("ONE MOMENT")]
    for each in titles:
        poster = Poster(READY, each, "Why.", "What next.", "Small print")
        assert "█" in "\n".join(line.text for line in arrange(poster, 80, 16)), each


def test_a_room_too_small_for_letters_gets_plain_bold_words() -> None:
    poster = Poster(FACES[Kind.ALREADY_ADMITTED], "ALREADY ADMITTED", "3 min ago", "Ask.")
    lines = arrange(poster, 40, 6)
    headline = next(line for line in lines if line.text.strip())
    assert headline.text.strip() == "⊖ ALREADY ADMITTED ⊖"
    assert headline.bold


def test_advice_is_lettered_where_there_is_room() -> None:
    poster = Poster(FACES[Kind.UNKNOWN], "UNKNOWN", "Not on the list", "Ask for another ticket.")
    small = "\n".join(line.text for line in arrange(poster, 80, 14))
    large = "\n".join(line.text for line in arrange(poster, 160, 36))
    assert "Ask for another ticket." in small
    assert "Ask for another ticket." not in large
    assert large.count("█") > 2 * small.count("█")


def test_a_place_that_cannot_be_lettered_stays_in_the_small_print() -> None:
    poster = Poster(FACES[Kind.ADMITTED], "ADMITTED", detail="東側 · X", place="東側")
    assert arrange(poster, 160, 36) == arrange(replace(poster, place=""), 160, 36)


def test_letters_go_without_their_accents() -> None:
    assert poster_layout.letterable("Süd, Straße 9") == "SUD, STRASSE 9"
    assert poster_layout.letterable("東") is None
    assert poster_layout.letterable("") is None


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.,'/:&()+? ", min_size=1))
def test_a_drawn_text_is_as_large_as_it_says(text: str) -> None:
    dots = poster_layout.draw(text, 2, 3)
    assert {len(row) for row in dots} == {poster_layout.width(text, 2)}
    assert len(dots) == poster_layout.HEIGHT * 3


def test_no_two_letters_look_alike() -> None:
    characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789"
    assert len({poster_layout.draw(c) for c in characters}) == len(characters)
