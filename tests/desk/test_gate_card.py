import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.desk.gate_card import GateCard, read_card, write_card

WHOLE = GateCard("https://tickets.example/v3/", "0f1e2d", "A0F9GG8D")
PRINTED = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


def test_a_card_is_one_line_that_a_person_can_read() -> None:
    line = "scanner:gate?token=A0F9GG8D&key=0f1e2d&api=https://tickets.example/v3/"
    assert write_card(WHOLE) == line
    assert read_card(line) == WHOLE
    assert "0f1e2d" not in repr(WHOLE)


@given(st.builds(GateCard, st.none() | PRINTED, st.none() | PRINTED, PRINTED))
def test_what_is_written_is_read(card: GateCard) -> None:
    assert read_card(write_card(card)) == card


@pytest.mark.parametrize(
    ("line", "card"),
    [
        (" SCANNER:GATE?token=A0F9GG8D\r\n", GateCard(token="A0F9GG8D")),
        ("scanner:gate?TOKEN=A0F9GG8D&since=v9", GateCard(token="A0F9GG8D")),
        ("scanner:gate?", None),
        ("scanner:gate?token=", None),
        ("https://tickets.example/?token=A0F9GG8D", None),
        ("", None),
    ],
)
def test_what_mails_and_scanners_change_is_read_and_what_is_no_card_is_none(
    line: str, card: GateCard | None
) -> None:
    assert read_card(line) == card
