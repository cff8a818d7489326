from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scanner.admission.verdict import LIGHTS, Kind, Reason, Verdict
from scanner.judging import Judged
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY
from scanner.tui.drawing.poster import Poster, of_judged
from scanner.tui.drawing.poster_layout import Line, arrange
from scanner.tui.drawing.shapes import LARGE, SMALL, Dots, Size, letter, letterable, width
from scanner.wording.catalogue import LANGUAGES, choose_language, say
from scanner.wording.kiosk import patron_words
from scanner.wording.plain import clock_time, plain
from scanner.wording.verdict import advice, headline, title

ALL = [*FACES.values(), CANNOT_RECORD, READY, CHECKING]
WORDS = st.text(max_size=150).map(plain)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜÑ0123456789"
AT_80_BY_24 = (80, 16)
"""What the verdict has there beside the last scans, the status and the keys."""


def dots(lines: Sequence[Line]) -> Dots:
    """Return what is drawn with half blocks, two rows of dots for each line."""
    upper, lower = str.maketrans("█▀▄ ", "##.."), str.maketrans("█▀▄ ", "#.#.")
    return tuple(line.text.translate(half) for line in lines for half in (upper, lower))


def height_of(text: str, lines: Sequence[Line]) -> int:
    """Return the height in dots of a word that is lettered in these lines; 0 where it isn't."""
    rows = dots(lines)
    sizes = [Size(LARGE, wide, high) for wide in range(1, 6) for high in range(1, 7)]
    for size in (*sizes, Size(SMALL)):
        picture = letter(letterable(text) or "", size)
        for top in range(len(rows) - len(picture) + 1):
            left = rows[top].find(picture[0])
            while left >= 0:
                across = slice(left, left + len(picture[0]))
                if all(rows[top + y][across] == row for y, row in enumerate(picture)):
                    return size.height
                left = rows[top].find(picture[0], left + 1)
    return 0


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


AT_A_TICKET = [
    reason
    for reason in Reason
    if reason.kind is not Kind.GATE_CLOSED and reason is not Reason.OTHER_SECTION
]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("reason", AT_A_TICKET)
def test_what_to_do_is_lettered_at_80_by_24(reason: Reason, code: str) -> None:
    choose_language(code)
    verdict = Verdict(reason, "DAWIER-BACK75580348", "Floor")
    words = advice(verdict)
    shown = Poster(FACES[verdict.light], headline(verdict), "Why.", words, "Small print")
    lines = arrange(shown, *AT_80_BY_24)
    assert all(height_of(word, lines) for word in words.rstrip(".").split()), words
    assert height_of(shown.title.split()[-1], lines) >= SMALL
    assert any("Why." in line.text for line in lines)


@pytest.mark.parametrize("section", ["Floor", "VIP Lounge", "Parkett links", "Balcony, Row 12"])
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("reason", [Reason.VALID, Reason.OTHER_SECTION])
def test_a_section_is_lettered_as_large_as_the_verdict_at_80_by_24(
    reason: Reason, code: str, section: str
) -> None:
    choose_language(code)
    verdict = Verdict(reason, "DAWIER-BACK75580348", section)
    words = advice(verdict)
    shown = Poster(FACES[verdict.light], headline(verdict), "Why.", words, "Small", section)
    lines = arrange(shown, *AT_80_BY_24)
    first = section.split(maxsplit=1)[0]
    assert height_of(first, lines) >= min(LARGE, height_of(headline(verdict).split()[0], lines))
    assert height_of(first, lines) >= SMALL
    assert height_of(words.split()[0], lines)


def test_advice_is_larger_where_there_is_more_room() -> None:
    poster = Poster(FACES[Kind.UNKNOWN], "UNKNOWN", "Not on the list", "Ask for another ticket.")
    heights = [height_of("ANOTHER", arrange(poster, *room)) for room in ((80, 14), (160, 36))]
    assert heights == [SMALL, 2 * LARGE]


def test_advice_is_never_larger_than_the_verdict() -> None:
    poster = Poster(FACES[Kind.ADMITTED], "ADMITTED", "Valid", "Let in.", "", "A balcony, row 12")
    for room in ((80, 16), (107, 38), (160, 36), (300, 30)):
        lines = arrange(poster, *room)
        assert 0 < height_of("LET IN", lines) <= height_of("ADMITTED", lines)


def test_a_title_gives_way_to_the_section_and_not_the_other_way_round() -> None:
    short = Poster(FACES[Kind.ADMITTED], "ADMITTED", "Valid", "Let in.", place="Floor")
    long = replace(short, place="Balcony left, door seven")
    before, after = (arrange(each, *AT_80_BY_24) for each in (short, long))
    assert height_of("ADMITTED", after) < height_of("ADMITTED", before)
    assert height_of("LEFT", after) >= SMALL


def test_in_a_narrow_window_the_shape_stands_above_the_words() -> None:
    """As on a phone."""
    poster = Poster(FACES[Kind.ADMITTED], "ADMITTED", "Valid", "Let the patron in.", "", "Floor")
    lines = arrange(poster, 40, 34)
    assert height_of("ADMITTED", lines) == SMALL
    assert height_of("FLOOR", lines) >= SMALL
    assert height_of("PATRON", lines) == SMALL


def test_a_place_that_cannot_be_lettered_stays_in_the_small_print() -> None:
    poster = Poster(FACES[Kind.ADMITTED], "ADMITTED", detail="東側 · X", place="東側")
    assert arrange(poster, 160, 36) == arrange(replace(poster, place=""), 160, 36)


def test_a_long_section_leaves_room_for_serial_and_time_at_80_columns() -> None:
    at = datetime(2026, 11, 29, 19, 30, tzinfo=UTC)
    verdict = Verdict(Reason.UNPAID, serial="s" * 32, section="A seminar with a long name, in June")
    detail = of_judged(Judged(1, "s" * 32, "camera", at, verdict)).detail
    assert cell_len(detail) <= 80
    assert "s" * 32 in detail
    assert detail.endswith(clock_time(at))


def test_letters_keep_the_accents_that_can_be_drawn_large() -> None:
    assert letterable("Süd, Straße 9") == "SÜD, STRASSE 9"
    assert letterable("año") == "AÑO"
    assert letterable("Fenêtre d\u2019été") == "FENETRE D'ETE"
    assert letterable("東") is None
    assert letterable("") is None


@pytest.mark.parametrize("size", [Size(LARGE, 2, 3), Size(SMALL)])
@given(text=st.text(alphabet=f"{LETTERS}-.,'/:&()+? ", min_size=1))
def test_a_drawn_text_is_as_large_as_it_says(text: str, size: Size) -> None:
    drawn = letter(text, size)
    assert {len(row) for row in drawn} == {width(text, size)}
    assert len(drawn) == size.height


@pytest.mark.parametrize("font", [LARGE, SMALL])
def test_no_two_letters_look_alike(font: int) -> None:
    assert len({letter(c, Size(font)) for c in LETTERS}) == len(LETTERS)
