"""What is a ticket's code and what is another, by the form that the session's codes have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.code_form import CodeForm
from scanner.admission.serial import LooksLike
from scanner.qr.decoded import Reading, Symbology
from scanner.scanning.code_framing import PAUSE_SECONDS, SETTLE_SECONDS, CodeFraming, codes_in
from scanner.scanning.presentation import (
    Beside,
    Debouncer,
    Presentation,
    Presentations,
    TwoInView,
    divide,
)
from scanner.scanning.symbologies import Agreement
from scanner.scanning.ticket_codes import TicketCodes, holds_ticket, is_random
from tests.admission.worlds import secrets

SERIAL = "DAWIER-BACK75580348"
CODE = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"
OTHER = CODE[::-1]
ADVERT = "https://shop.example/a"
SERIALS, SECRETS = TicketCodes(), TicketCodes(lambda: CodeForm.SECRET)


def framing(*, needs_end: bool = False) -> CodeFraming:
    return CodeFraming(SECRETS.is_whole, needs_end, is_opaque=lambda: SECRETS.opaque)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (CODE, True),
        (f"]Q1{CODE}\r", True),
        (CODE[:16], True),
        (CODE[:15], False),
        (f"{CODE} {CODE}", False),
        (f"{CODE}\n{CODE}", False),
        ("https://shop.example/abcdefgh", False),
        ("", False),
    ],
)
def test_what_is_long_and_in_one_piece_is_taken_for_an_opaque_code(text: str, whole: bool) -> None:
    assert holds_ticket(text, CodeForm.SECRET) is whole
    assert SECRETS.of(text) == (text.strip().removeprefix("]Q1") if whole else None)
    assert not holds_ticket(text)


def test_a_serial_is_a_ticket_as_before() -> None:
    assert holds_ticket(f"https://x.example/{SERIAL}")
    assert SERIALS.of(f"https://x.example/{SERIAL}?a=b") == SERIAL
    assert SERIALS.identity(f" {SERIAL.lower()}") == SERIAL
    assert SERIALS.looks_like(SERIAL) is None
    assert SERIALS.looks_like(CODE) is LooksLike.OTHER_TEXT


@given(secrets())
def test_two_readings_of_an_opaque_code_are_one_and_those_of_other_case_two(code: str) -> None:
    assert SECRETS.identity(f"\x02{code}\r\n") == SECRETS.identity(code)
    if code.isascii() and code.swapcase() != code:
        assert SECRETS.identity(code) != SECRETS.identity(code.swapcase())


@pytest.mark.parametrize(
    ("text", "looks_like"),
    [
        (CODE, None),
        ("4006381333931", None),
        ("some text", None),
        (ADVERT, LooksLike.WEB_ADDRESS),
        ("WIFI:S:x;;", LooksLike.WIFI_CODE),
        ("", LooksLike.EMPTY),
    ],
)
def test_only_what_is_plainly_something_else_is_none_of_the_tickets(
    text: str, looks_like: LooksLike | None
) -> None:
    assert SECRETS.looks_like(text) is looks_like


@pytest.mark.parametrize("text", [CODE, CODE.upper(), CODE[:16], "QxK7m3QxK7m3QxK7m3"])
def test_letters_and_digits_at_random_are_nothing_that_people_type(text: str) -> None:
    assert is_random(text)


@pytest.mark.parametrize(
    "text",
    [CODE[:15], "Bartholomew Featherstone", "tickets.example2.com", "1234567890123456", "x" * 40],
)
def test_what_people_type_is_not_at_random(text: str) -> None:
    assert not is_random(text)


@pytest.mark.parametrize("code", [CODE, "10000012", "a b", ADVERT])
@pytest.mark.parametrize("end", ["\r", "\n", "\t", "\x03", "\r\n"])
def test_the_first_end_is_an_opaque_codes(code: str, end: str) -> None:
    assert framing().feed(f"\x02{code}{end}", 0.0) == [code]
    assert framing(needs_end=True).feed(f"{code}{end}", 0.0) == [code]
    assert codes_in(f"{code}{end}", SECRETS.is_whole, lambda: True) == [code]


def test_the_next_patrons_code_counts_and_the_rest_of_a_longer_one_does_not() -> None:
    frames = framing()
    assert frames.feed("10000012\r\n", 0.0) == ["10000012"]
    assert frames.feed("10000013\r\n", SETTLE_SECONDS) == ["10000013"]
    assert frames.feed("BEGIN:VCARD\r\nN:Doe\r\n", 9.0) == ["BEGIN:VCARD"]
    assert frames.feed("TEL:555\r\n", 9.1) == []
    assert frames.feed(f"{CODE}\r\n", 9.2) == [CODE]
    assert frames.feed("10000014\r\n", 9.6) == ["10000014"]


def test_an_opaque_code_without_an_end_is_whole_after_a_pause_and_not_before() -> None:
    frames = framing()
    assert frames.feed(CODE[:16], 0.0) == []
    assert frames.feed(CODE[16:], PAUSE_SECONDS - 0.1) == []
    assert frames.idle(2 * PAUSE_SECONDS) == [CODE]


@given(st.lists(secrets(), min_size=1, max_size=5))
def test_codes_with_time_between_them_all_come(codes: list[str]) -> None:
    frames, came, at = framing(), list[str](), 0.0
    for code in codes:
        came += frames.feed(f"{code}\r\n", at)
        at += 1.1 * SETTLE_SECONDS
    assert came == codes


def test_an_advertisement_beside_a_ticket_is_only_beside_it() -> None:
    assert divide([CODE, ADVERT], SECRETS) == ([CODE], [Beside(ADVERT, LooksLike.WEB_ADDRESS)])
    assert divide([CODE, ADVERT]) == ([CODE, ADVERT], [])
    watch = Debouncer(codes=SECRETS)
    assert watch.update([ADVERT, CODE], 0.0)[0] == Presentation(CODE)
    assert Debouncer(codes=SECRETS).update([CODE, OTHER], 0.0) == [TwoInView()]


def test_a_code_read_twice_is_one_presentation() -> None:
    door: Presentations[None] = Presentations(SECRETS)
    assert door.begins(CODE, 0.0)
    assert not door.begins(f"]Q1{CODE}\r", 0.5)
    assert door.begins(CODE.upper(), 0.6)


def test_a_bar_code_with_a_weak_check_is_believed_when_it_is_read_again() -> None:
    reading = Reading(CODE, ((0, 0), (1, 0), (1, 1), (0, 1)), "zbar", Symbology.CODE_39)
    opaque, serials = Agreement(SECRETS), Agreement()
    assert [opaque.believed([reading]) for _ in range(2)] == [[], [reading]]
    assert [serials.believed([reading]) for _ in range(2)] == [[], []]
