from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.pretix.errors import SetupError
from scanner.tui.wizard.answers import (
    LONGEST_NAME,
    Answers,
    Place,
    filled_in,
    opens_gate,
    server_address,
    tidy_name,
    token_code,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A0F9GG8D", "A0F9GG8D"),
        (" a0f9 gg8d ", "A0F9GG8D"),
        ("A0F9-GG8D", "A0F9GG8D"),
        ("https://tickets.example/t/A0F9GG8D?x=1", "A0F9GG8D"),
        ("ABCDEFGH", "ABCDEFGH"),
        ("", None),
        ("A0F9GG8", None),
        ("A0F9GG8D B1B2B3B4", None),
        ("DAWIER-BACK75580348", None),
        ("A0F9GG8Ä", None),
    ],
)
def test_a_code_is_found_where_only_one_can_be_meant(text: str, code: str | None) -> None:
    assert token_code(text) == code


@given(st.text())
def test_nothing_but_a_code_ever_comes_out(text: str) -> None:
    code = token_code(text)
    assert code is None or (len(code) == 8 and code.isascii() and code.isalnum())


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://tickets.example/v3", "https://tickets.example/v3/"),
        (" http://127.0.0.1:8080/ ", "http://127.0.0.1:8080/"),
        ("tickets.example", None),
        ("ftp://tickets.example", None),
        ("http://", None),
        ("http://[::1", None),
        ("http://a b/", None),
        ("http://x:99999/", None),
        ("", None),
    ],
)
def test_an_address_ends_in_a_slash_and_what_is_none_is_refused(
    text: str, address: str | None
) -> None:
    assert server_address(text) == address


KNOWN = Answers(api="https://one.example/", key="ab" * 16, code="A0F9GG8D")


@pytest.mark.parametrize(
    ("text", "at", "changed", "places"),
    [
        ("b1b2 b3b4", Place.SOUND, {"code": "B1B2B3B4"}, [Place.CODE]),
        ("CD" * 16, Place.CODE, {"key": "CD" * 16}, [Place.SERVER]),
        (
            "https://two.example/v3",
            Place.SERVER,
            {"api": "https://two.example/v3/", "key": None},
            [Place.SERVER],
        ),
        ("https://two.example/v3", Place.CODE, {}, []),
        ("https://tickets1.example/v3", Place.CODE, {}, []),
        ("DAWIER-BACK75580348", Place.NAMES, {}, []),
        ("]Q1DAWIER-BACK75580348", Place.SERVER, {}, []),
        ("]C0AB-DAWIER-BACK75580348", Place.CODE, {}, []),
        ("https://shop1.example/t/DAWIER-BACK75580348?v=A0F9GG8D", Place.SERVER, {}, []),
        ("]Q1b1b2b3b4", Place.NAMES, {"code": "B1B2B3B4"}, [Place.CODE]),
        ("\x02B1B2B3B4\x03", Place.NAMES, {"code": "B1B2B3B4"}, [Place.CODE]),
        ("]Q1" + "CD" * 16, Place.CODE, {"key": "CD" * 16}, [Place.SERVER]),
        ("]d2scanner:gate?token=B1B2B3B4", Place.CAMERA, {"code": "B1B2B3B4"}, [Place.CODE]),
        (
            "scanner:gate?api=https://two.example/&token=B1B2B3B4",
            Place.CAMERA,
            {"api": "https://two.example/", "key": None, "code": "B1B2B3B4"},
            [Place.SERVER, Place.CODE],
        ),
        ("scanner:gate?token=B1B2", Place.CODE, {}, []),
    ],
)
def test_a_scan_answers_the_steps_that_it_belongs_to_and_gives_no_server_anothers_key(
    text: str, at: Place, changed: dict[str, Any], places: list[Place]
) -> None:
    assert filled_in(KNOWN, text, at) == (replace(KNOWN, **changed), tuple(places))


NEW = '{"handshake_version": 1, "url": "https://px.example", "token": "7uq32axn0ir3ivhe"}'
SHORT = "https://px.example/ 7uq32axn0ir3ivhe"
AT_PRETIX = Answers(
    api="https://px.example/", code="evening/2", platform="pretix", new_device=SHORT
)


@pytest.mark.parametrize("at", Place)
def test_what_pretix_shows_answers_the_server_in_any_step_and_brings_no_key_or_code(
    at: Place,
) -> None:
    known, places = filled_in(KNOWN, NEW, at)
    assert known == replace(AT_PRETIX, code="")
    assert places == (Place.SERVER,)
    assert filled_in(KNOWN, f"{SHORT} evening/2", at)[0] == AT_PRETIX
    assert filled_in(AT_PRETIX, NEW, at)[0] == AT_PRETIX  # the same device keeps its list


def test_at_pretix_a_code_alone_answers_nothing_and_another_servers_card_all() -> None:
    for text in ("b1b2b3b4", "CD" * 16, "scanner:gate?token=B1B2B3B4", "https://two.example/"):
        assert filled_in(AT_PRETIX, text, Place.CODE) == (AT_PRETIX, ())
    card = "scanner:gate?api=https://two.example/&token=B1B2B3B4"
    known, places = filled_in(AT_PRETIX, card, Place.CODE)
    assert known == Answers(api="https://two.example/", code="B1B2B3B4")
    assert places == (Place.SERVER, Place.CODE)
    known, _ = filled_in(AT_PRETIX, "https://two.example/", Place.SERVER)
    assert known == Answers(api="https://two.example/")


def test_a_newer_kind_of_device_is_said_and_no_device_is_found_in_other_texts() -> None:
    newer = NEW.replace("1", "2", 1)
    with pytest.raises(SetupError):
        filled_in(KNOWN, newer, Place.SERVER)
    assert opens_gate(newer)
    assert opens_gate(NEW)
    for text in ("DAWIER-BACK75580348", "7uq32axn0ir3ivhe", '{"handshake_version": 1}', "{"):
        assert not opens_gate(text)


@given(st.text())
def test_a_name_can_be_shown_on_one_line(text: str) -> None:
    name = tidy_name(text)
    assert name is None or (name.isprintable() and 0 < len(name) <= LONGEST_NAME)
