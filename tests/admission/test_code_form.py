"""Opaque codes: what is taken off, what is kept, and what stays of those that no list has."""

import hashlib
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.admission.cleaning import CLEANING
from scanner.admission.code_form import (
    CodeForm,
    code_of,
    may_be_ticket,
    parse,
    respelled,
    unlisted,
)
from scanner.admission.keyboards import Keyboard, Typing, arrives, meant
from scanner.admission.serial import (
    LONGEST_PAYLOAD,
    Fingerprint,
    LooksLike,
    NotATicket,
    Secret,
    Serial,
    blinded,
    is_blinded,
    is_verbatim,
    parse_payload,
)
from tests.admission.worlds import SERIAL, secrets, serials

CODE = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"
SIGNED = "Yk3/u+9Qd.T-w_" * 8 + "a7=="


def secret(payload: str) -> object:
    return parse(CodeForm.SECRET, payload)


@pytest.mark.parametrize(
    "code", [CODE, CODE.upper(), SIGNED, "10000012", "a", "A b", "100%25", "x&amp;y"]
)
@pytest.mark.parametrize(
    "framed",
    [
        "{}",
        "  {}\r\n",
        "\x02{}\x03",
        "]Q1{}",
        "]C0\x1d{}\t",
        "\ufeff{}\x00",
        "\x1b%G{}",
        "\\000026{}",
    ],
)
def test_framing_is_taken_off_and_nothing_else(code: str, framed: str) -> None:
    assert secret(framed.format(code)) == Secret(code)


@pytest.mark.parametrize("payload", ["", " ", "\r\n", "\x02\x03", "]Q1", "\ufeff\x00"])
def test_where_nothing_is_left_there_is_no_code(payload: str) -> None:
    assert secret(payload) == NotATicket(LooksLike.EMPTY)


def test_the_longest_code_is_still_read_and_nothing_longer() -> None:
    assert secret("x" * LONGEST_PAYLOAD) == Secret("x" * LONGEST_PAYLOAD)
    assert secret("x" * (LONGEST_PAYLOAD + 1)) == NotATicket(LooksLike.TOO_LONG)


@given(secrets())
def test_any_code_is_read_with_its_case_whatever_frames_it(code: str) -> None:
    read = secret(f"\x02{code}\r\n")
    assert read == secret(code)
    assert isinstance(read, Secret | NotATicket)
    if code.isascii() and not code.startswith(("]", "\\")):
        assert read == Secret(code)


@given(st.text(), st.sampled_from(CodeForm))
def test_any_text_has_one_reading_which_is_that_of_what_it_reads(text: str, form: CodeForm) -> None:
    read = parse(form, text)
    assert parse(form, text, CLEANING) == read
    if isinstance(read, Secret):
        assert secret(read.value) == read or read.value.startswith(("]", "\\", "\x1b"))
        assert read.value.encode()


@given(serials() | st.binary(min_size=32, max_size=32).map(bytes.hex), secrets())
def test_an_opaque_code_is_never_taken_for_a_serial_or_a_fingerprint(
    inside: str, around: str
) -> None:
    for payload in (inside, f"{around} {inside}", f"{around}/{inside}?x"):
        read = secret(payload)
        assert not isinstance(read, Serial | Fingerprint)
        assert isinstance(unlisted(parse(CodeForm.SECRET, payload)), Secret | NotATicket)


@given(st.text(min_size=1))
def test_of_a_code_that_no_ticket_has_nothing_stays(text: str) -> None:
    read = parse(CodeForm.SECRET, text)
    left = unlisted(read)
    assert left in {Secret(""), *map(NotATicket, LooksLike)}
    assert not is_verbatim(text, read, ticket_known=False)
    assert not is_verbatim(text, left, ticket_known=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert is_blinded(blinded(left, len(text), digest))


@pytest.mark.parametrize(
    ("payload", "looks_like"),
    [
        ("https://shop.example/a", LooksLike.WEB_ADDRESS),
        ("WIFI:T:WPA;S:door;P:open sesame;;", LooksLike.WIFI_CODE),
        ("BCD\n002\n1", LooksLike.PAYMENT_CODE),
        ("BEGIN:VCARD\nN:Doe", LooksLike.BUSINESS_CARD),
    ],
)
def test_what_is_plainly_something_else_is_named_where_no_ticket_has_it(
    payload: str, looks_like: LooksLike
) -> None:
    read = parse(CodeForm.SECRET, payload)
    assert isinstance(read, Secret)  # a house may have printed it on its tickets
    assert unlisted(read) == NotATicket(looks_like)
    assert not may_be_ticket(read)


@pytest.mark.parametrize("payload", [CODE, SIGNED, "4006381333931", SERIAL, "some text"])
def test_what_may_be_a_ticket_that_the_list_lacks_is_not_named(payload: str) -> None:
    assert unlisted(parse(CodeForm.SECRET, payload)) == Secret("")
    assert may_be_ticket(parse(CodeForm.SECRET, payload))


def test_a_bare_serial_is_no_serial_where_codes_are_opaque() -> None:
    read = parse(CodeForm.SECRET, SERIAL)
    assert blinded(unlisted(read), len(SERIAL), "0" * 64) == f"secret 19 {'0' * 64}"


@given(st.text())
def test_a_serials_form_reads_as_before(text: str) -> None:
    assert parse(CodeForm.SERIAL, text) == parse_payload(text)


def test_a_tickets_own_code_is_of_its_form() -> None:
    assert code_of(CodeForm.SERIAL, SERIAL) == Serial(SERIAL)
    assert code_of(CodeForm.SECRET, CODE) == Secret(CODE)


@given(
    st.text(string.ascii_letters + string.digits, min_size=1, max_size=60),
    st.sampled_from(Keyboard),
)
def test_a_code_that_another_layout_typed_is_among_what_may_have_been_meant(
    code: str, keyboard: Keyboard
) -> None:
    typing = Typing(Keyboard.US, keyboard)
    arrived = arrives(code, typing)
    assume(
        "".join(meant(typing).get(each, each) for each in arrived) == code
    )  # Greek has one Σ for W and S
    assert code in respelled(Secret(arrived)) | {arrived}
    locked = arrived.swapcase()
    if locked.swapcase() == arrived:
        assert code in respelled(Secret(locked)) | {locked}


@given(secrets())
def test_no_other_spelling_is_the_code_itself_or_empty(code: str) -> None:
    assert not respelled(Secret(code)) & {code, ""}
